#include "providers/provider_kind.h"

namespace coditect::providers {

namespace {

constexpr ProviderKind kKinds[] = {ProviderKind::kAnthropic, ProviderKind::kGemini,
                                   ProviderKind::kOpenAi, ProviderKind::kMoonshot,
                                   ProviderKind::kOpenAiCompatible};

}  // namespace

std::string_view to_string(ProviderKind kind) {
  switch (kind) {
    case ProviderKind::kAnthropic: return "anthropic";
    case ProviderKind::kGemini: return "gemini";
    case ProviderKind::kOpenAi: return "openai";
    case ProviderKind::kMoonshot: return "moonshot";
    case ProviderKind::kOpenAiCompatible: return "openai-compatible";
  }
  return "unknown";
}

std::optional<ProviderKind> provider_kind(std::string_view name) {
  for (const ProviderKind kind : kKinds) {
    if (to_string(kind) == name) return kind;
  }
  return std::nullopt;
}

}  // namespace coditect::providers
