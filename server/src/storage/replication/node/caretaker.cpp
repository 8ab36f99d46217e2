#include "storage/replication/node/caretaker.h"

#include <vector>

#include "base/log.h"
#include "storage/replication/restore/check_workspace.h"
#include "storage/replication/sync/listing.h"

namespace coditect::replication {

namespace {

constexpr std::chrono::minutes kInterval{10};
/// A look at the log reads the manifest of every workspace there is.
constexpr unsigned kDrillsPerSweep = 6;

}  // namespace

Caretaker::Caretaker(Parts parts)
    : parts_(std::move(parts)), retention_(parts_.store, parts_.node), tail_(parts_.store) {}

Caretaker::Stats Caretaker::stats() const {
  return {drills_, drills_failed_, log_objects_, log_bytes_, aside_copies_};
}

awaitable<void> Caretaker::run(Caretaker& self) {
  for (unsigned round = 0;; ++round) {
    co_await self.tidy();
    co_await self.parts_.timing.sleep_for(kInterval);
    if (!self.parts_.lease.valid()) continue;
    if (round % kDrillsPerSweep == 0) {
      auto swept = co_await self.sweep();
      if (!swept) spdlog::warn("removing what nobody needs: {}", swept.error().message);
    }
    co_await self.drill();
  }
}

awaitable<Result<void>> Caretaker::sweep() {
  std::vector<NodeId> nodes;
  auto note = [&nodes](const objects::ObjectInfo& object) {
    if (auto node = parse_lease_key(object.key)) nodes.push_back(*std::move(node));
    return Result<void>{};
  };
  CO_TRY_VOID(co_await list_all(parts_.store, std::string(lease_prefix()), std::move(note)));
  CO_TRY(const SweepReport report,
         co_await retention_.sweep(std::move(nodes), parts_.lease.epoch(), parts_.timing.now()));
  log_objects_ = report.objects;
  log_bytes_ = report.bytes;
  if (report.removed > 0) spdlog::info("removed {} bundles that nobody needs", report.removed);
  co_return Result<void>{};
}

awaitable<void> Caretaker::tidy() {
  auto remove = [this] { return parts_.aside.tidy(SystemClock().now()); };
  const auto kept = co_await parts_.disk.run(std::move(remove));
  if (kept) {
    aside_copies_ = kept->copies;
  } else {
    spdlog::warn("removing older copies of workspaces: {}", kept.error().message);
  }
}

/// Restores one workspace at random, beside the real ones, and looks at everything.
awaitable<void> Caretaker::drill() {
  const std::vector<WorkspaceId> ids = parts_.table.ids();
  if (ids.empty()) co_return;
  const WorkspaceId& id = ids[parts_.random.below(ids.size())];
  const auto folder = parts_.table.folder_of(id);
  if (!folder) co_return;
  const RestoreParts parts{parts_.store, parts_.disk, tail_};
  auto checked = co_await check_workspace(parts, *folder, parts_.scratch);
  ++drills_;
  if (!checked) {
    spdlog::warn("a restore drill of workspace {} could not be made: {}", id.str(),
                 checked.error().message);
    co_return;
  }
  if (checked->sound()) {
    spdlog::info("restore drill: workspace {} is whole, {} events", id.str(), checked->events);
    co_return;
  }
  ++drills_failed_;
  for (const StoreCheck::Problem& problem : checked->problems) {
    spdlog::error("the copy of workspace {} cannot be restored: {} ({})", id.str(), problem.what,
                  problem.hint);
  }
}

}  // namespace coditect::replication
