#include "storage/databases/queries/timeline.h"

#include <algorithm>
#include <sstream>
#include <utility>

#include "base/limits.h"
#include "storage/databases/projections/density.h"

namespace coditect::databases {

namespace {

// One seek a file: what it was comes as one text, `version size removed hash`.
constexpr char kFilesAt[] =
    "SELECT p.path, (SELECT s.version || ' ' || s.size || ' ' || s.removed || ' ' || s.hash"
    " FROM file_states AS s WHERE s.path=p.path AND s.seq<=?1 ORDER BY s.seq DESC LIMIT 1)"
    " FROM paths AS p WHERE p.first_seq<=?1 ORDER BY p.path";
// What was edited after ?2 and up to ?3, as it is at ?1.
constexpr char kFilesSince[] =
    "SELECT s.path, s.version, s.hash, s.size FROM"
    " (SELECT DISTINCT path FROM file_states WHERE seq>?2 AND seq<=?3) AS c JOIN file_states AS s"
    " ON s.path=c.path AND"
    " s.seq=(SELECT max(seq) FROM file_states WHERE path=c.path AND seq<=?1)"
    " WHERE NOT s.removed ORDER BY s.path";
constexpr char kRemovedSince[] =
    "SELECT c.path FROM"
    " (SELECT DISTINCT path FROM file_states WHERE seq>?2 AND seq<=?3) AS c LEFT JOIN file_states"
    " AS s ON s.path=c.path AND"
    " s.seq=(SELECT max(seq) FROM file_states WHERE path=c.path AND seq<=?1)"
    " WHERE coalesce(s.removed, 1) ORDER BY c.path";
constexpr char kAgentsAt[] =
    "SELECT s.agent AS name, s.state, s.task FROM agents AS a JOIN agent_states AS s"
    " ON s.agent=a.agent AND"
    " s.seq=(SELECT max(seq) FROM agent_states WHERE agent=a.agent AND seq<=?1)"
    " WHERE a.first_seq<=?1 ORDER BY a.agent";
constexpr char kLocksAt[] =
    "SELECT path, mode, holder, token FROM lock_spans WHERE from_seq IN ("
    " SELECT from_seq FROM lock_spans WHERE to_seq IS NULL AND from_seq<=?1"
    " UNION SELECT from_seq FROM lock_spans WHERE from_seq BETWEEN (?1-1)/?2*?2+1 AND ?1"
    " UNION SELECT from_seq FROM lock_crossings WHERE slot=(?1-1)/?2)"
    " AND (to_seq IS NULL OR to_seq>?1) ORDER BY path, from_seq";
constexpr char kTasksAt[] =
    "WITH shown(task, first_seq) AS ("
    " SELECT task, first_seq FROM tasks WHERE first_seq<=?1 AND (end_seq IS NULL OR end_seq>?1)"
    " UNION ALL SELECT * FROM (SELECT task, first_seq FROM tasks WHERE end_seq<=?1"
    " ORDER BY end_seq DESC LIMIT ?2))"
    " SELECT s.task AS id, s.agent, s.state, s.priority FROM shown JOIN task_states AS s"
    " ON s.task=shown.task AND"
    " s.seq=(SELECT max(seq) FROM task_states WHERE task=shown.task AND seq<=?1)"
    " ORDER BY shown.first_seq";

template <class... Values>
Result<json::array> rows_of(Connection& connection, const char* sql, const Values&... values) {
  TRY(Statement statement, connection.prepare(sql));
  statement.bind_all(values...);
  return read_objects(statement);
}

/// SQLite puts at most 500 queries together.
constexpr std::size_t kTypesApartMax = 100;

bool is_near(const TimelineLook& look) {
  if (!look.since) return false;
  const Sequence least = std::min(*look.since, look.seq);
  return std::max(*look.since, look.seq) - least <= kSinceEventsMax;
}

/// Each type by itself is a range of an index; of all together SQLite would sort every event.
std::string range_sql(const TimelineFilter& filter) {
  const bool backwards = filter.before > 0;
  std::string where = " seq>=:from";
  if (backwards) where += " AND seq<:before";
  if (!filter.agent.empty()) where += " AND agent=:agent";
  if (!filter.path.empty()) where += " AND path=:path";
  const std::string first =
      backwards ? " ORDER BY seq DESC LIMIT :limit" : " ORDER BY seq LIMIT :limit";
  if (filter.types.empty()) return "SELECT seq FROM events WHERE" + where + first;
  if (filter.types.size() > kTypesApartMax) {
    return "SELECT seq FROM events WHERE type IN (SELECT value FROM json_each(:types)) AND" +
           where + first;
  }
  std::string sql;
  for (std::size_t index = 0; index < filter.types.size(); ++index) {
    if (index > 0) sql += " UNION ";
    sql += "SELECT seq FROM (SELECT seq FROM events WHERE type=:type" + std::to_string(index) +
           " AND" + where + first + ")";
  }
  return sql + first;
}

Result<json::array> files_at(Connection& connection, Sequence seq) {
  TRY(Statement statement, connection.prepare(kFilesAt));
  statement.bind(1, seq);
  json::array files;
  for (;;) {
    TRY(const bool more, statement.step());
    if (!more) return files;
    std::istringstream state{std::string(statement.text(1))};
    Sequence version = 0;
    std::int64_t size = 0;
    int removed = 1;
    std::string hash;
    state >> version >> size >> removed >> hash;
    if (removed != 0) continue;
    files.push_back(json::object{
        {"path", statement.text(0)}, {"version", version}, {"hash", hash}, {"size", size}});
  }
}

Result<void> read_files(Connection& connection, const TimelineLook& look, json::object& state) {
  if (!is_near(look)) {
    TRY(state["files"], files_at(connection, look.seq));
    return {};
  }
  const Sequence after = std::min(*look.since, look.seq);
  const Sequence through = std::max(*look.since, look.seq);
  TRY(state["files"], rows_of(connection, kFilesSince, look.seq, after, through));
  TRY(Statement removed, connection.prepare(kRemovedSince));
  removed.bind_all(look.seq, after, through);
  json::array paths;
  for (;;) {
    TRY(const bool more, removed.step());
    if (!more) break;
    paths.emplace_back(removed.text(0));
  }
  state["since"] = *look.since;
  state["removed"] = std::move(paths);
  return {};
}

}  // namespace

Result<json::object> timeline_at(const View& view, TimelineLook look) {
  const Sequence seq = look.seq;
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
      TRY_VOID(read_files(connection, look, state));
      TRY(state["agents"], rows_of(connection, kAgentsAt, seq));
      TRY(state["locks"], rows_of(connection, kLocksAt, seq, kSlotEvents));
      TRY(state["tasks"], rows_of(connection, kTasksAt, seq, std::uint64_t{limits::kPageMax}));
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
  const std::string sql = range_sql(filter);
  std::vector<Sequence> found;
  const auto work = [&](Connection& connection) -> Result<void> {
    found.clear();
    TRY(Statement statement, connection.prepare(sql));
    const auto bind = [&statement](const char* name, const auto& value) {
      const int index = sqlite3_bind_parameter_index(statement.handle(), name);
      if (index != 0) statement.bind(index, value);
    };
    bind(":from", filter.from);
    bind(":before", filter.before);
    bind(":types", json::serialize(json::value_from(filter.types)));
    for (std::size_t index = 0; index < filter.types.size(); ++index) {
      bind((":type" + std::to_string(index)).c_str(), filter.types[index]);
    }
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
  if (filter.before > 0) std::ranges::reverse(found);
  return found;
}

}  // namespace coditect::databases
