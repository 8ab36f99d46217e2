#include "workspace/undo/task_runs.h"

#include <algorithm>

#include "workspace/undo/file_content.h"
#include "workspace/undo/undo_limits.h"

namespace coditect::workspace {

namespace {

using databases::Connection;
using databases::Statement;

/// One row of a path's history.
struct Row {
  Sequence seq = 0;
  std::string op;
  std::string hash;
  std::string from;
  std::string task;
  std::string actor;
  std::optional<std::uint32_t> mode;
};

Result<std::vector<Row>> read_history(Connection& connection, std::string_view path) {
  TRY(Statement statement,
      connection.prepare("SELECT seq, op, hash, from_path, task, actor, mode FROM file_versions"
                         " WHERE path=? ORDER BY seq"));
  statement.bind_all(path);
  std::vector<Row> rows;
  for (;;) {
    TRY(const bool found, statement.step());
    if (!found) return rows;
    Row row{static_cast<Sequence>(statement.integer(0)),
            std::string(statement.text(1)),
            std::string(statement.text(2)),
            std::string(statement.text(3)),
            std::string(statement.text(4)),
            std::string(statement.text(5)),
            {}};
    if (!statement.is_null(6)) row.mode = static_cast<std::uint32_t>(statement.integer(6));
    rows.push_back(std::move(row));
  }
}

/// The mode that a file had right after event `seq`; a move brings that of where it came from.
Result<std::uint32_t> mode_at(Connection& connection, std::string path, Sequence seq) {
  TRY(Statement statement,
      connection.prepare("SELECT seq, op, from_path, mode FROM file_versions"
                         " WHERE path=? AND seq<=? ORDER BY seq DESC LIMIT 1"));
  for (;;) {
    statement.bind_all(path, seq);
    TRY(const bool found, statement.step());
    if (!found) return 0644u;
    if (!statement.is_null(3)) return static_cast<std::uint32_t>(statement.integer(3));
    seq = static_cast<Sequence>(statement.integer(0)) - 1;
    if (statement.text(1) == "move") path = std::string(statement.text(2));
    statement.reset();
  }
}

bool is_there(const Row& row) { return row.op != "remove" && row.op != "moved_away"; }

Result<FileThen> version_of(Connection& connection, const std::string& path, const Row* row) {
  if (row == nullptr || !is_there(*row)) return FileThen();
  FileVersion version;
  version.hash = row->hash;
  TRY(version.mode, mode_at(connection, path, row->seq));
  version.path = path;
  version.seq = row->seq;
  return FileThen(std::move(version));
}

/// Who changed the path after row `at` and is not the task.
std::string later_than(const std::vector<Row>& rows, std::size_t at, std::string_view task) {
  for (std::size_t i = rows.size(); i-- > at + 1;) {
    if (rows[i].task == task) continue;
    return rows[i].actor + " (event " + std::to_string(rows[i].seq) + ")";
  }
  return {};
}

Result<void> add_runs(Connection& connection, const std::string& path, std::string_view task,
                      std::vector<TaskRun>& runs) {
  TRY(const std::vector<Row> rows, read_history(connection, path));
  for (std::size_t at = 0; at < rows.size(); ++at) {
    if (rows[at].task != task || rows[at].op == "moved_away") continue;
    TaskRun run;
    run.path = path;
    if (rows[at].op == "move") {
      run.from = rows[at].from;
    } else {
      TRY(run.before, version_of(connection, path, at == 0 ? nullptr : &rows[at - 1]));
      const auto goes_on = [&](const Row& next) {
        return next.task == task && next.op != "move" && next.op != "moved_away";
      };
      while (at + 1 < rows.size() && goes_on(rows[at + 1])) ++at;
      TRY(run.after, version_of(connection, path, &rows[at]));
    }
    run.last = rows[at].seq;
    run.later = later_than(rows, at, task);
    runs.push_back(std::move(run));
  }
  return {};
}

Result<std::string> load(const databases::View& view, const blobs::BlobStore& blobs,
                         const FileVersion& version) {
  if (version.text) return *version.text;
  TRY(const auto changes, databases::file_changes_until(view, version.path, version.seq));
  return content_of(changes, blobs);
}

Error too_much() {
  return {Errc::kLimit, "the task changed more than 256 MB of files",
          "restore the checkpoint that was made before it"};
}

}  // namespace

Result<std::vector<TaskRun>> read_task_runs(const databases::View& view, std::string_view task) {
  std::vector<TaskRun> runs;
  const auto work = [&](Connection& connection) -> Result<void> {
    runs.clear();
    TRY(Statement statement,
        connection.prepare("SELECT DISTINCT path FROM file_versions WHERE task=?"));
    statement.bind_all(task);
    std::vector<std::string> paths;
    for (;;) {
      TRY(const bool found, statement.step());
      if (!found) break;
      paths.emplace_back(statement.text(0));
    }
    for (const std::string& path : paths) TRY_VOID(add_runs(connection, path, task, runs));
    return {};
  };
  TRY_VOID(view.read(databases::DatabaseName::kArtifacts, work));
  std::ranges::sort(runs, {}, &TaskRun::last);
  return runs;
}

Result<Undone> undo_task(const databases::View& view, const blobs::BlobStore& blobs,
                         std::string_view task, const FileIndex::Files& now) {
  TRY(const std::vector<TaskRun> runs, read_task_runs(view, task));
  std::map<std::string, FileThen> files;
  const auto add = [&](const std::string& path) {
    if (path.empty() || files.contains(path)) return;
    const auto known = now.find(path);
    FileThen& file = files[path];
    if (known == now.end()) return;
    file = FileVersion{known->second.hash, known->second.mode, {}, path, known->second.version};
  };
  for (const TaskRun& run : runs) {
    add(run.path);
    add(run.from);
  }
  const ContentOf content = [&](const FileVersion& version) { return load(view, blobs, version); };
  TRY(Undone undone, undo_runs(runs, std::move(files), content));
  std::size_t bytes = 0;
  for (auto& [path, file] : undone.files) {
    for (FileThen* side : {&file.now, &file.then}) {
      if (!*side) continue;
      TRY((*side)->text, content(**side));
      bytes += (*side)->text->size();
      if (bytes > limits::kUndoBytesMax) return too_much();
    }
  }
  return undone;
}

}  // namespace coditect::workspace
