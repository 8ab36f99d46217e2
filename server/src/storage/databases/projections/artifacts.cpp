#include "storage/databases/projections/artifacts.h"

#include <cstdint>
#include <optional>
#include <string>

#include "storage/databases/event_fields.h"

namespace coditect::databases {

namespace {

constexpr char kSchema[] = R"sql(
CREATE TABLE file_versions(
  path      TEXT NOT NULL,
  seq       INTEGER NOT NULL,
  ts        TEXT NOT NULL,
  op        TEXT NOT NULL,
  actor     TEXT NOT NULL,
  task      TEXT,
  hash      TEXT NOT NULL,
  before    TEXT,
  size      INTEGER NOT NULL,
  mode      INTEGER,
  from_path TEXT,
  to_path   TEXT,
  PRIMARY KEY(path, seq)
) WITHOUT ROWID;
CREATE INDEX file_versions_by_seq ON file_versions(seq);
CREATE TABLE changes(
  seq    INTEGER PRIMARY KEY,
  kind   TEXT NOT NULL,
  at     INTEGER,
  remove INTEGER,
  text   TEXT,
  blob   TEXT
);
CREATE TABLE checkpoints(
  seq   INTEGER PRIMARY KEY,
  id    TEXT NOT NULL,
  ts    TEXT NOT NULL,
  actor TEXT NOT NULL,
  label TEXT NOT NULL,
  tree  TEXT NOT NULL,
  files INTEGER,
  bytes INTEGER
);
CREATE INDEX checkpoints_by_id ON checkpoints(id);
)sql";

constexpr char kInsertVersion[] =
    "INSERT INTO file_versions(path, seq, ts, op, actor, task, hash, before, size, mode,"
    " from_path, to_path) VALUES(?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING";

Result<void> insert_change(const Event& event, ProjectionTarget& target) {
  static constexpr char kInsert[] =
      "INSERT INTO changes(seq, kind, at, remove, text, blob) VALUES(?,?,?,?,?,?)";
  if (const json::object* splice = find_object(event.data, "splice")) {
    return target.run(kInsert, event.seq, "splice", find_int(*splice, "at").value_or(0),
                      find_int(*splice, "remove").value_or(0),
                      find_string(*splice, "insert").value_or(""), nullptr);
  }
  if (const auto text = find_string(event.data, "text")) {
    return target.run(kInsert, event.seq, "text", nullptr, nullptr, *text, nullptr);
  }
  if (const auto blob = find_string(event.data, "blob")) {
    return target.run(kInsert, event.seq, "blob", nullptr, nullptr, nullptr, *blob);
  }
  return {};
}

Result<void> apply_edit(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const auto path = find_string(data, "path");
  if (!path) return {};
  const std::string op = find_string(data, "op").value_or("write");
  const std::string ts = to_rfc3339(event.ts);
  const auto task = unless_empty(event.task);
  const auto before = find_string(data, "before");
  const auto from = find_string(data, "from");
  if (op == "move" && from && *from != *path) {
    TRY_VOID(target.run(kInsertVersion, *from, event.seq, ts, "moved_away", event.actor, task, "",
                        before, 0, nullptr, nullptr, *path));
  }
  TRY_VOID(target.run(kInsertVersion, *path, event.seq, ts, op, event.actor, task,
                      find_string(data, "hash").value_or(""), before,
                      find_int(data, "size").value_or(0), find_int(data, "mode"), from, nullptr));
  return insert_change(event, target);
}

Result<void> apply_checkpoint(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const std::string ts = to_rfc3339(event.ts);
  TRY_VOID(
      target.run("INSERT INTO checkpoints(seq, id, ts, actor, label, tree, files, bytes)"
                 " VALUES(?,?,?,?,?,?,?,?)",
                 event.seq, find_string(data, "id").value_or(""), ts, event.actor,
                 find_string(data, "label").value_or(""), find_string(data, "tree").value_or(""),
                 find_int(data, "files"), find_int(data, "bytes")));
  TRY(const auto files, target.provisioned(event));
  if (!files) return {};
  for (const TreeFile& file : *files) {
    TRY_VOID(
        target.run("INSERT INTO file_versions(path, seq, ts, op, actor, hash, size, mode)"
                   " SELECT ?1,?2,?3,'provisioned',?4,?5,?6,?7"
                   " WHERE NOT EXISTS (SELECT 1 FROM file_versions WHERE path=?1)",
                   file.path, event.seq, ts, event.actor, file.hash, file.size, file.mode));
  }
  return {};
}

Result<void> apply(const Event& event, ProjectionTarget& target) {
  if (event.type == "file_edit") return apply_edit(event, target);
  if (event.type == "checkpoint") return apply_checkpoint(event, target);
  return {};
}

}  // namespace

constexpr Projection kArtifacts{DatabaseName::kArtifacts, 1, kSchema, apply};

}  // namespace coditect::databases
