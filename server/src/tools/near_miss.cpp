#include "tools/near_miss.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <unordered_map>
#include <vector>

#include "tools/sandbox/bounded_output.h"
#include "tools/text_diff.h"

namespace coditect::tools {

namespace {

constexpr std::size_t kShownBytesMax = 2000;
constexpr std::size_t kComparedLinesMax = 20'000;
constexpr std::size_t kComparedBytesMax = 400;  // of one line
constexpr double kSimilarEnough = 0.4;

bool is_space(char byte) { return std::isspace(static_cast<unsigned char>(byte)) != 0; }

/// `line` with its ends trimmed and every run of white space one blank.
std::string squeezed(std::string_view line) {
  std::string text;
  for (const char byte : line) {
    if (!is_space(byte)) {
      text += byte;
    } else if (!text.empty() && text.back() != ' ') {
      text += ' ';
    }
  }
  if (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

std::vector<std::string> squeezed_lines(std::string_view text) {
  std::vector<std::string> lines;
  for (const std::string_view line : split_lines(text)) lines.push_back(squeezed(line));
  return lines;
}

/// "12: text" or "12<tab>text": the numbers that a listing puts before each line.
bool has_line_number(std::string_view line) {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  std::size_t digits = 0;
  while (digits < line.size() && std::isdigit(static_cast<unsigned char>(line[digits])) != 0) {
    ++digits;
  }
  return digits > 0 && digits < line.size() &&
         (line[digits] == ':' || line[digits] == '\t' || line[digits] == '|');
}

std::string whitespace_hint(std::string_view found, std::string_view wanted) {
  const auto has = [](std::string_view text, char byte) {
    return text.find(byte) != std::string_view::npos;
  };
  if (has(found, '\r') != has(wanted, '\r')) {
    return has(found, '\r') ? "the file's lines end with \\r\\n" : "the file's lines end with \\n";
  }
  if (has(found, '\t') && !has(wanted, '\t')) return "the file uses tabs where you wrote blanks";
  if (!has(found, '\t') && has(wanted, '\t')) return "the file uses blanks where you wrote tabs";
  return "only white space differs";
}

/// The number of equal lines for every place where `wanted` could begin; the best place, if any.
std::optional<std::size_t> best_by_equal_lines(const std::vector<std::string>& lines,
                                               const std::vector<std::string>& wanted) {
  std::unordered_map<std::string_view, std::vector<std::size_t>> places;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    if (!lines[i].empty()) places[lines[i]].push_back(i);
  }
  std::unordered_map<std::size_t, std::size_t> votes;
  std::size_t work = 0;
  std::optional<std::size_t> best;
  std::size_t best_votes = 0;
  for (std::size_t offset = 0; offset < wanted.size(); ++offset) {
    const auto found = places.find(wanted[offset]);
    if (found == places.end()) continue;
    for (const std::size_t line : found->second) {
      if (++work > 100 * kComparedLinesMax) return best;
      if (line < offset) continue;
      const std::size_t count = ++votes[line - offset];
      if (count > best_votes || (count == best_votes && line - offset < *best)) {
        best = line - offset;
        best_votes = count;
      }
    }
  }
  return best;
}

std::optional<std::size_t> best_by_first_line(const std::vector<std::string>& lines,
                                              const std::vector<std::string>& wanted) {
  const auto first = std::ranges::find_if(wanted, [](const auto& line) { return !line.empty(); });
  if (first == wanted.end()) return std::nullopt;
  const auto offset = static_cast<std::size_t>(first - wanted.begin());
  std::optional<std::size_t> best;
  double best_score = kSimilarEnough;
  for (std::size_t i = 0; i < std::min(lines.size(), kComparedLinesMax); ++i) {
    const double score = similarity(lines[i], *first);
    if (score > best_score) {
      best_score = score;
      best = i >= offset ? i - offset : 0;
    }
  }
  return best;
}

bool equal_from(const std::vector<std::string>& lines, const std::vector<std::string>& wanted,
                std::size_t begin) {
  if (begin + wanted.size() > lines.size()) return false;
  return std::equal(wanted.begin(), wanted.end(),
                    lines.begin() + static_cast<std::ptrdiff_t>(begin));
}

}  // namespace

double similarity(std::string_view a, std::string_view b) {
  a = a.substr(0, kComparedBytesMax);
  b = b.substr(0, kComparedBytesMax);
  if (a.size() < 2 || b.size() < 2) return a == b ? 1.0 : 0.0;
  // Pairs are counted in a small table by hash; a collision makes lines look slightly more alike.
  std::array<std::uint16_t, 1024> counts{};
  const auto slot = [](std::string_view text, std::size_t at) {
    return (static_cast<unsigned char>(text[at]) * 31u + static_cast<unsigned char>(text[at + 1])) %
           1024u;
  };
  for (std::size_t i = 0; i + 1 < a.size(); ++i) ++counts[slot(a, i)];
  std::size_t common = 0;
  for (std::size_t i = 0; i + 1 < b.size(); ++i) {
    std::uint16_t& count = counts[slot(b, i)];
    if (count == 0) continue;
    --count;
    ++common;
  }
  return 2.0 * static_cast<double>(common) / static_cast<double>(a.size() + b.size() - 2);
}

std::optional<NearMiss> find_near_miss(std::string_view text, std::string_view wanted) {
  const auto raw = split_lines(text);
  const auto wanted_raw = split_lines(wanted);
  const auto lines = squeezed_lines(text);
  const auto wanted_lines = squeezed_lines(wanted);
  if (raw.empty() || wanted_lines.empty()) return std::nullopt;

  auto begin = best_by_equal_lines(lines, wanted_lines);
  if (!begin) begin = best_by_first_line(lines, wanted_lines);
  const bool numbered = std::ranges::all_of(wanted_raw, has_line_number);
  if (!begin) return std::nullopt;

  const std::size_t end = std::min(*begin + wanted_lines.size(), raw.size());
  NearMiss miss;
  miss.first_line = *begin + 1;
  miss.last_line = end;
  std::string found;
  for (std::size_t i = *begin; i < end; ++i) found += raw[i];
  if (numbered) {
    miss.hint = "leave the line numbers out";
  } else if (equal_from(lines, wanted_lines, *begin)) {
    miss.hint = whitespace_hint(found, wanted);
  }
  miss.text = truncate_middle(found, kShownBytesMax);
  return miss;
}

}  // namespace coditect::tools
