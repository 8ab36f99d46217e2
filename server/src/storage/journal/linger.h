#pragma once

#include <chrono>
#include <cstddef>
#include <optional>

namespace coditect::journal {

/// Whether the next batch should wait a moment for the writers that were just answered. Without it
/// many writers split into two groups that wait for each other's sync: while one group's batch is
/// synced the other gathers, and each sync carries half of what it could.
///
/// All writers that are under way are known when a batch is done: those that it answered and those
/// that wait already. The wait is for as many as that, and at most for a small part of what a sync
/// takes: a sync is what two groups can share, while the work on each record is the same for one.
/// Writers that need longer than that on their way back do it while the other group is synced.
/// Where they do not come in time, as with writers that pause between records, ever fewer batches
/// try it: a wait in vain costs at most one part in 128 then.
///
/// Threads:    one at a time; pure.
/// Invariants: a writer that is alone never waits.
class Linger {
 public:
  using Duration = std::chrono::nanoseconds;

  struct Wait {
    std::size_t appends;  ///< in the queue: the wait ends early then
    Duration at_most;
  };

  /// A batch whose sync took `took` answers `answered` appends; `waiting` more were
  /// queued when it was done.
  void batch_done(std::size_t answered, std::size_t waiting, Duration took);
  /// What to wait for before the next batch, if anything. ended() follows.
  std::optional<Wait> next();
  /// The wait ended with so many appends in the queue.
  void ended(std::size_t appends);

 private:
  Duration typical_{0};  ///< of a sync; one slow sync hardly moves it
  std::size_t answered_ = 0;
  std::size_t waiting_ = 0;
  unsigned skip_ = 0;       ///< batches that do not wait, from now on
  unsigned next_skip_ = 0;  ///< after the next wait in vain
};

}  // namespace coditect::journal
