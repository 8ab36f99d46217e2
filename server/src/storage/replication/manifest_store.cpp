#include "storage/replication/manifest_store.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/check.h"
#include "base/storage_limits.h"

namespace coditect::replication {

namespace {

constexpr objects::Range kWhole{};

Error owned_by(const Manifest::Owner& owner) {
  return {
      Errc::kConflict,
      fmt::format("the workspace belongs to node {} in its epoch {}", owner.node, owner.node_epoch),
      "ask that node, or wait until its lease runs out and its workspaces are taken over"};
}

Error not_yours(const Manifest& manifest) {
  if (manifest.owner) return owned_by(*manifest.owner);
  return {Errc::kConflict, "the workspace belongs to nobody", "acquire it before changing it"};
}

/// Whether the claimant may take the workspace from whoever has it.
Result<void> check_claim(const Manifest& manifest, const Claim& claim) {
  if (!manifest.owner) return {};
  const Manifest::Owner& owner = *manifest.owner;
  if (owner.node == claim.owner.node) {
    if (owner.node_epoch <= claim.owner.node_epoch) return {};
    return Error{
        Errc::kConflict,
        fmt::format("node {} has been started again and owns the workspace in its epoch {}",
                    owner.node, owner.node_epoch),
        "this process is of an older epoch and must end"};
  }
  if (claim.taken_over && owner.node == claim.taken_over->node &&
      owner.node_epoch <= claim.taken_over->node_epoch) {
    return {};
  }
  return owned_by(owner);
}

/// Names the claimant's log, so that a later owner reads it.
void add_log(Manifest& manifest, const Claim& claim) {
  const bool named = std::ranges::any_of(manifest.logs, [&](const LogPlace& place) {
    return place.node == claim.owner.node && place.epoch == claim.owner.node_epoch;
  });
  if (named) return;
  manifest.logs.push_back({claim.owner.node, claim.owner.node_epoch, claim.next_bundle});
}

}  // namespace

ManifestStore::ManifestStore(objects::ObjectStore& store, std::string folder)
    : store_(store), folder_(std::move(folder)), key_(manifest_key(folder_)) {}

awaitable<Result<Versioned<Manifest>>> ManifestStore::load() {
  auto object = co_await store_.get(key_, kWhole, limits::kManifestBytesMax);
  if (!object && object.error().code == Errc::kNotFound) {
    co_return not_found("there is no workspace at " + folder_, "look for its folder in the store");
  }
  if (!object) co_return std::move(object).error().in("the manifest of " + folder_);
  auto manifest = parse_manifest(object->content);
  if (!manifest) co_return std::move(manifest).error().in(folder_);
  co_return Versioned<Manifest>{*std::move(manifest), std::move(object->info.generation)};
}

awaitable<Result<Versioned<Manifest>>> ManifestStore::create(Manifest manifest) {
  CO_TRY_VOID(check_manifest(manifest));
  auto swapped = co_await swap(to_text(manifest), objects::IfAbsent{});
  if (!swapped) co_return std::move(swapped).error();
  if (swapped->outcome == Swapped::kLostRace) {
    co_return Error{Errc::kConflict, "there is a workspace at " + folder_ + " already",
                    "choose another id"};
  }
  co_return Versioned<Manifest>{std::move(manifest), std::move(swapped->generation)};
}

awaitable<Result<Versioned<Manifest>>> ManifestStore::acquire(Claim claim) {
  Change take = [claim = std::move(claim)](Manifest& manifest) -> Result<void> {
    if (manifest.owner == claim.owner) return {};
    TRY_VOID(check_claim(manifest, claim));
    manifest.owner = claim.owner;
    ++manifest.epoch;
    add_log(manifest, claim);
    return {};
  };
  co_return co_await change_until_swapped(std::move(take));
}

awaitable<Result<Versioned<Manifest>>> ManifestStore::release(Manifest::Owner owner) {
  Change leave = [owner = std::move(owner)](Manifest& manifest) -> Result<void> {
    if (!manifest.owner) return {};
    if (*manifest.owner != owner) return owned_by(*manifest.owner);
    manifest.owner.reset();
    return {};
  };
  co_return co_await change_until_swapped(std::move(leave));
}

awaitable<Result<Versioned<Manifest>>> ManifestStore::update(Manifest::Owner owner, Change change) {
  Change checked = [owner = std::move(owner),
                    change = std::move(change)](Manifest& manifest) -> Result<void> {
    if (manifest.owner != owner) return not_yours(manifest);
    const WorkspaceId workspace = manifest.workspace;
    const std::uint64_t epoch = manifest.epoch;
    TRY_VOID(change(manifest));
    check(manifest.owner == owner && manifest.epoch == epoch && manifest.workspace == workspace,
          "an update leaves ownership alone");
    return {};
  };
  co_return co_await change_until_swapped(std::move(checked));
}

awaitable<Result<Versioned<Manifest>>> ManifestStore::change_until_swapped(Change change) {
  for (int attempt = 0; attempt < limits::kSwapAttemptsMax; ++attempt) {
    CO_TRY(Versioned<Manifest> now, co_await load());
    Manifest next = now.value;
    CO_TRY_VOID(change(next));
    if (next == now.value) co_return now;
    CO_TRY_VOID(check_manifest(next));
    std::string text = to_text(next);
    if (text.size() > limits::kManifestBytesMax) {
      co_return Error{Errc::kLimit, "the manifest of " + folder_ + " would be too large", {}};
    }
    objects::Condition condition = objects::IfGeneration{std::move(now.generation)};
    auto swapped = co_await swap(std::move(text), std::move(condition));
    if (!swapped) co_return std::move(swapped).error();
    if (swapped->outcome == Swapped::kDone) {
      co_return Versioned<Manifest>{std::move(next), std::move(swapped->generation)};
    }
  }
  co_return unavailable("the manifest of " + folder_ + " is changed by others all the time",
                        "try again");
}

/// Puts `text` under `condition` until it is known whether it stands.
awaitable<Result<ManifestStore::Swap>> ManifestStore::swap(std::string text,
                                                           objects::Condition condition) {
  const auto* generation = std::get_if<objects::IfGeneration>(&condition);
  const std::string old_generation = generation == nullptr ? "" : generation->generation;
  bool ambiguous = false;
  std::optional<Error> last;
  for (int attempt = 0; attempt < limits::kSwapAttemptsMax; ++attempt) {
    auto put = co_await store_.put(key_, text, condition);
    if (put) co_return Swap{Swapped::kDone, std::move(put->generation)};
    const Errc code = put.error().code;
    if (code != Errc::kConflict && code != Errc::kUnavailable) co_return std::move(put).error();
    if (code == Errc::kConflict && !ambiguous) co_return Swap{};
    // An earlier attempt of ours may be what the condition met.
    ambiguous = true;
    last = std::move(put).error();
    auto found = co_await read_back(text, old_generation);
    if (!found && found.error().code != Errc::kUnavailable) co_return std::move(found).error();
    if (found && *found) co_return **std::move(found);
  }
  co_return std::move(*last).in("changing the manifest of " + folder_);
}

/// What became of an attempt: nothing while the old version still stands.
awaitable<Result<std::optional<ManifestStore::Swap>>> ManifestStore::read_back(
    std::string text, std::string old_generation) {
  auto object = co_await store_.get(key_, kWhole, limits::kManifestBytesMax);
  if (!object && object.error().code == Errc::kNotFound) co_return std::optional<Swap>();
  if (!object) co_return std::move(object).error();
  if (object->info.generation == old_generation) co_return std::optional<Swap>();
  if (object->content != text) co_return std::optional<Swap>(Swap{});
  co_return std::optional<Swap>(Swap{Swapped::kDone, std::move(object->info.generation)});
}

}  // namespace coditect::replication
