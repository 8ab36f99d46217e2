#include "storage/databases/projections/workspace_index.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "storage/databases/event_fields.h"
#include "storage/databases/event_text.h"
#include "storage/databases/language.h"

namespace coditect::databases {

namespace {

// log_fts holds no text, only where words are: the text is in the log, whose event `rowid` names.
constexpr char kSchema[] = R"sql(
CREATE TABLE files(
  path         TEXT PRIMARY KEY,
  folder       TEXT NOT NULL,
  version      INTEGER NOT NULL,
  hash         TEXT NOT NULL,
  size         INTEGER NOT NULL,
  mode         INTEGER,
  language     TEXT NOT NULL,
  modified_seq INTEGER NOT NULL,
  modified_at  TEXT NOT NULL,
  modified_by  TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX files_by_folder ON files(folder);
CREATE INDEX files_by_language ON files(language, size);
CREATE INDEX files_by_change ON files(modified_seq);
CREATE INDEX files_by_hash ON files(hash);
CREATE VIEW languages AS
  SELECT language, count(*) AS files, sum(size) AS bytes FROM files GROUP BY language;
CREATE VIEW folders AS
  SELECT folder, count(*) AS files, sum(size) AS bytes FROM files GROUP BY folder;
CREATE VIRTUAL TABLE log_fts USING fts5(
  text, content='', tokenize='unicode61 remove_diacritics 2');
)sql";

std::string_view folder_of(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

Result<void> apply_edit(const Event& event, ProjectionTarget& target) {
  const json::object& data = event.data;
  const auto path = find_string(data, "path");
  if (!path) return {};
  const std::string op = find_string(data, "op").value_or("write");
  if (op == "remove") return target.run("DELETE FROM files WHERE path=?", *path);
  // A file keeps its mode where an edit does not say another.
  auto mode = find_int(data, "mode");
  const std::string from = find_string(data, "from").value_or("");
  if (op == "move" && !from.empty() && from != *path) {
    if (!mode) {
      TRY(mode, target.integer("SELECT mode FROM files WHERE path=?", from));
    }
    TRY_VOID(target.run("DELETE FROM files WHERE path=?", from));
  }
  return target.run(
      "INSERT INTO files(path, folder, version, hash, size, mode, language, modified_seq,"
      " modified_at, modified_by) VALUES(?1,?2,?3,?4,?5,?6,?7,?3,?8,?9)"
      " ON CONFLICT DO UPDATE SET version=?3, hash=?4, size=?5, mode=coalesce(?6, mode),"
      " modified_seq=?3, modified_at=?8, modified_by=?9",
      *path, folder_of(*path), event.seq, find_string(data, "hash").value_or(""),
      find_int(data, "size").value_or(0), mode, language_of(*path), to_rfc3339(event.ts),
      event.actor);
}

Result<void> apply_checkpoint(const Event& event, ProjectionTarget& target) {
  TRY(const auto files, target.provisioned(event));
  if (!files) return {};
  const std::string ts = to_rfc3339(event.ts);
  for (const TreeFile& file : *files) {
    TRY_VOID(target.run(
        "INSERT INTO files(path, folder, version, hash, size, mode, language, modified_seq,"
        " modified_at, modified_by) VALUES(?1,?2,?3,?4,?5,?6,?7,?3,?8,?9) ON CONFLICT DO NOTHING",
        file.path, folder_of(file.path), event.seq, file.hash, file.size, file.mode,
        language_of(file.path), ts, event.actor));
  }
  return {};
}

Result<void> apply_words(const Event& event, ProjectionTarget& target) {
  const std::string text = searched_text(event);
  if (text.empty()) return {};
  return target.run("INSERT INTO log_fts(rowid, text) VALUES(?,?)", event.seq, text);
}

Result<void> apply(const Event& event, ProjectionTarget& target) {
  TRY_VOID(apply_words(event, target));
  if (event.type == "file_edit") return apply_edit(event, target);
  if (event.type == "checkpoint") return apply_checkpoint(event, target);
  return {};
}

}  // namespace

constexpr Projection kWorkspaceIndex{DatabaseName::kWorkspaceIndex, 2, kSchema, apply};

}  // namespace coditect::databases
