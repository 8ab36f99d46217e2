#include "storage/databases/queries/moment_files.h"

#include <optional>
#include <utility>

namespace coditect::databases {

namespace {

constexpr char kFiles[] =
    "SELECT v.path, v.hash, v.size FROM"
    " (SELECT path, max(seq) AS seq FROM file_versions WHERE seq<=?1 GROUP BY path) AS last"
    " JOIN file_versions AS v ON v.path=last.path AND v.seq=last.seq"
    " WHERE v.op NOT IN ('remove','moved_away') ORDER BY v.path";
// Most edits say nothing of the mode: it is that of the last one that did, since the file began.
constexpr char kMode[] =
    "SELECT mode, op, from_path, seq FROM file_versions WHERE path=?1 AND seq<=?2"
    " AND (mode IS NOT NULL OR op NOT IN ('write','provisioned')) ORDER BY seq DESC LIMIT 1";

Result<std::uint32_t> mode_at(Statement& statement, std::string path, Sequence seq) {
  for (;;) {
    statement.bind_all(path, seq);
    TRY(const bool found, statement.step());
    std::optional<std::uint32_t> mode;
    std::string from;
    if (found && !statement.is_null(0)) mode = static_cast<std::uint32_t>(statement.integer(0));
    if (found && statement.text(1) == "move") from = statement.text(2);
    if (found) seq = static_cast<Sequence>(statement.integer(3)) - 1;
    statement.reset();
    if (mode) return *mode;
    if (from.empty()) return MomentFile{}.mode;
    path = std::move(from);
  }
}

}  // namespace

Result<std::vector<MomentFile>> moment_files(const View& view, Sequence seq) {
  std::vector<MomentFile> files;
  const auto work = [&](Connection& connection) -> Result<void> {
    files.clear();
    TRY(Statement list, connection.prepare(kFiles));
    TRY(Statement mode, connection.prepare(kMode));
    list.bind(1, seq);
    for (;;) {
      TRY(const bool more, list.step());
      if (!more) return {};
      MomentFile file;
      file.path = list.text(0);
      file.hash = list.text(1);
      file.size = static_cast<std::uint64_t>(list.integer(2));
      TRY(file.mode, mode_at(mode, file.path, seq));
      files.push_back(std::move(file));
    }
  };
  TRY_VOID(view.read(DatabaseName::kArtifacts, work));
  return files;
}

}  // namespace coditect::databases
