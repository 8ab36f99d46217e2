#include "storage/journal/journal.h"

#include <algorithm>
#include <chrono>
#include <pthread.h>
#include <sched.h>
#include <span>
#include <utility>

#include "base/check.h"
#include "storage/journal/chunk_reader.h"
#include "storage/journal/format.h"
#include "storage/journal/posix_disk.h"
#include "storage/journal/recovery.h"

namespace coditect::journal {
namespace {

/// One write and one sync carry at most this much, unless one record alone is larger.
constexpr std::size_t kBatchBytesMax = 8u << 20;
constexpr std::size_t kPageBytes = 4096;
/// A buffer that one large batch made larger than this is given back.
constexpr std::size_t kBufferKeptBytesMax = 2 * kBatchBytesMax;

/// Under load an ordinary thread waits one or two scheduler ticks (4 or 8 ms) after each sync.
bool make_realtime() {
  sched_param parameters{};
  parameters.sched_priority = sched_get_priority_min(SCHED_FIFO);
  return pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters) == 0;
}

/// Lengthens a write at `position` with zeros to the end of its last page, or of the segment: the
/// kernel need not read the page first. The next batch overwrites them.
void pad_to_page(std::string& buffer, std::size_t position, std::size_t segment_bytes) {
  const std::size_t end = position + buffer.size();
  const std::size_t page_end = (end + kPageBytes - 1) / kPageBytes * kPageBytes;
  buffer.resize(std::min(page_end, segment_bytes) - position, '\0');
}

Error closed() { return unavailable("the journal is closed", "the server is stopping"); }

}  // namespace

Result<std::unique_ptr<Journal>> Journal::open(const std::filesystem::path& directory,
                                               Options options,
                                               const std::function<Result<void>(Record)>& replay) {
  check(options.segment_bytes <= kSegmentBytesMax);
  check(options.line_bytes_max + kHeaderBytes + kRecordHeaderBytes + kWorkspaceBytesMax +
            kRecordAlignment <=
        options.segment_bytes);
  std::shared_ptr<Disk> disk = options.disk;
  if (!disk) {
    TRY(disk, PosixDisk::open_directory(directory, PosixDisk::Use::kWrite));
  }
  std::shared_ptr<Random> random = options.random;
  if (!random) random = std::make_shared<SystemRandom>();
  auto recovered = recover(*disk, options.segment_bytes, replay);
  if (!recovered) return std::move(recovered).error().in(directory.string());
  return std::unique_ptr<Journal>(new Journal(std::move(options), std::move(disk),
                                              std::move(random), std::move(recovered->segments),
                                              recovered->records));
}

Journal::Journal(Options options, std::shared_ptr<Disk> disk, std::shared_ptr<Random> random,
                 FoundSegments found, std::uint64_t replayed_records)
    : options_(std::move(options)),
      disk_(std::move(disk)),
      segments_(disk_, std::move(random), options_.segment_bytes, std::move(found),
                options_.hold_from_start == Options::Hold::kEverything ? std::optional(Position{})
                                                                       : std::nullopt) {
  stats_.replayed_records = replayed_records;
  thread_ = std::thread([this] { run(); });
}

Journal::~Journal() {
  // An error has reached the completions; a destructor has nobody to tell.
  static_cast<void>(close());
}

void Journal::append(Record record, Completion done) {
  if (auto refused = enqueue(&record, 1, done)) done(*std::move(refused));
}

void Journal::append(std::vector<Record> records, Completion done) {
  if (auto refused = enqueue(records.data(), records.size(), done)) done(*std::move(refused));
}

std::optional<Error> Journal::enqueue(Record* records, std::size_t count, Completion& done) {
  std::size_t bytes = 0;
  for (const Record& record : std::span(records, count)) {
    if (record.line.size() > options_.line_bytes_max) {
      return invalid("a line of " + std::to_string(record.line.size()) +
                     " bytes is longer than an event may be");
    }
    if (record.workspace.str().size() > kWorkspaceBytesMax) {
      return invalid("a workspace id of " + std::to_string(record.workspace.str().size()) +
                     " bytes is too long");
    }
    bytes += encoded_bytes(record);
  }
  bool wake = false;
  {
    const std::lock_guard lock(mutex_);
    if (stats_.failure) return stats_.failure;
    if (closing_) return closed();
    if (committing_bytes_ + queue_.bytes + bytes > options_.queue_bytes_max) {
      ++stats_.refused;
      return Error{Errc::kLimit, "the journal's queue is full",
                   "the disk is slower than the changes that arrive; try again in a moment"};
    }
    queue_.records.insert(queue_.records.end(), std::make_move_iterator(records),
                          std::make_move_iterator(records + count));
    queue_.waiters.push_back({queue_.records.size(), std::move(done)});
    queue_.bytes += bytes;
    wake =
        wake_at_ != kAwake && (queue_.waiters.size() >= wake_at_ || queue_.bytes >= kBatchBytesMax);
    if (wake) wake_at_ = kAwake;
  }
  if (wake) wake_.notify_one();
  return std::nullopt;
}

void Journal::release(const WorkspaceId& workspace, Sequence through) {
  segments_.release(workspace, through);
}

Position Journal::oldest_position() const { return segments_.oldest_position(); }

Position Journal::durable_position() const { return segments_.durable_position(); }

Result<Chunk> Journal::read(Position from, std::size_t bytes_max) const {
  return read_chunk(*disk_, segments_, from, bytes_max);
}

void Journal::hold(Position from) { segments_.hold(from); }

Journal::Stats Journal::stats() const {
  const Segments::Counts counts = segments_.counts();
  const std::lock_guard lock(mutex_);
  Stats stats = stats_;
  stats.queued_bytes = committing_bytes_ + queue_.bytes;
  stats.live_segments = counts.live;
  stats.spare_segments = counts.spare;
  stats.held_segments = counts.held;
  return stats;
}

Result<void> Journal::close() {
  const std::lock_guard closing(close_mutex_);
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
  const std::lock_guard lock(mutex_);
  if (stats_.failure) return *stats_.failure;
  return {};
}

void Journal::run() {
  const bool realtime = make_realtime();
  std::unique_lock lock(mutex_);
  stats_.realtime = realtime;
  while (true) {
    gather(lock);
    if (queue_.waiters.empty()) return;
    Queue queue = std::exchange(queue_, {});
    // The next batch is likely to be as large.
    queue_.records.reserve(queue.records.size());
    queue_.waiters.reserve(queue.waiters.size());
    committing_bytes_ = queue.bytes;
    lock.unlock();
    commit(std::move(queue));
    lock.lock();
    committing_bytes_ = 0;
  }
}

/// Waits for something to write, or for closing; with writers just answered, a moment for more.
void Journal::gather(std::unique_lock<std::mutex>& lock) {
  if (const auto linger = linger_.next()) {
    wake_at_ = linger->appends;
    wake_.wait_for(lock, linger->at_most, [&] {
      return closing_ || queue_.waiters.size() >= linger->appends || queue_.bytes >= kBatchBytesMax;
    });
    linger_.ended(queue_.waiters.size());
  }
  wake_at_ = 1;
  wake_.wait(lock, [&] { return closing_ || !queue_.waiters.empty(); });
  wake_at_ = kAwake;
}

/// Writes what is queued, batch after batch, and answers each append as soon as its last record is
/// durable.
void Journal::commit(Queue queue) {
  std::optional<Error> failure;
  {
    const std::lock_guard lock(mutex_);
    failure = stats_.failure;
  }
  std::size_t durable = 0;
  auto waiter = queue.waiters.begin();
  const auto answered_by = [&](const Queue::Waiter& each) {
    return each.records_before <= durable;
  };
  while (!failure && waiter != queue.waiters.end()) {
    if (durable < waiter->records_before) {
      auto written = write_batch(std::span(queue.records).subspan(durable));
      if (!written) {
        failure = fail(std::move(written).error());
        break;
      }
      durable += written->records;
      const auto end = std::find_if_not(waiter, queue.waiters.end(), answered_by);
      linger_.batch_done(static_cast<std::size_t>(end - waiter), written->waiting,
                         written->sync_took);
    }
    for (; waiter != queue.waiters.end() && answered_by(*waiter); ++waiter) waiter->done({});
  }
  for (; waiter != queue.waiters.end(); ++waiter) waiter->done(*failure);
}

/// Makes as many of `records` durable as one write takes, at least one; how many.
Result<Journal::Batch> Journal::write_batch(std::span<const Record> records) {
  const auto begun = std::chrono::steady_clock::now();
  TRY_VOID(make_room(encoded_bytes(records.front())));
  const std::size_t room = active_->bytes - position_;
  buffer_.clear();
  std::size_t count = 0;
  while (count < records.size()) {
    const std::size_t reach = buffer_.size() + encoded_bytes(records[count]);
    if (reach > room || (count > 0 && reach > kBatchBytesMax)) break;
    encode_record(buffer_, records[count], static_cast<std::uint32_t>(position_ + buffer_.size()),
                  static_cast<std::uint32_t>(position_), active_->salt);
    ++count;
  }
  check(count > 0);
  const std::size_t bytes = buffer_.size();
  pad_to_page(buffer_, position_, active_->bytes);
  TRY_VOID(write_fully(*active_->file, buffer_, position_));
  const auto written = std::chrono::steady_clock::now();
  TRY_VOID(active_->file->sync());
  const auto synced = std::chrono::steady_clock::now();
  position_ += bytes;
  segments_.note(records.first(count), position_);
  if (position_ > active_->bytes / 2) segments_.prepare_ahead();
  const std::size_t waiting = count_batch(count, bytes, synced - begun);
  if (buffer_.capacity() > kBufferKeptBytesMax) buffer_ = std::string();
  return Batch{count, waiting, synced - written};
}

/// The active segment has room for `bytes` on return.
Result<void> Journal::make_room(std::size_t bytes) {
  if (active_ && active_->bytes - position_ >= bytes) return {};
  TRY(active_, segments_.begin_segment());
  position_ = kHeaderBytes;
  return {};
}

/// How many appends wait.
std::size_t Journal::count_batch(std::size_t records, std::size_t bytes,
                                 std::chrono::nanoseconds took) {
  const std::lock_guard lock(mutex_);
  stats_.records += records;
  stats_.bytes += bytes;
  ++stats_.syncs;
  stats_.largest_sync_records = std::max<std::uint64_t>(stats_.largest_sync_records, records);
  stats_.slowest_sync =
      std::max(stats_.slowest_sync, std::chrono::duration_cast<std::chrono::microseconds>(took));
  return queue_.waiters.size();
}

/// From now on every append gets this error.
Error Journal::fail(Error error) {
  Error failure = unavailable("the journal's disk failed: " + error.message,
                              "free or repair the disk, then restart the server: nothing that was "
                              "acknowledged is lost");
  const std::lock_guard lock(mutex_);
  stats_.failure = failure;
  return failure;
}

}  // namespace coditect::journal
