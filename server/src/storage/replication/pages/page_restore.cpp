#include "storage/replication/pages/page_restore.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

#include "base/check.h"
#include "storage/databases/database_files.h"
#include "storage/replication/pages/database_check.h"

namespace coditect::replication {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kWriteBytes = 1u << 20;

fs::path with_suffix(fs::path path, const char* suffix) {
  path += suffix;
  return path;
}

Result<void> resize(int fd, std::uint64_t bytes) {
  if (::ftruncate(fd, static_cast<off_t>(bytes)) == 0) return {};
  return system_error("cannot resize the restored database", errno);
}

}  // namespace

Result<std::unique_ptr<PageRestore>> PageRestore::begin(fs::path path) {
  fs::path built = with_suffix(path, ".restored");
  TRY(FileDescriptor file, open_file(built, O_RDWR | O_CREAT | O_TRUNC));
  return std::unique_ptr<PageRestore>(
      new PageRestore(std::move(path), std::move(built), std::move(file)));
}

PageRestore::PageRestore(fs::path path, fs::path built, FileDescriptor file)
    : path_(std::move(path)), built_(std::move(built)), file_(std::move(file)) {}

PageRestore::~PageRestore() {
  if (file_.open()) ::unlink(built_.c_str());
}

Result<void> PageRestore::apply(std::string_view delta) {
  TRY_VOID(feed(delta));
  return end_delta();
}

Result<void> PageRestore::feed(std::string_view part) {
  check(file_.open(), "finish() was the last call");
  if (!reader_) begin_delta();
  Result<void> fed = reader_->feed(part);
  if (!fed) drop_delta();
  return fed;
}

Result<void> PageRestore::end_delta() {
  if (!reader_) begin_delta();
  const Result<DeltaHead> read = reader_->finish();
  Result<void> done = read ? Result<void>() : Result<void>(read.error());
  if (done) done = head_.is_snapshot() ? end_snapshot() : end_change();
  if (done) {
    next_.watermark.seq = head_.applied_after;
    next_.chain = continued(state_.chain, head_);
    std::swap(state_, next_);
  }
  drop_delta();
  return done;
}

void PageRestore::begin_delta() {
  DeltaReader::Visitor visitor;
  visitor.head = [this](const DeltaHead& head) { return take_head(head); };
  visitor.page = [this](std::uint32_t number, std::string_view page) {
    return take_page(number, page);
  };
  reader_ = std::make_unique<DeltaReader>(std::move(visitor));
}

void PageRestore::drop_delta() {
  reader_.reset();
  next_ = PageState();
  numbers_.clear();
  bytes_.clear();
}

Result<void> PageRestore::take_head(const DeltaHead& head) {
  if (!fits(head, state_)) {
    return Error{Errc::kConflict,
                 "the delta continues from event " + std::to_string(head.applied_before) +
                     ", the database is at " + std::to_string(state_.watermark.seq) +
                     (head.applied_before == state_.watermark.seq ? " of another state" : ""),
                 "rebuild the database from its events"};
  }
  head_ = head;
  if (head.is_snapshot()) {
    // It replaces all that was written so far.
    state_ = PageState();
    TRY_VOID(resize(file_.get(), head.database_bytes()));
  } else {
    next_.hashes = state_.hashes;
  }
  next_.page_size = head.page_size;
  next_.hashes.resize(head.page_count);
  return {};
}

Result<void> PageRestore::take_page(std::uint32_t number, std::string_view page) {
  next_.hashes[number - 1] = page_hash(number, page);
  numbers_.push_back(number);
  bytes_ += page;
  // The pages of a snapshot have nothing to spoil; those of a delta wait until all are sound.
  if (!head_.is_snapshot() || bytes_.size() < kWriteBytes) return {};
  return write_changed(next_);
}

Result<void> PageRestore::end_snapshot() {
  TRY_VOID(write_changed(next_));
  for (const std::uint64_t hash : next_.hashes) next_.checksum ^= hash;
  if (next_.checksum == head_.checksum_after) return {};
  return internal("the snapshot's pages do not have its rolling checksum");
}

Result<void> PageRestore::end_change() {
  const std::size_t before = state_.hashes.size();
  const auto first_new = std::ranges::upper_bound(numbers_, static_cast<std::uint32_t>(before));
  const auto new_pages = static_cast<std::size_t>(numbers_.end() - first_new);
  if (head_.page_count > before && new_pages != head_.page_count - before) {
    return internal("the delta lacks pages by which the database grows");
  }
  for (const std::uint64_t hash : next_.hashes) next_.checksum ^= hash;
  if (next_.checksum != head_.checksum_after) {
    return internal("the database with the delta's pages does not have its rolling checksum");
  }
  TRY_VOID(write_changed(next_));
  return resize(file_.get(), head_.database_bytes());
}

// A failure leaves a file that check_database() refuses.
Result<void> PageRestore::write_changed(const PageState& next) {
  std::size_t begin = 0;
  while (begin < numbers_.size()) {
    std::size_t end = begin + 1;
    while (end < numbers_.size() && numbers_[end] == numbers_[end - 1] + 1) ++end;
    const std::string_view run = std::string_view(bytes_).substr(
        begin * next.page_size, (end - begin) * std::size_t{next.page_size});
    TRY_VOID(write_all(file_.get(), run, std::uint64_t{numbers_[begin] - 1} * next.page_size));
    begin = end;
  }
  numbers_.clear();
  bytes_.clear();
  return {};
}

Result<PageState> PageRestore::finish() {
  check(file_.open() && !reader_, "finish() is called once, and not within a delta");
  if (state_.watermark.seq == 0) {
    return internal("there is no snapshot to begin with", "rebuild the database from its events");
  }
  TRY(state_.watermark, check_database(built_, state_));
  TRY_VOID(sync_data(file_.get()));
  TRY_VOID(put_in_place());
  return std::move(state_);
}

Result<void> PageRestore::put_in_place() {
  // In this order a crash leaves no database, or the restored one with its WAL.
  TRY_VOID(databases::DatabaseFiles(path_).remove());
  {
    TRY(const FileDescriptor wal, open_file(with_suffix(path_, "-wal"), O_WRONLY | O_CREAT));
  }
  if (std::rename(built_.c_str(), path_.c_str()) != 0) {
    return system_error("cannot rename " + built_.filename().string(), errno);
  }
  file_ = FileDescriptor();
  return sync_directory(path_.parent_path());
}

}  // namespace coditect::replication
