#include "storage/databases/queries/match_query.h"

#include <algorithm>
#include <utility>

namespace coditect::databases {

namespace {

constexpr std::size_t kTermsMax = 64;  // beyond them more words change nothing for a person
constexpr std::string_view kBlanks = " \t\r\n\v\f";

/// Whether the tokenizer finds a word in `term`: signs alone would match nothing, or everything.
bool has_word(std::string_view term) {
  return std::ranges::any_of(term, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return letter || (c >= '0' && c <= '9') || byte >= 0x80;
  });
}

/// The next term of `rest`, which loses it: a phrase with its quotes, or a word.
std::string_view next_term(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size()));
  if (rest.empty()) return {};
  if (rest.front() == '"') {
    const std::size_t end = rest.find('"', 1);
    if (end != std::string_view::npos) {
      const std::string_view phrase = rest.substr(0, end + 1);
      rest.remove_prefix(end + 1);
      return phrase;
    }
  }
  const std::size_t end = std::min(rest.find_first_of(kBlanks, 1), rest.size());
  const std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  return word;
}

/// As a string of FTS5: in quotes, those within doubled.
std::string quoted(std::string_view term) {
  std::string text = "\"";
  for (const char c : term) {
    if (c == '\0') continue;
    if (c == '"') text += '"';
    text += c;
  }
  return text + '"';
}

}  // namespace

MatchQuery match_query(std::string_view typed) {
  MatchQuery query;
  bool last_is_word = false;
  while (query.terms.size() < kTermsMax) {
    std::string_view term = next_term(typed);
    if (term.empty()) break;
    const bool phrase = term.size() >= 2 && term.front() == '"' && term.back() == '"';
    if (phrase) term = term.substr(1, term.size() - 2);
    if (!has_word(term)) continue;
    query.expression += query.expression.empty() ? "" : " ";
    query.expression += quoted(term);
    query.terms.emplace_back(term);
    last_is_word = !phrase;
  }
  if (last_is_word) query.expression += " *";
  return query;
}

}  // namespace coditect::databases
