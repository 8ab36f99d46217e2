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
  /// alone, and not to the same: `text` has them as in `ours`, or both, between marks. Lines of
  /// `ours`.
  std::vector<LineRange> conflicts;
};

/// How the two sides of a conflict are named in a text that holds both, as git marks them: lines
/// of seven `<`, `=` and `>`.
struct ConflictMarks {
  std::string_view ours;
  std::string_view theirs;
};

/// Makes in `ours` the changes that turn `base` into `theirs`: a merge of three texts by lines.
/// `marks`: how conflicts are shown in the text; null: as in `ours`. Pure.
Merged merge_lines(std::string_view base, std::string_view ours, std::string_view theirs,
                   const ConflictMarks* marks = nullptr);

/// Whether a line of the text begins or ends a conflict that is marked. Pure.
bool has_conflict_marks(std::string_view text);

}  // namespace coditect::tools
