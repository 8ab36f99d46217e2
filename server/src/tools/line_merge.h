#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "tools/shortest_edit.h"

namespace coditect::tools {

/// The changes by lines that turn one text into the other (shortest_edit). Pure.
std::vector<Change> line_changes(std::string_view before, std::string_view after);

/// Lines [begin, end), counted from 0.
struct LineRange {
  std::size_t begin = 0;
  std::size_t end = 0;
  bool operator==(const LineRange&) const = default;
};

struct Merged {
  std::string text;
  /// Where both sides changed the same lines, or lines without one between them that both left
  /// alone, and not to the same: `text` has them as in `ours`. Lines of `ours`.
  std::vector<LineRange> conflicts;
};

/// Makes in `ours` the changes that turn `base` into `theirs`: a merge of three texts by lines.
/// Pure.
Merged merge_lines(std::string_view base, std::string_view ours, std::string_view theirs);

}  // namespace coditect::tools
