#include <algorithm>

#include "base/log.h"
#include "storage/replication/node/page_shipping.h"

// What a workspace's manifest has to say, and what becomes of its databases' copies then.
namespace coditect::replication {

namespace {

using Step = DatabaseCopy::Step;
using Found = DatabaseCopy::Found;

/// A database of a workspace that goes to sleep waits so long for what is on its way.
constexpr std::chrono::seconds kSettlePatience{10};

bool takes_everything(SyncReason reason) {
  return reason == SyncReason::kSleep || reason == SyncReason::kHandOff;
}

}  // namespace

awaitable<PageShipping::Standing> PageShipping::settle(WorkspaceId workspace, SyncReason reason) {
  return run_on(strand_, settle_on_strand(std::move(workspace), reason));
}

awaitable<PageShipping::Standing> PageShipping::settle_on_strand(WorkspaceId workspace,
                                                                 SyncReason reason) {
  learn_changes();
  auto folder = parts_.table.folder_of(workspace);
  if (folder && takes_everything(reason)) {
    const auto settled = co_await settle_all(workspace, *std::move(folder));
    if (!settled) {
      spdlog::warn("workspace {}: its databases go on needing bundles: {}", workspace.str(),
                   settled.error().message);
    }
  }
  Standing standing;
  for (const CopyPtr& copy : all_of(workspace)) {
    copy->expire(parts_.timing.now());
    if (const auto* snapshot = copy->unnamed()) standing.snapshots[copy->database()] = *snapshot;
    if (copy->first()) standing.needed.push_back(*copy->first());
  }
  co_return standing;
}

/// The first error; the others are settled all the same.
awaitable<Result<void>> PageShipping::settle_all(WorkspaceId workspace, std::string folder) {
  CO_TRY(const Manifest manifest, co_await load_manifest(folder));
  Result<void> first;
  for (const databases::DatabaseName name : databases::kDatabaseNames) {
    const CopyPtr copy = find_or_add(workspace, folder, name);
    auto settled = co_await settle_one(copy, manifest);
    if (!settled && first) first = std::move(settled);
    if (!is_here(copy)) co_return unavailable("the workspace left the node");
  }
  co_return first;
}

awaitable<Result<void>> PageShipping::settle_one(CopyPtr copy, const Manifest& manifest) {
  CO_TRY_VOID(co_await wait_until_idle(copy));
  copy->begin(parts_.timing.now());
  copy->tell(manifest);
  Result<void> settled;
  auto found = co_await read(copy, Amount::kWhole);
  if (!found) {
    settled = co_await end_unread(copy, std::move(found).error(), Amount::kWhole);
  } else {
    end_read(*copy, *found, Amount::kWhole);
    if (*found == Found::kLarge) settled = co_await store(copy, manifest);
    if (!settled) co_await end_unstored(copy, settled.error());
  }
  changed_.notify_all();
  co_return settled;
}

awaitable<Result<void>> PageShipping::wait_until_idle(CopyPtr copy) {
  const auto deadline = std::chrono::steady_clock::now() + kSettlePatience;
  while (copy->step() != Step::kIdle) {
    if (take_from_ready(copy)) {
      // The snapshot that is made next has it.
      copy->take_back();
      break;
    }
    if (!is_here(copy)) co_return unavailable("the workspace left the node");
    if (closing_ || std::chrono::steady_clock::now() >= deadline) {
      co_return unavailable("the copy of " + copy->database() + " that is under way takes long");
    }
    co_await changed_.wait_until(deadline);
  }
  co_return Result<void>{};
}

bool PageShipping::take_from_ready(const CopyPtr& copy) {
  if (std::erase(ready_, copy) == 0) return false;
  ready_bytes_ -= copy->delta_bytes();
  return true;
}

awaitable<void> PageShipping::on_copied(WorkspaceId workspace, SyncReason reason,
                                        Standing standing) {
  return run_on(strand_, on_copied_on_strand(std::move(workspace), reason, std::move(standing)));
}

awaitable<void> PageShipping::on_copied_on_strand(WorkspaceId workspace, SyncReason reason,
                                                  Standing standing) {
  for (const CopyPtr& copy : all_of(workspace)) {
    const auto named = standing.snapshots.find(copy->database());
    if (named != standing.snapshots.end()) copy->on_named(named->second);
    if (!takes_everything(reason) || !copy->is_settled() || !is_here(copy)) continue;
    copy->begin(parts_.timing.now());
    auto save = [copy] { return copy->save(); };
    const auto saved = co_await parts_.database.run(std::move(save));
    copy->end_scan(Found::kNothing, parts_.timing.now());
    if (!saved) spdlog::warn("{}: {}", copy->source().root.string(), saved.error().message);
    // Touched meanwhile: it goes on from what it knows.
    if (copy->is_settled() && is_here(copy)) copies_.erase({workspace, copy->source().name});
    changed_.notify_all();
  }
}

awaitable<void> PageShipping::forget(WorkspaceId workspace) {
  return run_on(strand_, forget_on_strand(std::move(workspace)));
}

awaitable<void> PageShipping::forget_on_strand(WorkspaceId workspace) {
  for (const CopyPtr& copy : all_of(workspace)) {
    take_from_ready(copy);
    copies_.erase({workspace, copy->source().name});
  }
  changed_.notify_all();
  co_return;
}

}  // namespace coditect::replication
