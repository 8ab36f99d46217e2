#include "storage/databases/queries/timeline.h"

#include <utility>

#include "base/limits.h"

namespace coditect::databases {

namespace {

constexpr char kFilesAt[] =
    "SELECT s.path, s.version, s.hash, s.size FROM paths AS p JOIN file_states AS s"
    " ON s.path=p.path AND"
    " s.seq=(SELECT max(seq) FROM file_states WHERE path=p.path AND seq<=?1)"
    " WHERE p.first_seq<=?1 AND NOT s.removed ORDER BY p.path";
constexpr char kAgentsAt[] =
    "SELECT s.agent AS name, s.state, s.task FROM agents AS a JOIN agent_states AS s"
    " ON s.agent=a.agent AND"
    " s.seq=(SELECT max(seq) FROM agent_states WHERE agent=a.agent AND seq<=?1)"
    " WHERE a.first_seq<=?1 ORDER BY a.agent";
constexpr char kLocksAt[] =
    "SELECT path, mode, holder, token FROM lock_spans"
    " WHERE from_seq<=?1 AND (to_seq IS NULL OR to_seq>?1) ORDER BY path, from_seq";
constexpr char kTasksAt[] =
    "WITH shown(task, first_seq) AS ("
    " SELECT task, first_seq FROM tasks WHERE first_seq<=?1 AND (end_seq IS NULL OR end_seq>?1)"
    " UNION ALL SELECT * FROM (SELECT task, first_seq FROM tasks WHERE end_seq<=?1"
    " ORDER BY end_seq DESC LIMIT ?2))"
    " SELECT s.task AS id, s.agent, s.state, s.priority FROM shown JOIN task_states AS s"
    " ON s.task=shown.task AND"
    " s.seq=(SELECT max(seq) FROM task_states WHERE task=shown.task AND seq<=?1)"
    " ORDER BY shown.first_seq";

Result<json::array> rows_at(Connection& connection, const char* sql, Sequence seq) {
  TRY(Statement statement, connection.prepare(sql));
  statement.bind(1, seq);
  if (sqlite3_bind_parameter_count(statement.handle()) == 2) {
    statement.bind(2, std::uint64_t{limits::kPageMax});
  }
  return read_objects(statement);
}

}  // namespace

Result<json::object> timeline_at(const View& view, Sequence seq) {
  if (seq > view.feed.head()) {
    return not_found("there is no event " + std::to_string(seq) + " yet",
                     "the last one is " + std::to_string(view.feed.head()));
  }
  json::object state;
  const auto work = [&](Connection& connection) -> Result<void> {
    // One transaction, so that all four lists are of one moment: renewals of a lock change a row.
    TRY_VOID(connection.execute("BEGIN"));
    const auto read = [&]() -> Result<void> {
      state["seq"] = seq;
      TRY(state["files"], rows_at(connection, kFilesAt, seq));
      TRY(state["agents"], rows_at(connection, kAgentsAt, seq));
      TRY(state["locks"], rows_at(connection, kLocksAt, seq));
      TRY(state["tasks"], rows_at(connection, kTasksAt, seq));
      return {};
    };
    Result<void> done = read();
    Result<void> ended = connection.execute("COMMIT");
    return done ? std::move(ended) : std::move(done);
  };
  TRY_VOID(view.read(DatabaseName::kParsedSessions, work));
  return state;
}

Result<Sequence> seq_at_time(const View& view, Time time) {
  Sequence seq = 0;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement statement,
        connection.prepare(
            "SELECT seq FROM events WHERE ts<=? ORDER BY ts DESC, seq DESC LIMIT 1"));
    statement.bind(1, to_rfc3339(time));
    TRY(const bool found, statement.step());
    seq = found ? static_cast<Sequence>(statement.integer(0)) : 0;
    return {};
  };
  TRY_VOID(view.read(DatabaseName::kParsedSessions, work));
  return seq;
}

Result<std::vector<Sequence>> timeline_range(const View& view, const TimelineFilter& filter) {
  std::string sql = "SELECT seq FROM events WHERE seq>=:from";
  if (!filter.types.empty()) sql += " AND type IN (SELECT value FROM json_each(:types))";
  if (!filter.agent.empty()) sql += " AND agent=:agent";
  if (!filter.path.empty()) sql += " AND path=:path";
  sql += " ORDER BY seq LIMIT :limit";
  std::vector<Sequence> found;
  const auto work = [&](Connection& connection) -> Result<void> {
    found.clear();
    TRY(Statement statement, connection.prepare(sql));
    const auto bind = [&statement](const char* name, const auto& value) {
      const int index = sqlite3_bind_parameter_index(statement.handle(), name);
      if (index != 0) statement.bind(index, value);
    };
    bind(":from", filter.from);
    bind(":types", json::serialize(json::value_from(filter.types)));
    bind(":agent", filter.agent);
    bind(":path", filter.path);
    bind(":limit", std::uint64_t{page_of(filter.limit)});
    for (;;) {
      TRY(const bool more, statement.step());
      if (!more) return {};
      found.push_back(static_cast<Sequence>(statement.integer(0)));
    }
  };
  TRY_VOID(view.read(DatabaseName::kParsedSessions, work));
  return found;
}

}  // namespace coditect::databases
