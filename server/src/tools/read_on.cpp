#include "tools/read_on.h"

#include <algorithm>

#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {

namespace {

constexpr std::string_view kCut = " [... the rest of this line is left out]\n";

/// The first line of `rest`, with its line end, which it loses.
std::string_view take_line(std::string_view& rest) {
  const std::size_t end = rest.find('\n');
  const std::size_t length = end == std::string_view::npos ? rest.size() : end + 1;
  const std::string_view line = rest.substr(0, length);
  rest.remove_prefix(length);
  return line;
}

}  // namespace

Stretch stretch_of(std::string_view text, std::size_t from_line, std::size_t bytes_max) {
  Stretch stretch;
  bool full = false;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view line = take_line(rest);
    ++stretch.lines;
    if (stretch.lines < from_line || full) continue;
    if (stretch.text.size() + line.size() <= bytes_max) {
      stretch.text += line;
    } else if (stretch.text.empty()) {
      stretch.text += line.substr(0, utf8_prefix(line, bytes_max));
      stretch.text += kCut;
      full = true;
    } else {
      full = true;
      continue;
    }
    if (stretch.from_line == 0) stretch.from_line = stretch.lines;
    stretch.to_line = stretch.lines;
  }
  return stretch;
}

std::size_t line_after(std::string_view text, std::size_t bytes) {
  const std::string_view seen = text.substr(0, std::min(bytes, text.size()));
  return 1 + static_cast<std::size_t>(std::ranges::count(seen, '\n'));
}

std::string read_on_note(const std::string& id, std::size_t from_line) {
  if (id.empty()) return {};
  return "[what is left out: read_output {\"id\":\"" + id +
         "\",\"from_line\":" + std::to_string(from_line) + "}]\n";
}

}  // namespace coditect::tools
