#include "storage/databases/queries/log_search.h"

#include <algorithm>
#include <utility>

#include "base/clock.h"
#include "storage/databases/event_text.h"

namespace coditect::databases {

namespace {

constexpr std::size_t kExcerptBefore = 80;
constexpr std::size_t kExcerptBytes = 240;

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0u) == 0x80u; }

std::size_t place_of(std::string_view text, std::string_view term) {
  const auto found =
      std::ranges::search(text, term, [](char a, char b) { return lower(a) == lower(b); });
  return static_cast<std::size_t>(found.begin() - text.begin());
}

/// FTS5 leaves out signs between words, so a term may stand in the text in another spelling; its
/// first word is then looked for.
std::size_t first_place(std::string_view text, const std::vector<std::string>& terms) {
  std::size_t first = text.size();
  for (const std::string& term : terms) first = std::min(first, place_of(text, term));
  if (first < text.size()) return first;
  for (const std::string_view term : terms) {
    const std::size_t begin = term.find_first_not_of(" \"'()[]{}<>.,:;*+-_/\\");
    if (begin == std::string_view::npos) continue;
    const std::size_t end = std::min(term.find_first_of(" \"'()[]{}.,:;/\\", begin), term.size());
    first = std::min(first, place_of(text, term.substr(begin, end - begin)));
  }
  return first < text.size() ? first : 0;
}

std::string excerpt(std::string_view text, const std::vector<std::string>& terms) {
  const std::size_t place = first_place(text, terms);
  std::size_t begin = place > kExcerptBefore ? place - kExcerptBefore : 0;
  while (begin > 0 && is_continuation(text[begin])) --begin;
  std::size_t end = std::min(begin + kExcerptBytes, text.size());
  while (end < text.size() && is_continuation(text[end])) --end;
  std::string line = begin > 0 ? "…" : "";
  bool blank = false;
  for (const char c : text.substr(begin, end - begin)) {
    const bool is_blank = static_cast<unsigned char>(c) <= ' ';
    if (is_blank && !blank) line += ' ';
    if (!is_blank) line += c;
    blank = is_blank;
  }
  if (end < text.size()) line += "…";
  return line;
}

}  // namespace

Result<std::vector<Sequence>> search_log(const View& view, const MatchQuery& query,
                                         std::size_t limit) {
  std::vector<Sequence> found;
  if (query.expression.empty()) return found;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement statement, connection.prepare("SELECT rowid FROM log_fts WHERE log_fts MATCH ?"
                                                " ORDER BY rank, rowid DESC LIMIT ?"));
    statement.bind_all(query.expression, std::uint64_t{limit});
    for (;;) {
      TRY(const bool row, statement.step());
      if (!row) return {};
      found.push_back(static_cast<Sequence>(statement.integer(0)));
    }
  };
  TRY_VOID(view.read(DatabaseName::kWorkspaceIndex, work));
  return found;
}

json::object log_hit(const Event& event, const std::vector<std::string>& terms) {
  json::object hit{{"seq", event.seq},
                   {"ts", to_rfc3339(event.ts)},
                   {"type", event.type},
                   {"actor", event.actor}};
  if (!event.task.empty()) hit["task"] = event.task;
  for (const char* key : {"path", "tool"}) {
    if (auto value = find_string(event.data, key)) hit[key] = *std::move(value);
  }
  hit["excerpt"] = excerpt(searched_text(event), terms);
  return hit;
}

}  // namespace coditect::databases
