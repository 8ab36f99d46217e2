#include "tools/file_view.h"

#include <algorithm>
#include <span>

#include "tools/sandbox/bounded_output.h"
#include "tools/text_diff.h"

namespace coditect::tools {

namespace {

std::string number(std::size_t value) { return std::to_string(value); }

/// How many of the lines fit, counted from the front.
std::size_t fitting(std::span<const std::string_view> lines, std::size_t bytes_max) {
  std::size_t bytes = 0;
  std::size_t count = 0;
  while (count < lines.size() && bytes + lines[count].size() <= bytes_max) {
    bytes += lines[count++].size();
  }
  return count;
}

std::string joined(std::span<const std::string_view> lines) {
  std::string text;
  for (const std::string_view line : lines) text += line;
  return to_valid_utf8(text);
}

/// The beginning and the end of `lines`, the first of which is line `first` of the file.
std::string without_middle(std::span<const std::string_view> lines, std::size_t first,
                           std::size_t bytes_max) {
  const std::size_t head = fitting(lines, bytes_max / 2);
  std::vector<std::string_view> backwards(lines.rbegin(), lines.rend());
  const std::size_t tail = std::min(fitting(backwards, bytes_max / 2), lines.size() - head);
  std::string text = joined(lines.first(head));
  const std::size_t cut_from = first + head;
  const std::size_t cut_to = first + lines.size() - tail - 1;
  if (cut_from == cut_to) {
    text += truncate_middle(lines[head], bytes_max / 2);
    if (text.back() != '\n') text += '\n';
    text += "[line " + number(cut_from) + " is too long to be shown whole]\n";
  } else {
    text += "[... lines " + number(cut_from) + " to " + number(cut_to) +
            " left out; read them with from_line=" + number(cut_from) +
            " to_line=" + number(cut_to) + " ...]\n";
  }
  return text + joined(lines.last(tail));
}

}  // namespace

Result<FileView> view_file(std::string_view text, ShownLines range, std::size_t bytes_max) {
  const auto lines = split_lines(text);
  FileView view;
  view.lines = lines.size();
  const auto count = static_cast<std::int64_t>(lines.size());
  const std::int64_t from = range.from.value_or(1);
  const std::int64_t to = std::min(range.to.value_or(count), count);
  if (from < 1) return invalid("`from_line` must be at least 1");
  if (range.to && *range.to < from) return invalid("`to_line` is before `from_line`");
  if (lines.empty()) return view;
  if (from > count) {
    return invalid("`from_line` is " + std::to_string(from) + " but the file has only " +
                   std::to_string(count) + " lines");
  }
  view.from_line = static_cast<std::size_t>(from);
  view.to_line = static_cast<std::size_t>(to);
  const auto shown =
      std::span(lines).subspan(view.from_line - 1, view.to_line + 1 - view.from_line);
  view.truncated = fitting(shown, bytes_max) < shown.size();
  view.text = view.truncated ? without_middle(shown, view.from_line, bytes_max) : joined(shown);
  if (shown.size() < lines.size()) {
    if (!view.text.ends_with('\n')) view.text += '\n';
    view.text += "[lines " + number(view.from_line) + " to " + number(view.to_line) + " of " +
                 number(view.lines) + "]\n";
  }
  return view;
}

}  // namespace coditect::tools
