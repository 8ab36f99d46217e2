#include "storage/databases/queries/messages.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "storage/databases/queries/match_query.h"

namespace coditect::databases {

namespace {

// Completed by the two queries below.
constexpr std::string_view kColumns =
    "SELECT m.id, m.seq, m.ts, m.kind, m.sender AS \"from\", m.recipients AS \"to\", m.text,"
    " m.session, m.task, m.images";
constexpr std::string_view kBefore = " FROM messages AS m WHERE seq<? ORDER BY seq DESC LIMIT ?";
constexpr std::string_view kMatching =
    ", snippet(messages_fts, 0, '«', '»', '…', 24) AS snippet"
    " FROM messages_fts JOIN messages AS m ON m.seq=messages_fts.rowid"
    " WHERE messages_fts MATCH ? ORDER BY messages_fts.rank, m.seq DESC LIMIT ?";

Result<Statement> select_messages(Connection& connection, std::string_view rest) {
  return connection.prepare(std::string(kColumns) + std::string(rest));
}

// These columns hold JSON lists as text; the second may have none.
Result<void> unpack_lists(json::array& messages) {
  for (json::value& each : messages) {
    json::object& message = each.get_object();
    for (const char* column : {"to", "images"}) {
      json::value* text = message.if_contains(column);
      if (text == nullptr || !text->is_string()) continue;
      TRY(*text, parse_json(std::string_view(text->get_string())));
    }
  }
  return {};
}

}  // namespace

Result<json::object> list_messages(const View& view, Sequence before, std::size_t limit) {
  const std::size_t page = page_of(limit);
  json::array found;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement statement, select_messages(connection, kBefore));
    constexpr Sequence kNewest = INT64_MAX;
    // One more than asked for tells whether there are older ones.
    statement.bind_all(before == 0 ? kNewest : before, std::uint64_t{page + 1});
    TRY(found, read_objects(statement));
    return unpack_lists(found);
  };
  TRY_VOID(view.read(DatabaseName::kMessages, work));
  json::object answer;
  if (found.size() > page) {
    found.resize(page);
    answer["before"] = found.back().at("seq");
  }
  std::ranges::reverse(found);
  answer["messages"] = std::move(found);
  return answer;
}

Result<json::array> search_messages(const View& view, std::string_view words, std::size_t limit) {
  const std::string match = match_query(words).expression;
  json::array found;
  if (match.empty()) return found;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement statement, select_messages(connection, kMatching));
    statement.bind_all(match, std::uint64_t{page_of(limit)});
    TRY(found, read_objects(statement));
    return unpack_lists(found);
  };
  TRY_VOID(view.read(DatabaseName::kMessages, work));
  return found;
}

}  // namespace coditect::databases
