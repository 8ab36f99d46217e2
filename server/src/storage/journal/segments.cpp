#include "storage/journal/segments.h"

#include <algorithm>
#include <charconv>

#include "base/check.h"

namespace coditect::journal {
namespace {

/// One for the next segment and one that a release gives back. More are removed as soon as a header
/// says that they are not needed: a burst does not keep the disk.
constexpr std::size_t kSpareFilesMax = 2;
/// The worker settles as many notes as this, should nobody release anything meanwhile.
constexpr std::size_t kNotedMax = 4096;
constexpr std::size_t kZeroWriteBytes = 1u << 20;
constexpr std::string_view kSuffix = ".journal";
constexpr std::size_t kNumberDigits = 8;

}  // namespace

std::string segment_file_name(std::uint64_t number) {
  std::string digits = std::to_string(number);
  if (digits.size() < kNumberDigits) digits.insert(0, kNumberDigits - digits.size(), '0');
  return digits + std::string(kSuffix);
}

std::optional<std::uint64_t> segment_file_number(const std::string& name) {
  if (!name.ends_with(kSuffix)) return std::nullopt;
  const char* last = name.data() + name.size() - kSuffix.size();
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), last, number);
  if (error != std::errc() || end != last || segment_file_name(number) != name) return std::nullopt;
  return number;
}

Segments::Segments(std::shared_ptr<Disk> disk, std::shared_ptr<Random> random,
                   std::size_t segment_bytes, FoundSegments found,
                   std::optional<Position> hold_from)
    : disk_(std::move(disk)),
      random_(std::move(random)),
      segment_bytes_(segment_bytes),
      live_(std::move(found.live)),
      spare_(std::move(found.spare)),
      last_id_(found.last_id),
      hold_from_(hold_from),
      durable_oldest_(found.oldest),
      files_numbered_to_(found.files_numbered_to) {
  recycle_released_locked();
  worker_ = std::thread([this] { run_worker(); });
}

Segments::~Segments() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  worker_.join();
}

Result<ActiveSegment> Segments::begin_segment() {
  TRY(SpareFile spare, take_spare());
  SegmentHeader header;
  header.salt = random_->next();
  header.segment_bytes = segment_bytes_;
  {
    const std::lock_guard lock(mutex_);
    header.id = last_id_ + 1;
    header.oldest = live_.empty() ? header.id : live_.front().id;
    header.previous_end = live_.empty() ? 0 : live_.back().end;
  }
  check(spare.held_id < header.oldest);
  ActiveSegment active{header.id, header.salt, segment_bytes_, nullptr};
  TRY(active.file, disk_->open(spare.name, Disk::OpenFor::kOverwrite));
  TRY(const std::size_t written, active.file->write(encode_header(header), 0));
  if (written != kHeaderUsedBytes) {
    return unavailable("the header of " + spare.name + " was not written in one piece");
  }
  TRY_VOID(active.file->sync());
  {
    const std::lock_guard lock(mutex_);
    last_id_ = header.id;
    durable_oldest_ = header.oldest;
    settle_notes_locked();
    live_.push_back({header.id, spare.name, header.salt, segment_bytes_, kHeaderBytes, {}});
    recycle_released_locked();
  }
  TRY_VOID(remove_surplus());
  return active;
}

void Segments::note(std::span<const Record> records, std::size_t end) {
  const std::lock_guard lock(mutex_);
  check(!live_.empty() && live_.back().id == last_id_);
  // Looking each workspace up would delay the answers, so that is left to who has time.
  for (const Record& record : records) {
    if (!noted_.empty() && noted_.back().workspace == record.workspace) {
      noted_.back().seq = record.seq;
    } else {
      noted_.push_back({record.workspace, record.seq});
    }
  }
  live_.back().end = end;
  if (noted_.size() >= kNotedMax) changed_.notify_all();
}

void Segments::settle_notes_locked() {
  if (noted_.empty()) return;
  Unreleased& unreleased = live_.back().unreleased;
  for (const Noted& noted : noted_) unreleased[noted.workspace] = noted.seq;
  noted_.clear();
}

void Segments::prepare_ahead() {
  {
    const std::lock_guard lock(mutex_);
    if (!spare_.empty() || wanted_) return;
    wanted_ = true;
  }
  changed_.notify_all();
}

void Segments::release(const WorkspaceId& workspace, Sequence through) {
  const std::lock_guard lock(mutex_);
  settle_notes_locked();
  for (LiveSegment& segment : live_) {
    const auto last = segment.unreleased.find(workspace);
    if (last != segment.unreleased.end() && last->second <= through) {
      segment.unreleased.erase(last);
    }
  }
  recycle_released_locked();
}

Segments::Counts Segments::counts() const {
  const std::lock_guard lock(mutex_);
  const auto held = std::ranges::count_if(live_, [&](const LiveSegment& segment) {
    return segment.id != last_id_ && segment.unreleased.empty();
  });
  return {live_.size(), spare_.size(), static_cast<std::size_t>(held)};
}

Position Segments::oldest_position() const {
  const std::lock_guard lock(mutex_);
  return {live_.empty() ? last_id_ + 1 : live_.front().id, kHeaderBytes};
}

Position Segments::durable_position() const {
  const std::lock_guard lock(mutex_);
  if (live_.empty()) return {last_id_ + 1, kHeaderBytes};
  return {live_.back().id, live_.back().end};
}

void Segments::hold(Position from) {
  const std::lock_guard lock(mutex_);
  hold_from_ = from;
  settle_notes_locked();
  recycle_released_locked();
}

Result<SegmentRange> Segments::range_from(Position from) const {
  const std::lock_guard lock(mutex_);
  const std::uint64_t oldest = live_.empty() ? last_id_ + 1 : live_.front().id;
  if (from.segment < oldest) {
    return not_found("the journal's segment " + std::to_string(from.segment) +
                         " was recycled: the oldest that is left is " + std::to_string(oldest),
                     "read older records from the workspaces' archives, and hold() what is still "
                     "to be read");
  }
  std::size_t index = from.segment - oldest;
  while (index + 1 < live_.size() && from.offset == live_[index].end) {
    from = {live_[++index].id, kHeaderBytes};
  }
  if (live_.empty() && from == Position{oldest, kHeaderBytes}) {
    return SegmentRange{oldest, {}, 0, kHeaderBytes, kHeaderBytes};
  }
  if (index >= live_.size() || from.offset < kHeaderBytes || from.offset > live_[index].end) {
    return invalid("no record of the journal begins at offset " + std::to_string(from.offset) +
                       " of segment " + std::to_string(from.segment),
                   "begin at the journal's oldest position");
  }
  const LiveSegment& segment = live_[index];
  return SegmentRange{segment.id, segment.name, segment.salt, from.offset, segment.end};
}

void Segments::run_worker() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return stopping_ || wanted_ || noted_.size() >= kNotedMax; });
    if (stopping_) return;
    if (noted_.size() >= kNotedMax) settle_notes_locked();
    if (!wanted_) continue;
    const std::string name = segment_file_name(++files_numbered_to_);
    lock.unlock();
    auto added = add_file(name);
    lock.lock();
    wanted_ = false;
    if (!added) worker_error_ = std::move(added).error().in(name);
    changed_.notify_all();
  }
}

/// Makes one more spare file. Releases may have given back others meanwhile.
Result<void> Segments::add_file(const std::string& name) {
  auto made = make_file(name);
  if (!made) {
    // What a full disk left of it must not fill the disk further. If this fails too, the next
    // start removes it.
    const auto removed = disk_->remove(name);
    if (!removed) return std::move(made).error().in(removed.error().message);
    return std::move(made).error();
  }
  {
    const std::lock_guard lock(mutex_);
    spare_.push_back(*std::move(made));
  }
  return remove_surplus();
}

Result<SpareFile> Segments::make_file(const std::string& name) {
  TRY(const std::unique_ptr<File> file, disk_->create(name));
  const std::string zeros(std::min(kZeroWriteBytes, segment_bytes_), '\0');
  for (std::size_t at = 0; at < segment_bytes_; at += zeros.size()) {
    const std::size_t bytes = std::min(zeros.size(), segment_bytes_ - at);
    TRY_VOID(write_fully(*file, std::string_view(zeros).substr(0, bytes), at));
  }
  TRY_VOID(file->sync());
  TRY_VOID(disk_->sync_directory());
  return SpareFile{name, 0};
}

Result<SpareFile> Segments::take_spare() {
  std::unique_lock lock(mutex_);
  // What is wanted may be a file that was taken already: the worker says only later that it is
  // done. So it is asked once more, and what it says then is about this file.
  for (bool asked = false; spare_.empty();) {
    if (!wanted_) {
      if (asked && worker_error_) return *worker_error_;
      worker_error_.reset();
      wanted_ = asked = true;
      changed_.notify_all();
    }
    changed_.wait(lock, [&] { return !spare_.empty() || !wanted_; });
  }
  SpareFile spare = std::move(spare_.back());
  spare_.pop_back();
  return spare;
}

Result<void> Segments::remove_surplus() {
  std::vector<SpareFile> surplus;
  {
    const std::lock_guard lock(mutex_);
    take_surplus_locked(spare_, kSpareFilesMax, surplus);
    take_surplus_locked(misfits_, 0, surplus);
  }
  for (const SpareFile& file : surplus) TRY_VOID(disk_->remove(file.name));
  return {};
}

/// Moves what is beyond `keep` and no longer needed after a crash to `surplus`.
void Segments::take_surplus_locked(std::vector<SpareFile>& files, std::size_t keep,
                                   std::vector<SpareFile>& surplus) const {
  for (auto file = files.begin(); file != files.end() && files.size() > keep;) {
    if (file->held_id >= durable_oldest_) {
      ++file;
    } else {
      surplus.push_back(std::move(*file));
      file = files.erase(file);
    }
  }
}

void Segments::recycle_released_locked() {
  while (!live_.empty() && live_.front().unreleased.empty() && live_.front().id != last_id_ &&
         !held_locked(live_.front())) {
    auto& files = live_.front().file_bytes == segment_bytes_ ? spare_ : misfits_;
    files.push_back({std::move(live_.front().name), live_.front().id});
    live_.pop_front();
  }
}

bool Segments::held_locked(const LiveSegment& segment) const {
  return hold_from_ && hold_from_->segment <= segment.id;
}

}  // namespace coditect::journal
