#include "storage/replication/retention/retention.h"

#include "storage/replication/manifest_store.h"
#include "storage/replication/sync/for_each.h"
#include "storage/replication/sync/listing.h"

namespace coditect::replication {

namespace {

constexpr std::size_t kMarkerBytesMax = 4'096;

/// Lists what begins with `prefix`, counting it.
awaitable<Result<void>> collect(objects::ObjectStore& store, std::string prefix,
                                std::vector<std::string>& keys, SweepReport& report) {
  co_return co_await list_all(store, std::move(prefix), [&](const objects::ObjectInfo& object) {
    keys.push_back(object.key);
    ++report.objects;
    report.bytes += object.bytes;
    return Result<void>();
  });
}

awaitable<Result<void>> remove_due(objects::ObjectStore& store, GarbageMarks& marks,
                                   std::vector<std::string> garbage, SteadyTime now,
                                   SweepReport& report) {
  report.garbage = garbage.size();
  const std::vector<std::string> due = marks.due(garbage, now, limits::kGarbageRemovedMax);
  CO_TRY_VOID(co_await for_each(due.size(), limits::kTransfersMax,
                                [&](std::size_t i) { return store.remove(due[i]); }));
  report.removed = due.size();
  co_return Result<void>{};
}

}  // namespace

WorkspaceRetention::WorkspaceRetention(objects::ObjectStore& store, std::string folder)
    : store_(store), folder_(std::move(folder)) {}

awaitable<Result<SweepReport>> WorkspaceRetention::sweep(Manifest::Owner owner, SteadyTime now) {
  SweepReport report;
  std::vector<std::string> keys;
  // Segments begin with digits, the first of which is 0 for all numbers below 10^19: blobs, which
  // may be many, are not listed.
  CO_TRY_VOID(co_await collect(store_, sessions_prefix(folder_) + "0", keys, report));
  CO_TRY_VOID(co_await collect(store_, snapshot_prefix(folder_), keys, report));
  // Loaded after the listing, so that what was stored in between is not seen and not judged.
  CO_TRY(const Versioned<Manifest> manifest, co_await ManifestStore(store_, folder_).load());
  if (manifest.value.owner != owner) {
    co_return Error{Errc::kConflict, "the workspace belongs to another node by now",
                    "its owner removes what is not needed"};
  }
  std::vector<std::string> garbage = unnamed_objects(keys, folder_, manifest.value);
  CO_TRY_VOID(co_await remove_due(store_, marks_, std::move(garbage), now, report));
  co_return report;
}

NodeRetention::NodeRetention(objects::ObjectStore& store, NodeId node)
    : store_(store), node_(std::move(node)) {}

awaitable<Result<void>> NodeRetention::add_needed(std::string marker,
                                                  std::vector<LogPlace>& needed) {
  auto object = co_await store_.get(marker, objects::Range{}, kMarkerBytesMax);
  if (!object && object.error().code == Errc::kNotFound) co_return Result<void>{};  // moved
  if (!object) co_return std::move(object).error().in(marker);
  auto manifest = co_await ManifestStore(store_, object->content).load();
  // A workspace that was erased needs nothing.
  if (!manifest && manifest.error().code == Errc::kNotFound) co_return Result<void>{};
  if (!manifest) co_return std::move(manifest).error();
  const auto& logs = manifest->value.logs;
  needed.insert(needed.end(), logs.begin(), logs.end());
  co_return Result<void>{};
}

awaitable<Result<std::vector<LogPlace>>> NodeRetention::needed_places(std::vector<NodeId> nodes) {
  std::vector<std::string> markers;
  SweepReport ignored;
  for (const NodeId& node : nodes) {
    CO_TRY_VOID(co_await collect(store_, marker_prefix(node), markers, ignored));
  }
  std::vector<LogPlace> needed;
  CO_TRY_VOID(co_await for_each(markers.size(), limits::kTransfersMax,
                                [&](std::size_t i) { return add_needed(markers[i], needed); }));
  co_return needed;
}

awaitable<Result<SweepReport>> NodeRetention::sweep(std::vector<NodeId> nodes,
                                                    std::uint64_t current_epoch, SteadyTime now) {
  SweepReport report;
  std::vector<std::string> keys;
  CO_TRY_VOID(co_await collect(store_, node_prefix(node_), keys, report));
  std::vector<LogPlace> present;
  for (const std::string& key : keys) {
    if (auto place = parse_bundle_key(key)) present.push_back(*std::move(place));
  }
  CO_TRY(const std::vector<LogPlace> needed, co_await needed_places(std::move(nodes)));
  std::vector<std::string> garbage;
  for (const LogPlace& place : unneeded_bundles(present, needed, current_epoch)) {
    garbage.push_back(bundle_key(place));
  }
  CO_TRY_VOID(co_await remove_due(store_, marks_, std::move(garbage), now, report));
  co_return report;
}

}  // namespace coditect::replication
