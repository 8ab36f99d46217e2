#include "storage/replication/restore/database_restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fcntl.h>

#include "base/posix_file.h"
#include "storage/blobs/zstd_codec.h"
#include "storage/databases/database_name.h"
#include "storage/replication/pages/page_chain.h"
#include "storage/replication/pages/page_restore.h"
#include "storage/replication/restore/download.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1u << 20;

/// Gives a file in parts.
Result<void> read_parts(const fs::path& file, const PartSink& sink) {
  TRY(const FileDescriptor in, open_file(file, O_RDONLY));
  std::string buffer(kReadBytes, '\0');
  for (std::uint64_t offset = 0;;) {
    TRY(const std::size_t count, read_at(in.get(), buffer, offset));
    if (count == 0) return {};
    TRY_VOID(sink(std::string_view(buffer).substr(0, count)));
    offset += count;
  }
}

/// Turns the frame in `frame` into the snapshot in `snapshot`.
Result<void> decompress_file(const fs::path& frame, const fs::path& snapshot,
                             std::uint64_t bytes_max) {
  TRY(const FileDescriptor in, open_file(frame, O_RDONLY));
  TRY(const FileDescriptor out, open_file(snapshot, O_WRONLY | O_CREAT | O_TRUNC));
  std::string buffer(kReadBytes, '\0');
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  const blobs::Source source = [&]() -> Result<std::string_view> {
    TRY(const std::size_t count, read_at(in.get(), buffer, read));
    read += count;
    return std::string_view(buffer).substr(0, count);
  };
  return blobs::decompress(source, bytes_max, [&](std::string_view part) -> Result<void> {
    TRY_VOID(write_all(out.get(), part, written));
    written += part.size();
    return {};
  });
}

Result<DeltaHead> head_of(const fs::path& file) {
  TRY(const FileDescriptor in, open_file(file, O_RDONLY));
  std::array<char, kDeltaHeadBytes> head{};
  TRY(const std::size_t count, read_at(in.get(), head, 0));
  return parse_head({head.data(), count});
}

bool is_lost(const Error& error) {
  return error.code == Errc::kNotFound || error.code == Errc::kInternal ||
         error.code == Errc::kLimit;
}

}  // namespace

DatabaseRestore::DatabaseRestore(objects::ObjectStore& store, BlockingPool& disk, fs::path scratch,
                                 fs::path databases)
    : store_(store), disk_(disk), scratch_(std::move(scratch)), databases_(std::move(databases)) {}

fs::path DatabaseRestore::next_file(const std::string& database) {
  std::vector<fs::path>& files = deltas_[database];
  files.push_back(scratch_ / fmt::format("{}-{:08}", database, files.size()));
  return files.back();
}

awaitable<Result<void>> DatabaseRestore::add_snapshot(std::string database,
                                                      Manifest::DatabaseSnapshot snapshot) {
  if (!databases::parse_database_name(database)) co_return Result<void>{};
  auto info = co_await store_.head(snapshot.key);
  const fs::path frame = scratch_ / (database + ".zst");
  Result<void> loaded;
  if (info) {
    loaded = co_await download(store_, disk_, snapshot.key, info->bytes, frame);
  } else {
    loaded = std::move(info).error();
  }
  if (loaded) {
    // Pages have their numbers beside them.
    auto work = [frame, file = next_file(database), bytes_max = 2 * snapshot.bytes + kReadBytes] {
      return decompress_file(frame, file, bytes_max);
    };
    loaded = co_await disk_.run(std::move(work));
    if (!loaded) deltas_[database].pop_back();
  }
  if (loaded) co_return Result<void>{};
  if (!is_lost(loaded.error())) co_return std::move(loaded).error();
  notes_.push_back(fmt::format("the snapshot of the database {} is lost ({})", database,
                               loaded.error().message));
  co_return Result<void>{};
}

awaitable<Result<void>> DatabaseRestore::add_delta(std::string database, std::string delta) {
  if (!databases::parse_database_name(database)) co_return Result<void>{};
  auto work = [file = next_file(database), delta = std::move(delta)]() -> Result<void> {
    TRY(const FileDescriptor out, open_file(file, O_WRONLY | O_CREAT | O_TRUNC));
    return write_all(out.get(), delta, 0);
  };
  co_return co_await disk_.run(std::move(work));
}

Result<void> DatabaseRestore::build_one(const std::string& database,
                                        const std::vector<fs::path>& files,
                                        Sequence through) const {
  std::vector<DeltaHead> heads;
  std::vector<fs::path> fitting;
  for (const fs::path& file : files) {
    TRY(const DeltaHead head, head_of(file));
    if (head.applied_after > through) continue;
    heads.push_back(head);
    fitting.push_back(file);
  }
  const std::vector<std::size_t> chain = newest_chain(heads);
  if (chain.empty()) return internal("no snapshot of it is in the store");
  TRY(const auto restore, PageRestore::begin(databases_ / (database + ".db")));
  for (const std::size_t place : chain) {
    TRY_VOID(
        read_parts(fitting[place], [&](std::string_view part) { return restore->feed(part); }));
    TRY_VOID(restore->end_delta());
  }
  TRY([[maybe_unused]] const PageState state, restore->finish());
  return {};
}

awaitable<Result<void>> DatabaseRestore::build(Sequence through) {
  for (const auto& [database, files] : deltas_) {
    auto work = [this, &database, &files, through] { return build_one(database, files, through); };
    auto built = co_await disk_.run(std::move(work));
    if (built) {
      restored_.push_back(database);
      continue;
    }
    // A full disk is no fault of the database.
    if (built.error().code == Errc::kUnavailable) co_return std::move(built).error();
    notes_.push_back(fmt::format("the database {} is left to be built from the events: {}",
                                 database, built.error().message));
  }
  co_return Result<void>{};
}

}  // namespace coditect::replication
