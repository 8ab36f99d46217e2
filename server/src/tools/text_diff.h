#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"

namespace coditect::tools {

struct DiffOptions {
  std::string_view before_name = "before";
  std::string_view after_name = "after";
  std::size_t context_lines = 3;
  std::size_t bytes_max = limits::kDiffBytesMax;
  /// Lines removed plus added for which the shortest diff is looked for; with more of them what
  /// lies between the common beginning and the common end is shown as one replacement.
  std::size_t edits_max = limits::kDiffEditsMax;
};

struct Diff {
  std::string text;  ///< unified format; "" when both texts are equal
  std::size_t lines_added = 0;
  std::size_t lines_removed = 0;
  bool truncated = false;  ///< the text ends with a line that says so
};

/// The difference between two texts in unified format, as `patch` reads it. Time is linear in the
/// texts' length times `edits_max`; the result has at most `bytes_max` bytes and one line. Pure.
Diff unified_diff(std::string_view before, std::string_view after, const DiffOptions& options = {});

/// The lines of `text`, each with its newline; the last may lack one.
std::vector<std::string_view> split_lines(std::string_view text);

}  // namespace coditect::tools
