#pragma once

#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "base/limits.h"
#include "base/random.h"
#include "base/result.h"
#include "storage/journal/disk.h"
#include "storage/journal/linger.h"
#include "storage/journal/position.h"
#include "storage/journal/record.h"
#include "storage/journal/segments.h"

namespace coditect::journal {

/// The node's write-ahead log: every workspace's records, made durable together (group commit).
///
/// Threads:    any. One thread of its own writes and syncs; while it syncs, the next batch gathers.
/// Lifetime:   completions may run until close() returns; the destructor closes.
/// Invariants: a record is acknowledged only after fdatasync; records become durable in the order
///             of append(), so what survives a crash is a prefix of what was appended.
/// Errors:     after the first error of the disk every later append gets the same one, because
///             what reached the disk is then unknown; recover by opening again.
class Journal {
 public:
  /// Runs exactly once and must not throw or block: the next batch waits for it.
  using Completion = std::move_only_function<void(Result<void>)>;

  struct Options {
    std::size_t segment_bytes = limits::kJournalSegmentBytes;
    std::size_t line_bytes_max = limits::kEventBytesMax;
    std::size_t queue_bytes_max = limits::kJournalQueueBytesMax;
    enum class Hold {
      kNothing,
      kEverything,  ///< until hold() is called: whoever reads begins where the journal does
    };
    Hold hold_from_start = Hold::kNothing;
    std::shared_ptr<Disk> disk;      ///< null: the folder itself
    std::shared_ptr<Random> random;  ///< null: the kernel's
  };

  struct Stats {
    std::uint64_t records = 0;  ///< made durable since open
    std::uint64_t bytes = 0;    ///< of them on disk
    std::uint64_t syncs = 0;
    std::uint64_t largest_sync_records = 0;
    std::chrono::microseconds slowest_sync{0};  ///< write and fdatasync of one batch
    std::uint64_t refused = 0;                  ///< appends beyond a limit
    std::uint64_t replayed_records = 0;         ///< by open()
    std::size_t queued_bytes = 0;
    std::size_t live_segments = 0;
    std::size_t spare_segments = 0;
    std::size_t held_segments = 0;  ///< of the live ones: released, kept by hold()
    bool realtime = false;          ///< the thread runs under SCHED_FIFO
    std::optional<Error> failure;
  };

  /// Opens or makes the journal in `directory` and gives each record that is there to `replay`,
  /// in order of append, before it returns. Records released before may be given again.
  /// A batch that a crash cut short was never acknowledged and is dropped. Errc::kInternal for any
  /// other damage, naming file and offset; nothing is changed then. Errc::kConflict when another
  /// process has the folder open. An error of `replay` ends it and is returned.
  static Result<std::unique_ptr<Journal>> open(const std::filesystem::path& directory,
                                               Options options,
                                               const std::function<Result<void>(Record)>& replay);
  ~Journal();

  /// Queues records and returns at once. `done` runs on the journal's thread, in order of append,
  /// once all of them are durable or the disk has failed; after a failure or a crash some of them
  /// may survive, always from the first on.
  /// Refused at once, `done` running on this thread and nothing kept: Errc::kLimit beyond
  /// queue_bytes_max, Errc::kInvalid for a line or a workspace id that is too long,
  /// Errc::kUnavailable when the journal has failed or is closed.
  void append(Record record, Completion done);
  void append(std::vector<Record> records, Completion done);

  /// Everything up to `through` of this workspace is safe elsewhere: the segments that hold
  /// nothing else are used again.
  void release(const WorkspaceId& workspace, Sequence through);

  // The read side: durable records may be read again, so that nobody need keep them in memory.

  /// Where the oldest record that is still there begins. Right after open() it is where a reader
  /// that was away may begin again.
  Position oldest_position() const;
  /// The end of the last durable record. It never goes back, and is ahead of acknowledgements.
  Position durable_position() const;
  /// Records from `from` on, of `bytes_max` bytes on disk at most; a longer one alone. Reading on
  /// from `next` again and again gives every durable record once, in order; no records: `from` is
  /// at the end. Errc::kNotFound when the segment was recycled, Errc::kInvalid when the journal
  /// never gave `from`; Errc::kInternal, naming file and offset, for damage. Blocks for the disk.
  Result<Chunk> read(Position from, std::size_t bytes_max) const;
  /// What lies at or after `from` can be read until a later hold() lets it go, released or not.
  /// Whole segments are kept. What was recycled before stays so. The disk fills up when this never
  /// moves on: see Stats::held_segments.
  void hold(Position from);

  Stats stats() const;

  /// Makes everything durable that was appended before, and ends the thread. Later appends are
  /// refused. The error that the journal failed with, if any. Idempotent.
  Result<void> close();

 private:
  /// Appends that wait for their turn. Completions say how many of the records come before them.
  struct Queue {
    struct Waiter {
      std::size_t records_before;
      Completion done;
    };
    std::vector<Record> records;
    std::vector<Waiter> waiters;
    std::size_t bytes = 0;
  };

  /// What one write and one sync made durable.
  struct Batch {
    std::size_t records = 0;
    std::size_t waiting = 0;  ///< appends that had gathered by then
    std::chrono::nanoseconds sync_took{0};
  };

  static constexpr std::size_t kAwake = SIZE_MAX;

  Journal(Options options, std::shared_ptr<Disk> disk, std::shared_ptr<Random> random,
          FoundSegments found, std::uint64_t replayed_records);

  std::optional<Error> enqueue(Record* records, std::size_t count, Completion& done);
  void run();
  void gather(std::unique_lock<std::mutex>& lock);
  void commit(Queue queue);
  Result<Batch> write_batch(std::span<const Record> records);
  Result<void> make_room(std::size_t bytes);
  std::size_t count_batch(std::size_t records, std::size_t bytes, std::chrono::nanoseconds took);
  Error fail(Error error);

  // Constant after construction.
  const Options options_;
  const std::shared_ptr<Disk> disk_;
  Segments segments_;  // has its own lock

  // Touched only on thread_.
  std::optional<ActiveSegment> active_;
  std::size_t position_ = 0;  ///< where the active segment's next record goes
  std::string buffer_;
  Linger linger_;

  mutable std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  Queue queue_;
  std::size_t committing_bytes_ = 0;
  std::size_t wake_at_ = kAwake;  ///< thread_ waits for wake_, for this many appends
  bool closing_ = false;
  Stats stats_;

  std::mutex close_mutex_;
  std::thread thread_;  // joined under close_mutex_
};

}  // namespace coditect::journal
