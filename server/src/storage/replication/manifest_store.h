#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "storage/objects/object_store.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// A value and the generation of the object that holds it.
template <class T>
struct Versioned {
  T value;
  std::string generation;
};

/// Who wants to own a workspace, and by what right.
struct Claim {
  Manifest::Owner owner;
  /// The next bundle of the claimant's log: events of the workspace are in it or later ones.
  std::uint64_t next_bundle = 1;
  /// The node whose lease the claimant has taken over, up to this epoch of it.
  std::optional<Manifest::Owner> taken_over;
};

/// One workspace's manifest in the object store, changed only by compare-and-swap.
///
/// A change whose outcome is not known is read back: what stands is compared byte by byte with what
/// was sent. No two nodes ever send the same bytes, because a claim names node and epoch.
///
/// Threads:    any strand; a call resumes where it was awaited.
/// Lifetime:   `store` outlives it and its calls.
/// Errors:     Errc::kConflict where somebody else owns the workspace, naming him. kNotFound where
///             there is none. kUnavailable where the store did not answer in
///             limits::kSwapAttemptsMax attempts: what was asked for may have happened, and asking
///             again is right.
class ManifestStore {
 public:
  ManifestStore(objects::ObjectStore& store, std::string folder);

  awaitable<Result<Versioned<Manifest>>> load();
  /// Stores the first manifest of a workspace. Errc::kConflict when there is another one.
  awaitable<Result<Versioned<Manifest>>> create(Manifest manifest);

  /// Makes the claimant the owner and raises the workspace's epoch, when it is free, when its owner
  /// is the node that was taken over, or when it is the claimant's from an earlier epoch of his;
  /// his log is named in `logs` from then on. Changes nothing when it is his already.
  awaitable<Result<Versioned<Manifest>>> acquire(Claim claim);
  /// Leaves it without an owner. Does nothing when it has none.
  awaitable<Result<Versioned<Manifest>>> release(Manifest::Owner owner);

  /// Changes a manifest; may be called again with a newer one. Its error ends the update.
  using Change = std::function<Result<void>(Manifest&)>;
  /// Changes what `owner` owns; workspace, epoch and owner stay as they are.
  awaitable<Result<Versioned<Manifest>>> update(Manifest::Owner owner, Change change);

  const std::string& folder() const { return folder_; }

 private:
  enum class Swapped { kDone, kLostRace };
  struct Swap {
    Swapped outcome = Swapped::kLostRace;
    std::string generation;
  };
  awaitable<Result<Versioned<Manifest>>> change_until_swapped(Change change);
  awaitable<Result<Swap>> swap(std::string text, objects::Condition condition);
  awaitable<Result<std::optional<Swap>>> read_back(std::string text, std::string old_generation);

  // Constant after construction.
  objects::ObjectStore& store_;
  const std::string folder_;
  const std::string key_;
};

}  // namespace coditect::replication
