#include "storage/replication/sync/workspace_sync.h"

#include "storage/replication/sync/trim_logs.h"

namespace coditect::replication {

namespace {

bool takes_everything(SyncReason reason) {
  return reason == SyncReason::kSleep || reason == SyncReason::kHandOff;
}

/// What the manifest says once everything that it names is stored.
void describe(Manifest& manifest, const SyncPoint& point, const ArchiveSync::Stored& stored,
              const std::optional<Manifest::ProjectTree>& project) {
  manifest.meta = point.meta;
  manifest.segments = stored.segments;
  manifest.head_hash = stored.head_hash;
  if (project) manifest.project = project;
  for (const auto& [name, snapshot] : point.databases) manifest.databases[name] = snapshot;
  if (manifest.archived() >= point.archived) {
    manifest.logs = trim_logs(manifest.logs, point.log, point.needed);
  }
}

}  // namespace

WorkspaceSync::WorkspaceSync(Parts parts, std::string folder, const std::filesystem::path& root)
    : manifest_(parts.store, folder),
      archive_(parts.store, parts.disk, folder, root / "sessions"),
      blobs_(parts.store, parts.disk, folder, root / "sessions" / "blobs", root / "uploaded"),
      project_(parts.blobs, parts.disk, root / "projects") {}

awaitable<Result<WorkspaceSync::Report>> WorkspaceSync::sync(SyncReason reason, SyncPoint point,
                                                             OnProgress on_progress) {
  CO_TRY(const Versioned<Manifest> now, co_await manifest_.load());
  if (now.value.owner != point.owner) {
    co_return Error{Errc::kConflict, "the workspace belongs to another node by now",
                    "this node must stop serving it"};
  }
  Report report;
  std::optional<Manifest::ProjectTree> project;
  if (reason != SyncReason::kPeriodic) {
    CO_TRY(ProjectSync::Taken taken, co_await project_.take(point.archived));
    // An unchanged tree is named as of now, so that fewer edits are applied to it.
    project = std::move(taken.project);
    report.project_taken = true;
    report.skipped = std::move(taken.skipped);
  }
  CO_TRY(report.blobs, co_await blobs_.sync(std::move(on_progress)));
  const auto amount =
      takes_everything(reason) ? ArchiveSync::Amount::kEverything : ArchiveSync::Amount::kEnough;
  CO_TRY(const ArchiveSync::Stored stored,
         co_await archive_.store(now.value, point.archived, amount));
  report.segments_stored = stored.objects;
  ManifestStore::Change change = [&](Manifest& manifest) -> Result<void> {
    // Only its owner changes a manifest, so it is the one that was loaded above.
    if (manifest.segments != now.value.segments) {
      return unavailable("the workspace is being copied by somebody else", "try again");
    }
    describe(manifest, point, stored, project);
    return {};
  };
  auto updated = co_await manifest_.update(point.owner, std::move(change));
  if (!updated) co_return std::move(updated).error();
  report.archived = updated->value.archived();
  co_return report;
}

}  // namespace coditect::replication
