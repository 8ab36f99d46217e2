#include "tools/text_diff.h"

#include <algorithm>
#include <cstdint>
#include <unordered_map>

#include "tools/sandbox/bounded_output.h"
#include "tools/shortest_edit.h"

namespace coditect::tools {

namespace {

using Lines = std::vector<std::string_view>;

/// Numbers lines so that equal lines have equal numbers.
class LineNumbers {
 public:
  std::vector<std::uint32_t> of(const Lines& lines) {
    std::vector<std::uint32_t> numbers;
    numbers.reserve(lines.size());
    for (const std::string_view line : lines) {
      numbers.push_back(known_.try_emplace(line, known_.size()).first->second);
    }
    return numbers;
  }

 private:
  std::unordered_map<std::string_view, std::uint32_t> known_;
};

/// Changes that are shown together, because their context overlaps.
struct Hunk {
  std::size_t first;  // of the changes
  std::size_t last;   // one past
};

std::vector<Hunk> group(const std::vector<Change>& changes, std::size_t context) {
  std::vector<Hunk> hunks;
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const bool near = i > 0 && changes[i].before_begin - changes[i - 1].before_end <= 2 * context;
    if (near) {
      hunks.back().last = i + 1;
    } else {
      hunks.push_back({i, i + 1});
    }
  }
  return hunks;
}

/// Writes lines while they fit.
class Writer {
 public:
  explicit Writer(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  void line(char mark, std::string_view text) {
    const bool ends = text.ends_with('\n');
    if (ends) text.remove_suffix(1);
    add(std::string(1, mark).append(text) + (ends ? "\n" : "\n\\ No newline at end of file\n"));
  }
  void add(std::string_view text) {
    if (full_) return;
    full_ = written_.size() + text.size() > bytes_max_;
    if (full_) {
      // Part of a very long line is better than nothing of it.
      const std::string_view part = text.substr(0, utf8_prefix(text, bytes_max_ - written_.size()));
      if (written_.empty() || text.size() > bytes_max_ / 4) written_ += part;
      if (!written_.empty() && written_.back() != '\n') written_ += '\n';
      written_ += "[... the rest of the diff is left out ...]\n";
      return;
    }
    written_ += text;
  }
  bool full() const { return full_; }
  std::string take() { return std::move(written_); }

 private:
  const std::size_t bytes_max_;
  std::string written_;
  bool full_ = false;
};

/// "begin,count" as unified format counts: from 1, and from 0 where the stretch is empty.
std::string range(std::size_t begin, std::size_t count) {
  return std::to_string(count == 0 ? begin : begin + 1) + "," + std::to_string(count);
}

void write_hunk(Writer& writer, const Lines& before, const Lines& after,
                std::span<const Change> changes, std::size_t context) {
  const Change& first = changes.front();
  const Change& last = changes.back();
  const std::size_t lead = std::min(context, first.before_begin);
  const std::size_t trail = std::min(context, before.size() - last.before_end);
  const std::size_t before_begin = first.before_begin - lead;
  const std::size_t after_begin = first.after_begin - lead;
  const std::size_t before_end = last.before_end + trail;
  const std::size_t after_end = last.after_end + trail;
  writer.add("@@ -" + range(before_begin, before_end - before_begin) + " +" +
             range(after_begin, after_end - after_begin) + " @@\n");
  std::size_t at = before_begin;
  for (const Change& change : changes) {
    for (; at < change.before_begin; ++at) writer.line(' ', before[at]);
    for (; at < change.before_end; ++at) writer.line('-', before[at]);
    for (std::size_t i = change.after_begin; i < change.after_end; ++i) writer.line('+', after[i]);
    if (writer.full()) return;
  }
  for (; at < before_end; ++at) writer.line(' ', before[at]);
}

}  // namespace

std::vector<std::string_view> split_lines(std::string_view text) {
  Lines lines;
  while (!text.empty()) {
    const std::size_t newline = text.find('\n');
    const std::size_t length = newline == std::string_view::npos ? text.size() : newline + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

Diff unified_diff(std::string_view before, std::string_view after, const DiffOptions& options) {
  if (before == after) return {};
  const Lines before_lines = split_lines(before);
  const Lines after_lines = split_lines(after);
  LineNumbers numbers;
  const auto before_numbers = numbers.of(before_lines);
  const auto after_numbers = numbers.of(after_lines);
  const auto changes = shortest_edit(before_numbers, after_numbers, options.edits_max);

  Diff diff;
  for (const Change& change : changes) {
    diff.lines_removed += change.before_end - change.before_begin;
    diff.lines_added += change.after_end - change.after_begin;
  }
  Writer writer(options.bytes_max);
  writer.add("--- " + std::string(options.before_name) + "\n+++ " +
             std::string(options.after_name) + "\n");
  for (const Hunk& hunk : group(changes, options.context_lines)) {
    if (writer.full()) break;
    const auto part = std::span(changes).subspan(hunk.first, hunk.last - hunk.first);
    write_hunk(writer, before_lines, after_lines, part, options.context_lines);
  }
  diff.truncated = writer.full();
  diff.text = writer.take();
  return diff;
}

}  // namespace coditect::tools
