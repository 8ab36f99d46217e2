#include "storage/databases/projections/agent_metrics.h"

#include <cstdint>
#include <optional>
#include <string>

#include "storage/databases/event_fields.h"

namespace coditect::databases {

namespace {

constexpr char kSchema[] = R"sql(
CREATE TABLE tasks(
  id            TEXT PRIMARY KEY,
  agent         TEXT,
  state         TEXT NOT NULL,
  priority      INTEGER NOT NULL DEFAULT 5,
  prompt        TEXT NOT NULL DEFAULT '',
  parent        TEXT,
  depends_on    TEXT,
  budget_usd    REAL,
  attempts      INTEGER NOT NULL DEFAULT 1,
  retries       INTEGER NOT NULL DEFAULT 0,
  queued_seq    INTEGER NOT NULL,
  queued_at     TEXT NOT NULL,
  started_seq   INTEGER,
  started_at    TEXT,
  finished_seq  INTEGER,
  finished_at   TEXT,
  wait_ms       REAL,
  elapsed_ms    REAL,
  result        TEXT,
  error_kind    TEXT,
  error_message TEXT,
  error_hint    TEXT
) WITHOUT ROWID;
CREATE INDEX tasks_by_finish ON tasks(finished_seq) WHERE finished_seq IS NOT NULL;
CREATE INDEX tasks_by_agent ON tasks(agent, queued_seq);
CREATE TABLE agents_daily(
  day             TEXT NOT NULL,
  agent           TEXT NOT NULL,
  tasks_succeeded INTEGER NOT NULL DEFAULT 0,
  tasks_failed    INTEGER NOT NULL DEFAULT 0,
  tasks_cancelled INTEGER NOT NULL DEFAULT 0,
  task_ms         REAL NOT NULL DEFAULT 0,
  tool_calls      INTEGER NOT NULL DEFAULT 0,
  tool_errors     INTEGER NOT NULL DEFAULT 0,
  tool_ms         REAL NOT NULL DEFAULT 0,
  model_calls     INTEGER NOT NULL DEFAULT 0,
  input           INTEGER NOT NULL DEFAULT 0,
  cached          INTEGER NOT NULL DEFAULT 0,
  cache_write     INTEGER NOT NULL DEFAULT 0,
  output          INTEGER NOT NULL DEFAULT 0,
  cost_usd        REAL NOT NULL DEFAULT 0,
  retries         INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY(day, agent)
) WITHOUT ROWID;
CREATE TABLE tool_calls(
  started_seq  INTEGER PRIMARY KEY,
  id           TEXT NOT NULL,
  ts           TEXT NOT NULL,
  agent        TEXT,
  task         TEXT,
  tool         TEXT NOT NULL,
  finished_seq INTEGER,
  ok           INTEGER,
  elapsed_ms   REAL
);
CREATE INDEX tool_calls_open ON tool_calls(id) WHERE finished_seq IS NULL;
CREATE INDEX tool_calls_by_task ON tool_calls(task, started_seq);
CREATE TABLE usage(
  seq         INTEGER PRIMARY KEY,
  ts          TEXT NOT NULL,
  day         TEXT NOT NULL,
  agent       TEXT,
  task        TEXT,
  provider    TEXT,
  model       TEXT,
  input       INTEGER NOT NULL,
  cached      INTEGER NOT NULL,
  cache_write INTEGER NOT NULL,
  output      INTEGER NOT NULL,
  reasoning   INTEGER NOT NULL,
  cost_usd    REAL,
  simulated   INTEGER NOT NULL,
  saved_usd   REAL,
  stop        TEXT
);
CREATE INDEX usage_by_task ON usage(task, seq);
CREATE TABLE errors(
  seq     INTEGER PRIMARY KEY,
  ts      TEXT NOT NULL,
  source  TEXT NOT NULL,
  agent   TEXT,
  task    TEXT,
  kind    TEXT,
  message TEXT,
  hint    TEXT
);
CREATE TABLE retries(
  seq      INTEGER PRIMARY KEY,
  ts       TEXT NOT NULL,
  agent    TEXT,
  task     TEXT,
  provider TEXT,
  attempt  INTEGER,
  delay_ms REAL,
  error    TEXT
);
)sql";

// A member that is a text, or an object as JSON.
std::optional<std::string> words(const json::object& data, std::string_view key) {
  if (auto text = find_string(data, key)) return text;
  return json_text(data, key);
}

std::string agent_or_none(const Event& event) { return agent_of(event).value_or(""); }

Result<void> apply_queued(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  // A task that is queued again (a retry by hand) starts over under its old id.
  return target.run(
      "INSERT INTO tasks(id, agent, state, priority, prompt, parent, depends_on, budget_usd,"
      " attempts, queued_seq, queued_at) VALUES(?,?,'queued',?,?,?,?,?,?,?,?)"
      " ON CONFLICT DO UPDATE SET state='queued', attempts=excluded.attempts, finished_seq=NULL,"
      " finished_at=NULL, elapsed_ms=NULL, result=NULL, error_kind=NULL, error_message=NULL,"
      " error_hint=NULL",
      event.task, agent_of(event), find_int(data, "priority").value_or(5),
      find_string(data, "prompt").value_or(""), find_string(data, "parent"),
      json_text(data, "depends_on"), find_double(data, "budget_usd"),
      find_int(data, "attempt").value_or(1), event.seq, to_rfc3339(event.ts));
}

Result<void> apply_started(const Event& event, ProjectionTarget& target) {
  return target.run(
      "UPDATE tasks SET state='running', attempts=coalesce(?4, attempts),"
      " started_seq=coalesce(started_seq, ?2), started_at=coalesce(started_at, ?3),"
      " wait_ms=coalesce(wait_ms,"
      " round((unixepoch(?3,'subsec')-unixepoch(queued_at,'subsec'))*1000))"
      " WHERE id=?1",
      event.task, event.seq, to_rfc3339(event.ts), find_int(event.data, "attempt"));
}

Result<void> apply_finished(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const std::string state = find_string(data, "state").value_or("failed");
  const std::string ts = to_rfc3339(event.ts);
  const double elapsed_ms = find_double(data, "elapsed_ms").value_or(0);
  static const json::object kNoError;
  const json::object* found = find_object(data, "error");
  const json::object& error = found == nullptr ? kNoError : *found;
  const auto kind = find_string(error, "kind");
  const auto message = find_string(error, "message");
  const auto hint = find_string(error, "hint");
  TRY_VOID(target.run(
      "UPDATE tasks SET state=?2, finished_seq=?3, finished_at=?4, elapsed_ms=?5, result=?6,"
      " error_kind=?7, error_message=?8, error_hint=?9 WHERE id=?1",
      event.task, state, event.seq, ts, elapsed_ms, words(data, "result"), kind, message, hint));
  if (state == "failed") {
    TRY_VOID(
        target.run("INSERT INTO errors(seq, ts, source, agent, task, kind, message, hint)"
                   " VALUES(?,?,'task',?,?,?,?,?)",
                   event.seq, ts, agent_of(event), unless_empty(event.task), kind, message, hint));
  }
  return target.run(
      "INSERT INTO agents_daily(day, agent, tasks_succeeded, tasks_failed, tasks_cancelled,"
      " task_ms) VALUES(?1,?2,?3='succeeded',?3='failed',?3='cancelled',?4)"
      " ON CONFLICT DO UPDATE SET tasks_succeeded=tasks_succeeded+excluded.tasks_succeeded,"
      " tasks_failed=tasks_failed+excluded.tasks_failed,"
      " tasks_cancelled=tasks_cancelled+excluded.tasks_cancelled, task_ms=task_ms+excluded.task_ms",
      day_of(event), agent_or_none(event), state, elapsed_ms);
}

Result<void> apply_retrying(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const std::string ts = to_rfc3339(event.ts);
  const auto agent = agent_of(event);
  const auto task = unless_empty(event.task);
  const auto error = words(data, "error");
  TRY_VOID(
      target.run("INSERT INTO retries(seq, ts, agent, task, provider, attempt, delay_ms, error)"
                 " VALUES(?,?,?,?,?,?,?,?)",
                 event.seq, ts, agent, task, find_string(data, "provider"),
                 find_int(data, "attempt"), find_double(data, "delay_ms"), error));
  TRY_VOID(
      target.run("INSERT INTO errors(seq, ts, source, agent, task, kind, message)"
                 " VALUES(?,?,'provider',?,?,'unavailable',?)",
                 event.seq, ts, agent, task, error));
  TRY_VOID(target.run("UPDATE tasks SET retries=retries+1 WHERE id=?", event.task));
  return target.run(
      "INSERT INTO agents_daily(day, agent, retries) VALUES(?,?,1)"
      " ON CONFLICT DO UPDATE SET retries=retries+1",
      day_of(event), agent_or_none(event));
}

Result<void> apply_task(const Event& event, ProjectionTarget& target) {
  static constexpr char kSetState[] =
      "UPDATE tasks SET state=?2, attempts=coalesce(?3, attempts) WHERE id=?1";
  if (event.type == "task_queued") return apply_queued(event, target);
  if (event.type == "task_started") return apply_started(event, target);
  if (event.type == "task_finished") return apply_finished(event, target);
  if (event.type == "task_retrying") return apply_retrying(event, target);
  if (event.type == "task_waiting") return target.run(kSetState, event.task, "waiting", nullptr);
  if (event.type == "task_resumed") {
    const std::string state = find_string(event.data, "state").value_or("running");
    return target.run(kSetState, event.task, state, nullptr);
  }
  if (event.type == "task_paused") {
    return target.run(kSetState, event.task, "paused", find_int(event.data, "attempt"));
  }
  if (event.type == "task_requeued") {
    return target.run(kSetState, event.task, "queued", find_int(event.data, "attempt"));
  }
  if (event.type == "task_promoted") {
    return target.run("UPDATE tasks SET priority=coalesce(?2, priority) WHERE id=?1", event.task,
                      find_int(event.data, "priority"));
  }
  if (event.type == "task_depends") {
    return target.run("UPDATE tasks SET depends_on=?2 WHERE id=?1", event.task,
                      json_text(event.data, "depends_on"));
  }
  if (event.type == "task_moved") {
    return target.run(
        "UPDATE tasks SET agent=coalesce(?2, agent), priority=coalesce(?3, priority) WHERE id=?1",
        event.task, agent_of(event), find_int(event.data, "priority"));
  }
  return {};
}

Result<void> apply_tool_finished(const Event& event, const std::string& id,
                                 ProjectionTarget& target) {
  const auto agent = agent_of(event);
  const auto ok = flag(event.data, "ok");
  const double elapsed_ms = find_double(event.data, "elapsed_ms").value_or(0);
  TRY_VOID(
      target.run("UPDATE tool_calls SET finished_seq=?3, ok=?4, elapsed_ms=?5 WHERE started_seq="
                 "(SELECT max(started_seq) FROM tool_calls"
                 " WHERE finished_seq IS NULL AND id=?1 AND agent IS ?2)",
                 id, agent, event.seq, ok, elapsed_ms));
  if (ok == 0) {
    TRY_VOID(
        target.run("INSERT INTO errors(seq, ts, source, agent, task, kind, message)"
                   " VALUES(?,?,'tool',?,?,?,substr(?,1,2000))",
                   event.seq, to_rfc3339(event.ts), agent, unless_empty(event.task),
                   find_string(event.data, "tool"), words(event.data, "output")));
  }
  return target.run(
      "INSERT INTO agents_daily(day, agent, tool_calls, tool_errors, tool_ms) VALUES(?,?,1,?,?)"
      " ON CONFLICT DO UPDATE SET tool_calls=tool_calls+1,"
      " tool_errors=tool_errors+excluded.tool_errors, tool_ms=tool_ms+excluded.tool_ms",
      day_of(event), agent_or_none(event), ok == 0 ? 1 : 0, elapsed_ms);
}

Result<void> apply_tool_call(const Event& event, ProjectionTarget& target) {
  const std::string id = find_string(event.data, "id").value_or("");
  if (find_string(event.data, "phase") == "finished") {
    return apply_tool_finished(event, id, target);
  }
  return target.run(
      "INSERT INTO tool_calls(started_seq, id, ts, agent, task, tool) VALUES(?,?,?,?,?,?)",
      event.seq, id, to_rfc3339(event.ts), agent_of(event), unless_empty(event.task),
      find_string(event.data, "tool").value_or(""));
}

Result<void> apply_usage(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const auto tokens = [&data](std::string_view key) { return find_int(data, key).value_or(0); };
  const auto cost_usd = find_double(data, "cost_usd");
  TRY_VOID(target.run(
      "INSERT INTO usage(seq, ts, day, agent, task, provider, model, input, cached, cache_write,"
      " output, reasoning, cost_usd, simulated, saved_usd, stop)"
      " VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)",
      event.seq, to_rfc3339(event.ts), day_of(event), agent_of(event), unless_empty(event.task),
      find_string(data, "provider"), find_string(data, "model"), tokens("input"), tokens("cached"),
      tokens("cache_write"), tokens("output"), tokens("reasoning"), cost_usd,
      flag(data, "simulated").value_or(0), find_double(data, "saved_usd"),
      find_string(data, "stop")));
  return target.run(
      "INSERT INTO agents_daily(day, agent, model_calls, input, cached, cache_write, output,"
      " cost_usd) VALUES(?,?,1,?,?,?,?,?)"
      " ON CONFLICT DO UPDATE SET model_calls=model_calls+1, input=input+excluded.input,"
      " cached=cached+excluded.cached, cache_write=cache_write+excluded.cache_write,"
      " output=output+excluded.output, cost_usd=cost_usd+excluded.cost_usd",
      day_of(event), agent_or_none(event), tokens("input"), tokens("cached"), tokens("cache_write"),
      tokens("output"), cost_usd.value_or(0));
}

Result<void> apply(const Event& event, ProjectionTarget& target) {
  if (event.type.starts_with("task_")) {
    return event.task.empty() ? Result<void>() : apply_task(event, target);
  }
  if (event.type == "tool_call") return apply_tool_call(event, target);
  if (event.type == "usage_recorded") return apply_usage(event, target);
  return {};
}

}  // namespace

constexpr Projection kAgentMetrics{DatabaseName::kAgentMetrics, 1, kSchema, apply};

}  // namespace coditect::databases
