#include "storage/replication/node/adoption.h"

#include "base/log.h"
#include "storage/blobs/blob_store.h"
#include "storage/replication/restore/restore.h"
#include "storage/replication/sync/for_each.h"
#include "storage/replication/sync/listing.h"
#include "storage/replication/sync/workspace_sync.h"

namespace coditect::replication {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kAtOnce = 4;
constexpr std::size_t kMarkerBytesMax = 4'096;

}  // namespace

Adoption::Adoption(Parts parts, Adopt adopt)
    : parts_(std::move(parts)), adopt_(std::move(adopt)), tail_(parts_.store) {}

awaitable<Result<std::vector<Adoption::Marked>>> Adoption::marked(NodeId node) {
  const std::string prefix = marker_prefix(node);
  std::vector<Marked> all;
  auto note = [&](const objects::ObjectInfo& object) {
    all.push_back({WorkspaceId(object.key.substr(prefix.size())), {}});
    return Result<void>{};
  };
  CO_TRY_VOID(co_await list_all(parts_.store, prefix, std::move(note)));
  for (Marked& each : all) {
    const std::string key = marker_key(node, each.id);
    CO_TRY(objects::ObjectStore::Object marker,
           co_await parts_.store.get(key, objects::Range{}, kMarkerBytesMax));
    each.folder = std::move(marker.content);
  }
  co_return all;
}

awaitable<Adoption::Outcome> Adoption::adopt_all_of(Manifest::Owner former) {
  auto all = co_await marked(former.node);
  Outcome outcome;
  if (!all) {
    outcome.failure = std::move(all).error();
    co_return outcome;
  }
  auto work = [&](std::size_t place) { return adopt_marked((*all)[place], former, outcome); };
  auto done = co_await for_each(all->size(), kAtOnce, std::move(work));
  if (!done && !outcome.failure) outcome.failure = std::move(done).error();
  co_return outcome;
}

/// Its error is noted, and the others are brought all the same.
awaitable<Result<void>> Adoption::adopt_marked(const Marked& workspace,
                                               const Manifest::Owner& former, Outcome& outcome) {
  auto adopted = co_await adopt(workspace, former);
  if (!adopted) {
    spdlog::error("workspace {} of node {}: {}", workspace.id.str(), former.node,
                  adopted.error().message);
    if (!outcome.failure) outcome.failure = std::move(adopted).error();
    co_return Result<void>{};
  }
  if (*adopted) ++outcome.adopted;
  auto removed = co_await parts_.store.remove(marker_key(former.node, workspace.id));
  if (!removed && !outcome.failure) outcome.failure = std::move(removed).error();
  co_return Result<void>{};
}

awaitable<Adoption::Outcome> Adoption::adopt_missing() {
  auto all = co_await marked(parts_.self.node);
  Outcome outcome;
  if (!all) {
    outcome.failure = std::move(all).error();
    co_return outcome;
  }
  for (const Marked& workspace : *all) {
    if (parts_.table.folder_of(workspace.id)) continue;
    auto adopted = co_await adopt(workspace, std::nullopt);
    if (adopted) {
      outcome.adopted += *adopted ? 1 : 0;
    } else if (!outcome.failure) {
      outcome.failure = std::move(adopted).error();
    }
  }
  co_return outcome;
}

awaitable<Result<void>> Adoption::check_room() {
  auto look = [this]() -> Result<void> {
    if (!parts_.aside.disk_is_short()) return {};
    TRY_VOID(parts_.aside.tidy(SystemClock().now()));
    if (!parts_.aside.disk_is_short()) return {};
    return unavailable("the disk of " + parts_.data.string() + " has no room for more workspaces",
                       "free some space; it is tried again every few seconds");
  };
  co_return co_await parts_.disk.run(std::move(look));
}

awaitable<Result<bool>> Adoption::adopt(Marked workspace, std::optional<Manifest::Owner> former) {
  // It came with an earlier takeover of the same node, and is served.
  if (parts_.table.is_acquired(workspace.id)) co_return false;
  const bool was_known = parts_.table.folder_of(workspace.id).has_value();
  parts_.table.begin_adoption(workspace.id);
  auto taken = co_await take(workspace, std::move(former));
  parts_.table.end_adoption(workspace.id);
  // Where it came only half, the next attempt begins anew.
  if (!taken && !was_known) parts_.table.remove(workspace.id);
  if (!taken || !*taken) co_return taken;
  CO_TRY_VOID(co_await adopt_(workspace.id, workspace.folder));
  co_return true;
}

awaitable<Result<bool>> Adoption::take(const Marked& workspace,
                                       std::optional<Manifest::Owner> former) {
  CO_TRY_VOID(co_await check_room());
  const std::string own_marker = marker_key(parts_.self.node, workspace.id);
  auto marked = co_await parts_.store.put(own_marker, workspace.folder, objects::Always{});
  if (!marked) co_return std::move(marked).error();
  ManifestStore manifests(parts_.store, workspace.folder);
  auto now = co_await manifests.load();
  if (!now) co_return co_await leave(workspace, std::move(now).error());
  const auto& owner = now->value.owner;
  const bool own = owner && owner->node == parts_.self.node;
  std::error_code error;
  // It came before this process began, which has found it on its disk.
  if (own && former && fs::exists(parts_.data / workspace.folder, error)) co_return false;
  const bool may_be_taken = !owner || own || (former && owner->node == former->node);
  const LogPlace place = co_await parts_.begin(workspace.id);
  if (may_be_taken) {
    // It may hold what was acknowledged and never copied.
    auto aside = [this, &workspace] {
      return parts_.aside.add(workspace.id, workspace.folder, SystemClock().now());
    };
    CO_TRY_VOID(co_await parts_.disk.run(std::move(aside)));
  }
  Claim claim{parts_.self, place.bundle, former};
  auto acquired = co_await manifests.acquire(std::move(claim));
  if (!acquired) co_return co_await leave(workspace, std::move(acquired).error());
  CO_TRY_VOID(co_await bring(workspace, std::move(acquired->value), place));
  co_return true;
}

/// Somebody else's by now, or its making was cut short before it was acknowledged.
awaitable<Result<bool>> Adoption::leave(const Marked& workspace, Error why) {
  if (why.code != Errc::kConflict && why.code != Errc::kNotFound) co_return why;
  spdlog::info("workspace {} is left alone: {}", workspace.id.str(), why.message);
  CO_TRY_VOID(co_await parts_.store.remove(marker_key(parts_.self.node, workspace.id)));
  co_return false;
}

/// `place` was looked up before: no event of the workspace is in this node's log before it.
awaitable<Result<void>> Adoption::bring(const Marked& workspace, Manifest manifest,
                                        LogPlace place) {
  const RestoreParts parts{parts_.store, parts_.disk, tail_};
  RestoreOptions options;
  options.lost = LostFiles::kRefuse;
  CO_TRY(const RestoreReport report,
         co_await restore_workspace(parts, workspace.folder, parts_.data, std::move(options)));
  for (const std::string& note : report.notes) {
    spdlog::warn("workspace {}: {}", workspace.id.str(), note);
  }
  auto compare = [this, &workspace, sessions = report.root / "sessions"] {
    return parts_.aside.compare(workspace.id, sessions);
  };
  auto compared = co_await parts_.disk.run(std::move(compare));
  if (!compared) spdlog::warn("older copies: {}", compared.error().message);
  parts_.table.add(workspace.id, workspace.folder);
  parts_.table.on_acquired(workspace.id);
  // From here on nothing of the former owner's log is needed.
  auto open = [root = report.root] { return blobs::BlobStore::open(root / "sessions" / "blobs"); };
  CO_TRY(const std::unique_ptr<blobs::BlobStore> blobs, co_await parts_.disk.run(std::move(open)));
  WorkspaceSync sync({parts_.store, parts_.disk, *blobs}, workspace.folder, report.root);
  SyncPoint point;
  point.owner = parts_.self;
  point.log = std::move(place);
  point.archived = report.through_seq;
  point.meta = std::move(manifest.meta);
  auto synced = co_await sync.sync(SyncReason::kHandOff, std::move(point), {});
  if (!synced) co_return std::move(synced).error();
  spdlog::info("workspace {}: taken over, {} events, {} files", workspace.id.str(), report.events,
               report.files);
  co_return Result<void>{};
}

}  // namespace coditect::replication
