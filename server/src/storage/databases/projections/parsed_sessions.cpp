#include "storage/databases/projections/parsed_sessions.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/databases/event_fields.h"
#include "storage/databases/projections/density.h"

namespace coditect::databases {

namespace {

// A *_states table has one row per change; the state at seq S is each key's last row at or before
// S. The small tables paths, agents and tasks list the keys, so that this is one seek per key.
constexpr char kSchema[] = R"sql(
CREATE TABLE events(
  seq     INTEGER PRIMARY KEY,
  ts      TEXT NOT NULL,
  type    TEXT NOT NULL,
  actor   TEXT NOT NULL,
  agent   TEXT,
  session TEXT,
  task    TEXT,
  path    TEXT,
  bytes   INTEGER NOT NULL
);
CREATE INDEX events_by_ts ON events(ts, seq);
CREATE INDEX events_by_type ON events(type, seq);
CREATE INDEX events_by_agent ON events(agent, seq) WHERE agent IS NOT NULL;
CREATE INDEX events_by_task ON events(task, seq) WHERE task IS NOT NULL;
CREATE INDEX events_by_path ON events(path, seq) WHERE path IS NOT NULL;
CREATE TABLE paths(path TEXT PRIMARY KEY, first_seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE file_states(
  path    TEXT NOT NULL,
  seq     INTEGER NOT NULL,
  version INTEGER NOT NULL,
  hash    TEXT NOT NULL,
  size    INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  PRIMARY KEY(path, seq)
) WITHOUT ROWID;
CREATE INDEX file_states_by_seq ON file_states(seq);
CREATE TABLE agents(agent TEXT PRIMARY KEY, first_seq INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE agent_states(
  agent TEXT NOT NULL,
  seq   INTEGER NOT NULL,
  state TEXT NOT NULL,
  task  TEXT,
  PRIMARY KEY(agent, seq)
) WITHOUT ROWID;
CREATE TABLE lock_spans(
  from_seq   INTEGER PRIMARY KEY,
  to_seq     INTEGER,
  path       TEXT NOT NULL,
  token,
  mode       TEXT NOT NULL,
  holder     TEXT NOT NULL,
  expires_at TEXT,
  reason     TEXT
);
CREATE INDEX lock_spans_by_end ON lock_spans(to_seq, from_seq);
CREATE INDEX lock_spans_by_path ON lock_spans(path, from_seq);
CREATE TABLE lock_crossings(
  slot     INTEGER NOT NULL,
  from_seq INTEGER NOT NULL,
  PRIMARY KEY(slot, from_seq)
) WITHOUT ROWID;
CREATE TABLE tasks(
  task      TEXT PRIMARY KEY,
  agent     TEXT,
  first_seq INTEGER NOT NULL,
  end_seq   INTEGER
) WITHOUT ROWID;
CREATE INDEX tasks_by_end ON tasks(end_seq, first_seq);
CREATE TABLE task_states(
  task     TEXT NOT NULL,
  seq      INTEGER NOT NULL,
  state    TEXT NOT NULL,
  agent    TEXT,
  priority INTEGER NOT NULL,
  attempt  INTEGER NOT NULL,
  reason   TEXT,
  PRIMARY KEY(task, seq)
) WITHOUT ROWID;
CREATE TABLE density(
  slot   INTEGER NOT NULL,
  type   TEXT NOT NULL,
  agent  TEXT NOT NULL,
  events INTEGER NOT NULL,
  PRIMARY KEY(slot, type, agent)
) WITHOUT ROWID;
CREATE TABLE idle_gaps(seq INTEGER PRIMARY KEY, ms INTEGER NOT NULL);
)sql";

struct FileState {
  std::string_view path;
  Sequence version = 0;
  std::string_view hash;
  std::int64_t size = 0;
  bool removed = false;
};

Result<void> add_file_state(const FileState& file, ProjectionTarget& target) {
  TRY_VOID(target.run("INSERT INTO paths(path, first_seq) VALUES(?,?) ON CONFLICT DO NOTHING",
                      file.path, file.version));
  return target.run(
      "INSERT INTO file_states(path, seq, version, hash, size, removed) VALUES(?1,?2,?2,?3,?4,?5)"
      " ON CONFLICT DO NOTHING",
      file.path, file.version, file.hash, file.size, file.removed ? 1 : 0);
}

Result<void> apply_edit(const Event& event, ProjectionTarget& target) {
  const auto path = find_string(event.data, "path");
  if (!path) return {};
  const std::string op = find_string(event.data, "op").value_or("write");
  const auto from = find_string(event.data, "from");
  if (op == "move" && from && *from != *path) {
    const FileState gone{
        .path = *from, .version = event.seq, .hash = {}, .size = 0, .removed = true};
    TRY_VOID(add_file_state(gone, target));
  }
  const std::string hash = find_string(event.data, "hash").value_or("");
  const FileState state{.path = *path,
                        .version = event.seq,
                        .hash = hash,
                        .size = find_int(event.data, "size").value_or(0),
                        .removed = op == "remove"};
  return add_file_state(state, target);
}

Result<void> apply_checkpoint(const Event& event, ProjectionTarget& target) {
  TRY(const auto files, target.provisioned(event));
  if (!files) return {};
  for (const TreeFile& file : *files) {
    TRY_VOID(
        target.run("INSERT INTO file_states(path, seq, version, hash, size, removed)"
                   " SELECT ?1,?2,?2,?3,?4,0 WHERE NOT EXISTS (SELECT 1 FROM paths WHERE path=?1)",
                   file.path, event.seq, file.hash, file.size));
    TRY_VOID(target.run("INSERT INTO paths(path, first_seq) VALUES(?,?) ON CONFLICT DO NOTHING",
                        file.path, event.seq));
  }
  return {};
}

// `state` and `keep_task` empty: as before.
Result<void> add_agent_state(const Event& event, std::string_view agent,
                             const std::optional<std::string>& state, std::string_view otherwise,
                             const std::optional<std::string>& task, ProjectionTarget& target) {
  TRY_VOID(target.run("INSERT INTO agents(agent, first_seq) VALUES(?,?) ON CONFLICT DO NOTHING",
                      agent, event.seq));
  return target.run(
      "INSERT INTO agent_states(agent, seq, state, task) VALUES(?1, ?2, coalesce(?3,"
      " (SELECT state FROM agent_states WHERE agent=?1 ORDER BY seq DESC LIMIT 1), ?4), ?5)"
      " ON CONFLICT DO NOTHING",
      agent, event.seq, state, otherwise, task);
}

Result<void> apply_agent_state(const Event& event, ProjectionTarget& target) {
  const auto agent = agent_of(event);
  if (!agent) return {};
  const std::string to = find_string(event.data, "to").value_or("idle");
  auto task = unless_empty(event.task);
  if (!task && to != "idle") {
    TRY(task, target.text("SELECT task FROM agent_states WHERE agent=? ORDER BY seq DESC LIMIT 1",
                          *agent));
  }
  if (to == "idle") task.reset();
  return add_agent_state(event, *agent, to, "idle", task, target);
}

// What a task event says about the task's state; nothing where it stays as it was.
std::optional<std::string> task_state_after(const Event& event) {
  if (event.type == "task_queued" || event.type == "task_requeued") return "queued";
  if (event.type == "task_started") return "running";
  if (event.type == "task_resumed") return find_string(event.data, "state").value_or("running");
  if (event.type == "task_waiting") return "waiting";
  if (event.type == "task_paused") return "paused";
  if (event.type == "task_finished") return find_string(event.data, "state").value_or("failed");
  return std::nullopt;
}

std::optional<std::string> task_reason(const Event& event) {
  if (event.type == "task_waiting") {
    return find_string(event.data, "for").value_or("") + ": " +
           find_string(event.data, "what").value_or("");
  }
  if (event.type == "task_paused") {
    return "pause: " + find_string(event.data, "what").value_or("");
  }
  return find_string(event.data, "reason");
}

Result<void> apply_task(const Event& event, ProjectionTarget& target) {
  const auto state = task_state_after(event);
  const bool moves = event.type == "task_promoted" || event.type == "task_moved";
  if (event.task.empty() || (!state && !moves)) return {};
  const auto agent = agent_of(event);
  TRY_VOID(
      target.run("INSERT INTO tasks(task, agent, first_seq) VALUES(?,?,?)"
                 " ON CONFLICT DO UPDATE SET end_seq=NULL, agent=coalesce(excluded.agent, agent)",
                 event.task, agent, event.seq));
  TRY_VOID(
      target.run("INSERT INTO task_states(task, seq, state, agent, priority, attempt, reason)"
                 " SELECT ?1, ?2, coalesce(?3, old.state, 'queued'), coalesce(?4, old.agent),"
                 " coalesce(?5, old.priority, 5), coalesce(?6, old.attempt, 1), ?7"
                 " FROM (SELECT 1) LEFT JOIN"
                 " (SELECT * FROM task_states WHERE task=?1 ORDER BY seq DESC LIMIT 1) AS old",
                 event.task, event.seq, state, agent, find_int(event.data, "priority"),
                 find_int(event.data, "attempt"), task_reason(event)));
  if (event.type == "task_finished") {
    TRY_VOID(target.run("UPDATE tasks SET end_seq=?2 WHERE task=?1", event.task, event.seq));
  }
  if (!agent) return {};
  if (event.type == "task_started") {
    return add_agent_state(event, *agent, {}, "executing", event.task, target);
  }
  if (event.type == "task_finished") return add_agent_state(event, *agent, {}, "idle", {}, target);
  return {};
}

// The slots of events that begin while a lock is held, so that who held what at a moment is found
// without a look at every lock there ever was: those taken in its slot, those that cross into it.
constexpr char kInsertCrossings[] =
    "INSERT INTO lock_crossings(slot, from_seq) WITH RECURSIVE crossed(slot, last, from_seq) AS ("
    " SELECT (from_seq-1)/?4+1, (?3-1)/?4, from_seq FROM lock_spans"
    " WHERE to_seq IS NULL AND path=?1 AND token IS ?2"
    " UNION ALL SELECT slot+1, last, from_seq FROM crossed WHERE slot<last)"
    " SELECT slot, from_seq FROM crossed WHERE slot<=last";

Result<void> apply_lock(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const auto path = find_string(data, "path");
  if (!path) return {};
  const Value token = scalar(data, "token");
  if (event.type == "lock_acquired") {
    return target.run(
        "INSERT INTO lock_spans(from_seq, path, token, mode, holder, expires_at)"
        " VALUES(?,?,?,?,?,?)",
        event.seq, *path, token, find_string(data, "mode").value_or("write"),
        find_string(data, "holder").value_or(event.actor), find_string(data, "expires_at"));
  }
  if (event.type == "lock_renewed") {
    return target.run(
        "UPDATE lock_spans SET expires_at=?3 WHERE to_seq IS NULL AND path=?1 AND token IS ?2",
        *path, token, find_string(data, "expires_at"));
  }
  if (event.type == "lock_released") {
    TRY_VOID(target.run(kInsertCrossings, *path, token, event.seq, kSlotEvents));
    return target.run(
        "UPDATE lock_spans SET to_seq=?3, reason=?4"
        " WHERE to_seq IS NULL AND path=?1 AND token IS ?2",
        *path, token, event.seq, find_string(data, "reason"));
  }
  return {};
}

Result<void> apply(const Event& event, ProjectionTarget& target) {
  TRY_VOID(apply_density(event, target));
  TRY_VOID(target.run(
      "INSERT INTO events(seq, ts, type, actor, agent, session, task, path, bytes)"
      " VALUES(?,?,?,?,?,?,?,?,?)",
      event.seq, to_rfc3339(event.ts), event.type, event.actor, agent_of(event),
      unless_empty(event.session), unless_empty(event.task), find_string(event.data, "path"),
      static_cast<std::uint64_t>(to_line(event).size())));
  if (event.type == "file_edit") return apply_edit(event, target);
  if (event.type == "checkpoint") return apply_checkpoint(event, target);
  if (event.type == "agent_state_change") return apply_agent_state(event, target);
  if (event.type.starts_with("task_")) return apply_task(event, target);
  if (event.type.starts_with("lock_")) return apply_lock(event, target);
  return {};
}

}  // namespace

constexpr Projection kParsedSessions{DatabaseName::kParsedSessions, 1, kSchema, apply};

}  // namespace coditect::databases
