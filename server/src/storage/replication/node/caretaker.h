#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>

#include "async/blocking_pool.h"
#include "base/random.h"
#include "storage/objects/object_store.h"
#include "storage/replication/lease/node_lease.h"
#include "storage/replication/log/log_tail.h"
#include "storage/replication/node/aside_copies.h"
#include "storage/replication/node/workspace_table.h"
#include "storage/replication/retention/retention.h"
#include "storage/replication/timing.h"

namespace coditect::replication {

/// Looks after the store now and then: removes the bundles that nobody needs, and proves with a
/// workspace at random that what is there can be restored. And after older copies on the disk.
///
/// Threads:    one strand; stats() from any thread.
/// Lifetime:   what Parts refers to outlives it. run() ends by being cancelled.
/// Errors:     what failed is said in the server's log and counted, and tried again.
class Caretaker {
 public:
  struct Parts {
    objects::ObjectStore& store;
    BlockingPool& disk;
    Timing& timing;
    Random& random;
    const WorkspaceTable& table;
    const NodeLease& lease;
    AsideCopies& aside;
    NodeId node;
    std::filesystem::path scratch;  ///< for drills
  };
  explicit Caretaker(Parts parts);

  static awaitable<void> run(Caretaker& self);

  struct Stats {
    std::uint64_t drills = 0;
    std::uint64_t drills_failed = 0;
    std::uint64_t log_objects = 0;  ///< of this node's log in the store, as of the last look
    std::uint64_t log_bytes = 0;
    std::uint64_t aside_copies = 0;  ///< older copies of workspaces on this disk, as of then
  };
  Stats stats() const;

 private:
  awaitable<Result<void>> sweep();
  awaitable<void> tidy();
  awaitable<void> drill();

  const Parts parts_;
  NodeRetention retention_;
  LogTail tail_;
  std::atomic<std::uint64_t> drills_ = 0;
  std::atomic<std::uint64_t> drills_failed_ = 0;
  std::atomic<std::uint64_t> log_objects_ = 0;
  std::atomic<std::uint64_t> log_bytes_ = 0;
  std::atomic<std::uint64_t> aside_copies_ = 0;
};

}  // namespace coditect::replication
