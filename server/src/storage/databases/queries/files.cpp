#include "storage/databases/queries/files.h"

#include <algorithm>
#include <utility>

namespace coditect::databases {

namespace {

// The newest version of a path at or before a seq, with its change.
constexpr char kVersionBefore[] =
    "SELECT v.seq, v.op, v.hash, v.size, v.from_path, c.kind, c.at, c.remove, c.text, c.blob"
    " FROM file_versions AS v LEFT JOIN changes AS c ON c.seq=v.seq"
    " WHERE v.path=? AND v.seq<=? ORDER BY v.seq DESC LIMIT 1";

// Where a step back through the history leads.
enum class Back { kWhole, kSame, kFrom, kGone };

// Fills `change` from the current row. kWhole: it needs nothing before it; kSame: the version
// before of the same path; kFrom: of the path it was moved from; kGone: there is no file here.
Back read_change(const Statement& row, FileChange& change) {
  const std::string_view op = row.text(1);
  const std::string_view kind = row.text(5);
  change.seq = static_cast<Sequence>(row.integer(0));
  change.hash = row.text(2);
  if (op == "remove" || op == "moved_away") return Back::kGone;
  if (kind == "splice") {
    change.kind = FileChange::Kind::kSplice;
    change.at = row.integer(6);
    change.remove = row.integer(7);
    change.text = row.text(8);
    return op == "move" ? Back::kFrom : Back::kSame;
  }
  if (kind == "text" || kind == "blob") {
    change.kind = kind == "text" ? FileChange::Kind::kText : FileChange::Kind::kBlob;
    change.text = row.text(8);
    change.blob = row.text(9);
    return Back::kWhole;
  }
  if (op == "move" && !row.is_null(4)) return Back::kFrom;
  // A version whose event carries no change: what came with the workspace, or an empty file.
  change.kind = row.integer(3) == 0 ? FileChange::Kind::kText : FileChange::Kind::kBlob;
  if (change.kind == FileChange::Kind::kBlob) change.blob = change.hash;
  return Back::kWhole;
}

Error no_file(std::string_view path, Sequence seq) {
  return not_found("there was no file " + std::string(path) + " at event " + std::to_string(seq));
}

// The steps, newest first.
Result<void> walk_back(Statement& version, std::string path, Sequence seq,
                       std::vector<FileChange>& steps) {
  for (;;) {
    version.bind_all(path, seq);
    TRY(const bool found, version.step());
    FileChange change;
    const Back back = found ? read_change(version, change) : Back::kGone;
    if (back == Back::kGone) return no_file(path, seq);
    const bool moved_only = back == Back::kFrom && version.text(5).empty();
    std::string from(version.text(4));
    version.reset();
    change.path = path;
    if (back == Back::kFrom) path = std::move(from);
    seq = change.seq - 1;
    if (!moved_only) steps.push_back(std::move(change));
    if (back == Back::kWhole) return {};
  }
}

}  // namespace

Result<json::array> file_history(const View& view, std::string_view path, std::size_t limit) {
  json::array history;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement statement,
        connection.prepare("SELECT seq, ts, op, actor, task, hash, before, size, from_path, to_path"
                           " FROM file_versions WHERE path=? ORDER BY seq DESC LIMIT ?"));
    statement.bind_all(path, std::uint64_t{page_of(limit)});
    TRY(history, read_objects(statement));
    return {};
  };
  TRY_VOID(view.read(DatabaseName::kArtifacts, work));
  return history;
}

Result<std::vector<FileChange>> file_changes_until(const View& view, std::string_view path,
                                                   Sequence seq) {
  std::vector<FileChange> steps;
  const auto work = [&](Connection& connection) -> Result<void> {
    steps.clear();
    TRY(Statement version, connection.prepare(kVersionBefore));
    Result<void> walked = walk_back(version, std::string(path), seq, steps);
    // A history that breaks off half way is no answer either.
    if (!walked && !steps.empty()) return std::move(walked).error().in("the history of the file");
    return walked;
  };
  TRY_VOID(view.read(DatabaseName::kArtifacts, work));
  std::ranges::reverse(steps);
  return steps;
}

}  // namespace coditect::databases
