#pragma once

#include <cstdint>
#include <string_view>

namespace coditect::providers {

/// What a model is taken for whose window nobody has told us.
inline constexpr std::int64_t kUnknownWindowTokens = 128'000;

/// How many tokens a prompt and its answer may have together, as the vendors' pages said in
/// November 2026; kUnknownWindowTokens for a model that is not among them.
std::int64_t window_tokens(std::string_view model);

}  // namespace coditect::providers
