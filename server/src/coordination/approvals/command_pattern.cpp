#include "coordination/approvals/command_pattern.h"

#include <algorithm>
#include <cstddef>

namespace coditect::approvals {

namespace {

constexpr std::string_view kCuts = ";&|(){}<>`\n\r";
constexpr std::string_view kBlanks = " \t";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  std::size_t in = 0;
  // The last star, and where the text after what it stands for begins. A later star can always take
  // over what an earlier one might have stood for, so no other place has to be tried again.
  std::size_t star = std::string_view::npos;
  std::size_t resume = 0;
  while (in < text.size()) {
    if (at < pattern.size() && pattern[at] == '*') {
      star = at++;
      resume = in;
    } else if (at < pattern.size() && pattern[at] == text[in]) {
      ++at;
      ++in;
    } else if (star != std::string_view::npos) {
      at = star + 1;
      in = ++resume;
    } else {
      return false;
    }
  }
  return std::ranges::all_of(pattern.substr(at), [](char each) { return each == '*'; });
}

std::vector<std::string> command_parts(std::string_view command) {
  std::vector<std::string> parts;
  while (!command.empty()) {
    const std::size_t end = std::min(command.find_first_of(kCuts), command.size());
    const std::string_view part = trimmed(command.substr(0, end));
    if (!part.empty()) parts.emplace_back(part);
    command.remove_prefix(std::min(end + 1, command.size()));
  }
  return parts;
}

}  // namespace coditect::approvals
