#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

#include "storage/objects/object_store.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/keys.h"

namespace coditect::replication {

/// The writing end of one node's log in one epoch.
///
/// Threads:    one strand; sealed() from any thread.
/// Lifetime:   `store` outlives it.
/// Invariants: bundle n + 1 is sent only after bundle n is known to be there, so that the log has
/// no
///             gap; once the log is known to be sealed, nothing is sent any more.
class NodeLog {
 public:
  /// Begins the log of an epoch that this process has just acquired: bundle 1 comes first.
  NodeLog(objects::ObjectStore& store, NodeId node, std::uint64_t epoch, std::string nonce);

  /// Head of the bundle that append() takes next.
  BundleHead next_head() const;
  /// Where append() puts the next bundle: what a manifest names as the first of a workspace.
  LogPlace next_place() const;
  /// Stores a bundle with next_head() and returns once it counts. One call at a time.
  /// Errc::kConflict: the log is sealed; nothing counts any more, for ever. Anything else, such as
  /// kUnavailable: it is not known whether the bundle is there; give the same bytes again.
  awaitable<Result<void>> append(std::string bundle);
  /// Whether another process has sealed the log, as far as append() has seen.
  bool sealed() const { return sealed_.load(std::memory_order_acquire); }

 private:
  awaitable<Result<void>> read_back(std::string key, std::string bundle);
  Error seal_found(std::string what);

  // Constant after construction.
  objects::ObjectStore& store_;
  const NodeId node_;
  const std::uint64_t epoch_;
  const std::string nonce_;
  std::atomic<bool> sealed_ = false;
  // Touched only on the strand.
  std::uint64_t number_ = 1;              // of the next bundle
  std::optional<std::uint64_t> unknown_;  // checksum of the bundle whose outcome is not known
  bool busy_ = false;
};

}  // namespace coditect::replication
