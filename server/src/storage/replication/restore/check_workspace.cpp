#include "storage/replication/restore/check_workspace.h"

#include "base/posix_file.h"
#include "storage/replication/manifest_store.h"
#include "storage/replication/restore/blob_check.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

/// Whether an error says something about the workspace, and not about the store or the disk.
bool is_damage(const Error& error) {
  return error.code == Errc::kInternal || error.code == Errc::kNotFound ||
         error.code == Errc::kInvalid || error.code == Errc::kLimit;
}

/// Writes damage down; other errors end the check.
Result<void> note(StoreCheck& check, Result<void> result) {
  if (result) return {};
  if (!is_damage(result.error())) return result;
  check.problems.push_back({result.error().message, result.error().hint});
  return {};
}

awaitable<Result<void>> look_at_blobs(RestoreParts parts, WorkspaceCopy& copy, StoreCheck& check) {
  auto work = [&copy] {
    const fs::path sessions = copy.root() / "sessions";
    return check_blobs(sessions / "blobs", copy.blob_store(), sessions, copy.manifest().project,
                       copy.head().seq);
  };
  auto found = co_await parts.disk.run(std::move(work));
  if (!found) co_return note(check, std::move(found).error());
  check.contents = found->contents;
  for (std::string& problem : found->problems) {
    check.problems.push_back({std::move(problem), "look for an older version in the bucket"});
  }
  co_return Result<void>{};
}

awaitable<Result<void>> look_at(RestoreParts parts, WorkspaceCopy& copy, StoreCheck& check) {
  CO_TRY_VOID(co_await copy.begin());
  CO_TRY_VOID(note(check, co_await copy.load_log()));
  check.events = copy.head().seq;
  check.head_hash = copy.head().hash;
  auto blobs = co_await copy.load_blobs(OnProgress());
  const bool blobs_there = blobs.ok();
  CO_TRY_VOID(note(check, std::move(blobs)));
  CO_TRY_VOID(co_await copy.build_databases());
  check.databases_restored = copy.databases().restored();
  check.notes = copy.databases().notes();
  check.bytes = copy.log_bytes() + copy.blobs().bytes;
  if (!blobs_there) co_return Result<void>{};
  CO_TRY_VOID(co_await look_at_blobs(parts, copy, check));
  auto project = co_await copy.build_project(LostFiles::kLeaveOut);
  if (!project) co_return note(check, std::move(project).error());
  check.bytes += project->bytes;
  check.notes.insert(check.notes.end(), project->notes.begin(), project->notes.end());
  co_return Result<void>{};
}

}  // namespace

awaitable<Result<StoreCheck>> check_workspace(RestoreParts parts, std::string folder,
                                              fs::path scratch) {
  StoreCheck check;
  auto loaded = co_await ManifestStore(parts.store, folder).load();
  if (!loaded) {
    CO_TRY_VOID(note(check, std::move(loaded).error()));
    co_return check;
  }
  WorkspaceCopy copy(parts, folder, std::move(loaded->value), scratch, std::nullopt);
  auto looked = co_await look_at(parts, copy, check);
  auto remove = [&copy, scratch] {
    std::error_code ignored;  // the caller's folder, of which it may clear the rest
    fs::remove_all(copy.root(), ignored);
    fs::remove_all(scratch / "scratch", ignored);
  };
  co_await parts.disk.run(std::move(remove));
  if (!looked) co_return std::move(looked).error();
  co_return check;
}

}  // namespace coditect::replication
