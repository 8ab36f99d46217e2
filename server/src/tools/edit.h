#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace coditect::tools {

/// What an exact edit did.
struct AppliedEdit {
  std::string text;
  std::size_t at = 0;    ///< byte offset of what was replaced
  std::size_t line = 1;  ///< its line, from 1
};

/// Replaces the only occurrence of `old_text` by `new_text`. Pure.
///
/// Errc::kInvalid when both are equal or `old_text` is empty; Errc::kNotFound when it does not
/// occur, with the most similar lines shown; Errc::kConflict when it occurs more than once, with
/// the lines where. Occurrences may overlap.
Result<AppliedEdit> apply_edit(std::string_view text, std::string_view old_text,
                               std::string_view new_text);

/// The line, from 1, of the byte at `at`.
std::size_t line_of(std::string_view text, std::size_t at);

}  // namespace coditect::tools
