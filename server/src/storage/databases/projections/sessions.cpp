#include "storage/databases/projections/sessions.h"

#include <string>

#include "storage/databases/event_fields.h"

namespace coditect::databases {

namespace {

constexpr char kSchema[] = R"sql(
CREATE TABLE sessions(
  id          TEXT PRIMARY KEY,
  actor       TEXT NOT NULL,
  started_seq INTEGER NOT NULL,
  started_at  TEXT NOT NULL,
  expires_at  TEXT,
  renewals    INTEGER NOT NULL DEFAULT 0,
  ended_seq   INTEGER,
  ended_at    TEXT
) WITHOUT ROWID;
CREATE TABLE renewals(
  session    TEXT NOT NULL,
  seq        INTEGER NOT NULL,
  ts         TEXT NOT NULL,
  actor      TEXT NOT NULL,
  expires_at TEXT,
  PRIMARY KEY(session, seq)
) WITHOUT ROWID;
CREATE TABLE participants(
  actor     TEXT PRIMARY KEY,
  first_seq INTEGER NOT NULL,
  first_at  TEXT NOT NULL,
  last_seq  INTEGER NOT NULL,
  last_at   TEXT NOT NULL,
  events    INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE lifecycle(
  seq    INTEGER PRIMARY KEY,
  ts     TEXT NOT NULL,
  change TEXT NOT NULL,
  actor  TEXT NOT NULL,
  reason TEXT
);
)sql";

Result<void> apply_session(const Event& event, const std::string& ts, ProjectionTarget& target) {
  const std::string id = find_string(event.data, "id").value_or(event.session);
  const auto expires_at = find_string(event.data, "expires_at");
  if (event.type == "session_started") {
    return target.run(
        "INSERT INTO sessions(id, actor, started_seq, started_at, expires_at) VALUES(?,?,?,?,?)"
        " ON CONFLICT(id) DO UPDATE SET expires_at=excluded.expires_at",
        id, event.actor, event.seq, ts, expires_at);
  }
  if (event.type == "session_renewed") {
    TRY_VOID(target.run(
        "UPDATE sessions SET expires_at=?2, renewals=renewals+1, ended_seq=NULL, ended_at=NULL"
        " WHERE id=?1",
        id, expires_at));
    return target.run("INSERT INTO renewals(session, seq, ts, actor, expires_at) VALUES(?,?,?,?,?)",
                      id, event.seq, ts, event.actor, expires_at);
  }
  if (event.type == "session_expired") {
    return target.run("UPDATE sessions SET ended_seq=?2, ended_at=?3 WHERE id=?1", id, event.seq,
                      ts);
  }
  return {};
}

Result<void> apply(const Event& event, ProjectionTarget& target) {
  const std::string ts = to_rfc3339(event.ts);
  TRY_VOID(
      target.run("INSERT INTO participants(actor, first_seq, first_at, last_seq, last_at, events)"
                 " VALUES(?1,?2,?3,?2,?3,1)"
                 " ON CONFLICT(actor) DO UPDATE SET last_seq=?2, last_at=?3, events=events+1",
                 event.actor, event.seq, ts));
  if (event.type.starts_with("session_")) return apply_session(event, ts, target);
  constexpr std::string_view kWorkspace = "workspace_";
  if (event.type.starts_with(kWorkspace)) {
    return target.run("INSERT INTO lifecycle(seq, ts, change, actor, reason) VALUES(?,?,?,?,?)",
                      event.seq, ts, event.type.substr(kWorkspace.size()), event.actor,
                      find_string(event.data, "reason"));
  }
  return {};
}

}  // namespace

constexpr Projection kSessions{DatabaseName::kSessions, 1, kSchema, apply};

}  // namespace coditect::databases
