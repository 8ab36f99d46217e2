#include "storage/replication/sync/project_sync.h"

#include <algorithm>
#include <array>
#include <map>
#include <sys/stat.h>
#include <tuple>

#include "base/storage_limits.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

/// What tells whether a repository was changed: the place, size and time of each of its files but
/// for those that git names by their content and never changes.
using Fingerprint = std::map<std::string, std::tuple<ino_t, off_t, time_t, long>>;

bool is_left_out_folder(std::string_view name) {
  constexpr std::array<std::string_view, 5> kLeftOut = {"node_modules", "__pycache__", ".venv",
                                                        ".mypy_cache", ".pytest_cache"};
  return std::ranges::find(kLeftOut, name) != kLeftOut.end();
}

/// Looks at the repository at the root of the project; one further down is a dependency's.
Fingerprint fingerprint(const fs::path& projects) {
  Fingerprint found;
  std::error_code error;
  // A command may have made it a link to anywhere, the whole machine among it.
  if (!fs::is_directory(fs::symlink_status(projects / ".git", error))) return found;
  fs::recursive_directory_iterator each(projects / ".git", error);
  for (; !error && each != fs::recursive_directory_iterator(); each.increment(error)) {
    const fs::path& path = each->path();
    if (path.filename() == "objects" && each.depth() == 0) each.disable_recursion_pending();
    struct stat status{};
    if (::lstat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) continue;
    found[path.string()] = {status.st_ino, status.st_size, status.st_mtim.tv_sec,
                            status.st_mtim.tv_nsec};
  }
  return found;
}

}  // namespace

bool is_left_out_of_project(std::string_view path) {
  // A repository is taken whole, whatever its branches are called.
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view name = path.substr(0, slash);
    if (name == ".git") return false;
    if (is_left_out_folder(name)) return true;
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
  return false;
}

ProjectSync::ProjectSync(blobs::BlobStore& blobs, BlockingPool& disk, fs::path projects)
    : blobs_(blobs), disk_(disk), projects_(std::move(projects)) {}

Result<ProjectSync::Taken> ProjectSync::take_blocking(Sequence seq) const {
  for (int attempt = 1;; ++attempt) {
    const Fingerprint before = fingerprint(projects_);
    TRY(blobs::Snapshot snapshot, blobs::snapshot_tree(projects_, blobs_, is_left_out_of_project,
                                                       blobs::Repositories::kTaken));
    const bool still = fingerprint(projects_) == before;
    if (!still && attempt < limits::kSnapshotAttemptsMax) continue;
    if (!still) snapshot.skipped.push_back({".git", "git changed it while it was copied"});
    return Taken{{std::move(snapshot.tree.hash), seq},
                 snapshot.tree.files,
                 snapshot.tree.bytes,
                 std::move(snapshot.skipped)};
  }
}

awaitable<Result<ProjectSync::Taken>> ProjectSync::take(Sequence seq) {
  auto work = [this, seq] { return take_blocking(seq); };
  co_return co_await disk_.run(std::move(work));
}

}  // namespace coditect::replication
