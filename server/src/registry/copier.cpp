#include "registry/copier.h"

#include "base/log.h"
#include "storage/archive/archive.h"
#include "storage/blobs/blob_store.h"

namespace coditect::registry {

namespace {

using replication::NodeReplicator;
using workspace::Workspace;

/// Smaller copies are over before anybody could look.
constexpr std::uint64_t kShownBytesMin = 4u << 20;

json::object to_json(const replication::Progress& progress) {
  return {{"what", "copy"},
          {"files", progress.files},
          {"files_total", progress.files_total},
          {"bytes", progress.bytes},
          {"bytes_total", progress.bytes_total}};
}

Result<void> note(const WorkspaceId& id, const Result<replication::WorkspaceSync::Report>& copied) {
  if (!copied) return Error(copied.error()).in("copying workspace " + id.str());
  for (const blobs::Skipped& skipped : copied->skipped) {
    spdlog::warn("workspace {}: {} is not copied: {}", id.str(), skipped.path, skipped.why);
  }
  return {};
}

}  // namespace

awaitable<Result<Sequence>> Copier::copy_awake(std::shared_ptr<Workspace> workspace,
                                               workspace::Meta meta,
                                               replication::SyncReason reason) const {
  const NodeReplicator::Mark mark = co_await replicator_.mark(meta.id);
  auto copy = [this, mark, meta, reason](Workspace& self) -> awaitable<Result<json::value>> {
    return copy_on_strand(self, mark, meta, reason);
  };
  CO_TRY(const json::value archived,
         co_await Workspace::perform(std::move(workspace), std::move(copy)));
  co_return archived.to_number<Sequence>();
}

awaitable<Result<json::value>> Copier::copy_on_strand(Workspace& workspace,
                                                      NodeReplicator::Mark mark,
                                                      workspace::Meta meta,
                                                      replication::SyncReason reason) const {
  CO_TRY_VOID(co_await workspace.log().flush());
  const Sequence archived = workspace.log().archived_head();
  NodeReplicator::Source source{workspace.blobs(), std::move(mark), archived,
                                workspace::to_json(meta)};
  auto show = [&previews = workspace.previews()](const replication::Progress& progress) {
    if (progress.bytes_total >= kShownBytesMin) previews.publish("progress", to_json(progress));
  };
  const auto copied =
      co_await replicator_.copy(meta.id, std::move(source), reason, std::move(show));
  CO_TRY_VOID(note(meta.id, copied));
  co_return json::value(archived);
}

awaitable<Result<Copier::Asleep>> Copier::open_asleep(workspace::Place place,
                                                      WorkspaceId id) const {
  Asleep asleep;
  asleep.mark = co_await replicator_.mark(std::move(id));
  auto open = [&]() -> Result<void> {
    TRY(asleep.blobs, blobs::BlobStore::open(place.blobs()));
    TRY(const archive::Archive archive, archive::Archive::open(place.sessions()));
    asleep.head = archive.head().seq;
    return {};
  };
  CO_TRY_VOID(co_await disk_.run(std::move(open)));
  co_return asleep;
}

awaitable<Result<void>> Copier::copy_asleep(Asleep asleep, workspace::Meta meta,
                                            replication::SyncReason reason) const {
  NodeReplicator::Source source{*asleep.blobs, std::move(asleep.mark), asleep.head,
                                workspace::to_json(meta)};
  const auto copied = co_await replicator_.copy(meta.id, std::move(source), reason, {});
  co_return note(meta.id, copied);
}

}  // namespace coditect::registry
