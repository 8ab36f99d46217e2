#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "base/random.h"
#include "storage/journal/disk.h"
#include "storage/journal/format.h"
#include "storage/journal/position.h"

namespace coditect::journal {

/// What of each workspace a segment holds: the last sequence number that is not released.
using Unreleased = std::unordered_map<WorkspaceId, Sequence>;

/// One workspace's last record of a batch or a part of it.
struct Noted {
  WorkspaceId workspace;
  Sequence seq = 0;
};

/// A segment that holds records not yet released.
struct LiveSegment {
  std::uint64_t id = 0;
  std::string name;
  std::uint64_t salt = 0;
  std::size_t file_bytes = 0;
  std::size_t end = 0;  ///< where its records end
  Unreleased unreleased;
};

/// Durable records of one segment.
struct SegmentRange {
  std::uint64_t id = 0;
  std::string name;
  std::uint64_t salt = 0;
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A file of full size, ready to become a segment: all zeros, or one whose records are released.
struct SpareFile {
  std::string name;
  std::uint64_t held_id = 0;  ///< the segment it was, 0 for none
};

/// What recovery found in the folder.
struct FoundSegments {
  std::deque<LiveSegment> live;  ///< by id, without a gap
  std::vector<SpareFile> spare;
  std::uint64_t last_id = 0;            ///< of the newest segment, 0 for none
  std::uint64_t oldest = 0;             ///< what its header says
  std::uint64_t files_numbered_to = 0;  ///< the highest number in a file's name
};

/// The segment that is written to.
struct ActiveSegment {
  std::uint64_t id = 0;
  std::uint64_t salt = 0;
  std::size_t bytes = 0;
  std::unique_ptr<File> file;
};

/// Which files of the journal hold what: starts segments, and recycles the oldest ones once
/// everything in them is released. A worker thread fills new files with zeros ahead of need.
///
/// Threads:    begin_segment(), note() and prepare_ahead() on the journal's thread; the rest any.
/// Invariants: live segments have consecutive ids; only the oldest is ever recycled, so a missing
///             file in between is always damage. A file is reused or removed only once a durable
///             header says that its old content is no longer needed. A segment is in `live_` for
///             as long as its file holds its records: who reads a file looks again after reading.
/// Errors:     those of the disk; the caller gives up for good.
class Segments {
 public:
  struct Counts {
    std::size_t live = 0;
    std::size_t spare = 0;
    std::size_t held = 0;  ///< live only because of hold()
  };

  Segments(std::shared_ptr<Disk> disk, std::shared_ptr<Random> random, std::size_t segment_bytes,
           FoundSegments found, std::optional<Position> hold_from);
  /// Stops and joins the worker.
  ~Segments();

  /// Seals the active segment and starts the next, whose header is durable on return. Waits for
  /// the worker when no spare file is ready.
  Result<ActiveSegment> begin_segment();
  /// The active segment durably holds these records, and ends at `end` now.
  void note(std::span<const Record> records, std::size_t end);
  /// A segment will be needed soon.
  void prepare_ahead();
  /// Nothing up to `through` of this workspace is needed any longer.
  void release(const WorkspaceId& workspace, Sequence through);
  Counts counts() const;

  /// Where the durable records begin and end.
  Position oldest_position() const;
  Position durable_position() const;
  /// Segments from that of `from` on are not recycled, even when everything is released.
  void hold(Position from);
  /// The durable records of one segment that begin at `from`; of the next segment where `from` is
  /// the end of one. Empty at the end of the journal. Errc::kNotFound when the segment was
  /// recycled, Errc::kInvalid when `from` is behind the journal's end or in a header.
  Result<SegmentRange> range_from(Position from) const;

 private:
  void run_worker();
  Result<void> add_file(const std::string& name);
  Result<SpareFile> make_file(const std::string& name);
  Result<SpareFile> take_spare();
  Result<void> remove_surplus();
  void settle_notes_locked();
  void take_surplus_locked(std::vector<SpareFile>& files, std::size_t keep,
                           std::vector<SpareFile>& surplus) const;
  void recycle_released_locked();
  bool held_locked(const LiveSegment& segment) const;

  const std::shared_ptr<Disk> disk_;
  const std::shared_ptr<Random> random_;
  const std::size_t segment_bytes_;

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::deque<LiveSegment> live_;
  std::vector<Noted> noted_;  ///< of the newest segment, not yet in its `unreleased`
  std::vector<SpareFile> spare_;
  std::vector<SpareFile> misfits_;  ///< released, but of another size than new segments
  std::uint64_t last_id_;           ///< of the newest segment, which is always live
  std::optional<Position> hold_from_;
  std::uint64_t durable_oldest_ = 0;  ///< what the newest header on disk says
  std::uint64_t files_numbered_to_;
  bool wanted_ = false;  ///< the worker is to make a file
  bool stopping_ = false;
  std::optional<Error> worker_error_;

  std::thread worker_;
};

/// The name of the file with this number.
std::string segment_file_name(std::uint64_t number);
/// The number in a name that segment_file_name() makes, nothing for other names.
std::optional<std::uint64_t> segment_file_number(const std::string& name);

}  // namespace coditect::journal
