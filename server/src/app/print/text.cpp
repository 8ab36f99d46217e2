#include "app/print/text.h"

#include <fmt/format.h>

#include <iterator>

namespace coditect::app {

namespace {

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xc0) == 0x80; }

/// Whether the C1 control U+0080 to U+009F begins at `at`: some terminals obey these too.
bool is_c1(std::string_view text, std::size_t at) {
  return text[at] == '\xc2' && at + 1 < text.size() &&
         static_cast<unsigned char>(text[at + 1]) < 0xa0;
}

}  // namespace

std::string one_line(std::string_view text) {
  std::string line;
  line.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool c1 = is_c1(text, i);
    line += is_control(text[i]) || c1 ? ' ' : text[i];
    if (c1) ++i;
  }
  return line;
}

std::string paragraph(std::string_view text) {
  std::string kept;
  kept.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (is_c1(text, i)) {
      ++i;
    } else if (!is_control(text[i]) || text[i] == '\n' || text[i] == '\t') {
      kept += text[i];
    }
  }
  return kept;
}

std::string shortened(std::string_view text, std::size_t characters) {
  std::string line = one_line(text);
  if (count_characters(line) <= characters) return line;
  std::size_t end = 0;
  for (std::size_t count = 0; end < line.size(); ++end) {
    if (is_continuation(line[end])) continue;
    if (++count == characters) break;
  }
  line.resize(end);
  return line + "…";
}

std::size_t count_characters(std::string_view text) {
  std::size_t count = 0;
  for (const char c : text) count += is_continuation(c) ? 0 : 1;
  return count;
}

std::string readable_bytes(std::uint64_t bytes) {
  if (bytes < 1024) return fmt::format("{} B", bytes);
  auto amount = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  constexpr std::string_view kUnits[] = {"KB", "MB", "GB", "TB"};
  // What would be rounded to 1,024 of a unit is one of the next.
  while (amount >= 1023.5 && unit + 1 < std::size(kUnits)) {
    amount /= 1024;
    ++unit;
  }
  return fmt::format("{:.{}f} {}", amount, amount < 9.95 ? 1 : 0, kUnits[unit]);
}

}  // namespace coditect::app
