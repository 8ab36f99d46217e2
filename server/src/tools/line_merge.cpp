#include "tools/line_merge.h"

#include <algorithm>
#include <cstdint>
#include <span>
#include <unordered_map>

#include "base/limits.h"
#include "tools/text_diff.h"

namespace coditect::tools {

namespace {

using Lines = std::vector<std::string_view>;

constexpr std::string_view kOursMark = "<<<<<<<";
constexpr std::string_view kTheirsMark = ">>>>>>>";

void end_line(std::string& text) {
  if (!text.empty() && !text.ends_with('\n')) text += '\n';
}

/// One side of a merge: its lines, and how they differ from the base's.
struct Side {
  Lines lines;
  std::vector<Change> changes;
  std::size_t next = 0;  ///< of the changes
};

/// Lines of the base that one side or both changed, without an untouched one in between.
struct Cluster {
  LineRange base;
  std::span<const Change> ours;
  std::span<const Change> theirs;
};

std::string joined(const Lines& lines, LineRange range) {
  std::string text;
  for (std::size_t i = range.begin; i < range.end; ++i) text += lines[i];
  return text;
}

/// The lines of a side that stand for the base's `range`.
LineRange in_side(const Side& side, std::span<const Change> changes, LineRange range) {
  if (changes.empty()) {
    // Only what lies between: the change before tells how far the lines are apart.
    const std::size_t at = side.next;
    if (at == 0) return range;
    const Change& before = side.changes[at - 1];
    return {range.begin - before.before_end + before.after_end,
            range.end - before.before_end + before.after_end};
  }
  const Change& first = changes.front();
  const Change& last = changes.back();
  return {first.after_begin - (first.before_begin - range.begin),
          last.after_end + (range.end - last.before_end)};
}

bool absorb(Side& side, LineRange& range) {
  if (side.next == side.changes.size()) return false;
  const Change& change = side.changes[side.next];
  if (change.before_begin > range.end) return false;
  range.begin = std::min(range.begin, change.before_begin);
  range.end = std::max(range.end, change.before_end);
  ++side.next;
  return true;
}

Cluster next_cluster(Side& ours, Side& theirs) {
  const std::size_t ours_from = ours.next;
  const std::size_t theirs_from = theirs.next;
  const auto begin_of = [](const Side& side) {
    return side.next == side.changes.size() ? SIZE_MAX : side.changes[side.next].before_begin;
  };
  const std::size_t begin = std::min(begin_of(ours), begin_of(theirs));
  LineRange range{begin, begin};
  while (absorb(ours, range) || absorb(theirs, range)) {
  }
  return {range, std::span(ours.changes).subspan(ours_from, ours.next - ours_from),
          std::span(theirs.changes).subspan(theirs_from, theirs.next - theirs_from)};
}

}  // namespace

std::vector<Change> line_changes(std::string_view before, std::string_view after) {
  std::unordered_map<std::string_view, std::uint32_t> numbers;
  const auto number = [&](std::string_view text) {
    std::vector<std::uint32_t> all;
    for (const std::string_view line : split_lines(text)) {
      const auto next = static_cast<std::uint32_t>(numbers.size());
      all.push_back(numbers.try_emplace(line, next).first->second);
    }
    return all;
  };
  return shortest_edit(number(before), number(after), limits::kDiffEditsMax);
}

Merged merge_lines(std::string_view base, std::string_view ours, std::string_view theirs,
                   const ConflictMarks* marks) {
  const Lines lines = split_lines(base);
  Side mine{split_lines(ours), line_changes(base, ours)};
  Side other{split_lines(theirs), line_changes(base, theirs)};
  Merged merged;
  std::size_t at = 0;
  while (mine.next < mine.changes.size() || other.next < other.changes.size()) {
    const Cluster cluster = next_cluster(mine, other);
    merged.text += joined(lines, {at, cluster.base.begin});
    at = cluster.base.end;
    const LineRange my_lines = in_side(mine, cluster.ours, cluster.base);
    const std::string my_text = joined(mine.lines, my_lines);
    const std::string their_text =
        joined(other.lines, in_side(other, cluster.theirs, cluster.base));
    const bool only_theirs = cluster.ours.empty();
    const bool both = !cluster.ours.empty() && !cluster.theirs.empty();
    const bool conflict = both && my_text != their_text;
    if (conflict) merged.conflicts.push_back(my_lines);
    if (conflict && marks != nullptr) {
      // A last line of the text that lacks its end gets one before the next mark.
      end_line(merged.text);
      merged.text += std::string(kOursMark) + " " + std::string(marks->ours) + "\n" + my_text;
      end_line(merged.text);
      merged.text += "=======\n" + their_text;
      end_line(merged.text);
      merged.text += std::string(kTheirsMark) + " " + std::string(marks->theirs) + "\n";
    } else {
      merged.text += only_theirs ? their_text : my_text;
    }
  }
  merged.text += joined(lines, {at, lines.size()});
  return merged;
}

bool has_conflict_marks(std::string_view text) {
  const auto is_mark = [](std::string_view line) {
    return line.starts_with(std::string(kOursMark) + " ") ||
           line.starts_with(std::string(kTheirsMark) + " ");
  };
  return std::ranges::any_of(split_lines(text), is_mark);
}

}  // namespace coditect::tools
