#pragma once

#include <optional>
#include <string_view>

namespace coditect::providers {

/// The wire protocols that this layer speaks. "openai-compatible" is chat completions as
/// Moonshot speaks it, without the fields that only Moonshot knows.
enum class ProviderKind { kAnthropic, kGemini, kOpenAi, kMoonshot, kOpenAiCompatible };

/// The public name: "anthropic", "gemini", "openai", "moonshot", "openai-compatible".
std::string_view to_string(ProviderKind kind);
/// The kind of that public name; nothing for any other text.
std::optional<ProviderKind> provider_kind(std::string_view name);

}  // namespace coditect::providers
