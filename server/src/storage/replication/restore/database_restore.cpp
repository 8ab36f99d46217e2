#include "storage/replication/restore/database_restore.h"

#include <fmt/format.h>

#include <algorithm>
#include <fcntl.h>

#include "base/posix_file.h"
#include "storage/blobs/zstd_codec.h"
#include "storage/databases/database_name.h"
#include "storage/replication/pages/page_chain.h"
#include "storage/replication/pages/page_restore.h"
#include "storage/replication/restore/download.h"
#include "storage/replication/sync/for_each.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1u << 20;
constexpr std::size_t kAtOnce = 2;  // the largest database takes most of the time

bool is_lost(const Error& error) {
  return error.code == Errc::kNotFound || error.code == Errc::kInternal ||
         error.code == Errc::kLimit;
}

}  // namespace

DatabaseRestore::DatabaseRestore(objects::ObjectStore& store, BlockingPool& disk, fs::path scratch,
                                 fs::path databases)
    : store_(store), disk_(disk), scratch_(std::move(scratch)), databases_(std::move(databases)) {}

fs::path DatabaseRestore::next_file(const std::string& database) const {
  const auto known = deltas_.find(database);
  const std::size_t place = known == deltas_.end() ? 0 : known->second.size();
  return scratch_ / fmt::format("{}-{:08}", database, place);
}

/// Gives the bytes of a delta in parts.
Result<void> DatabaseRestore::read_parts(const StagedDelta& delta, const PartSink& sink) {
  TRY(const FileDescriptor in, open_file(delta.file, O_RDONLY));
  std::string buffer(kReadBytes, '\0');
  std::uint64_t offset = 0;
  const blobs::Source source = [&]() -> Result<std::string_view> {
    TRY(const std::size_t count, read_at(in.get(), buffer, offset));
    offset += count;
    return std::string_view(buffer).substr(0, count);
  };
  if (delta.content_bytes_max > 0) return blobs::decompress(source, delta.content_bytes_max, sink);
  for (;;) {
    TRY(const std::string_view part, source());
    if (part.empty()) return {};
    TRY_VOID(sink(part));
  }
}

Result<DeltaHead> DatabaseRestore::head_of(const StagedDelta& delta) {
  std::string head;
  auto read = read_parts(delta, [&](std::string_view part) -> Result<void> {
    head += part.substr(0, kDeltaHeadBytes - head.size());
    if (head.size() < kDeltaHeadBytes) return {};
    return Error{Errc::kCancelled, "the rest is read when it is needed", {}};
  });
  if (!read && read.error().code != Errc::kCancelled) return std::move(read).error();
  return parse_head(head);
}

awaitable<Result<void>> DatabaseRestore::add_snapshot(std::string database,
                                                      Manifest::DatabaseSnapshot snapshot) {
  if (!databases::parse_database_name(database)) co_return Result<void>{};
  auto info = co_await store_.head(snapshot.key);
  // Pages have their numbers beside them.
  StagedDelta staged{next_file(database), 2 * snapshot.bytes + kReadBytes};
  Result<void> loaded;
  if (info) {
    loaded = co_await download(store_, disk_, snapshot.key, info->bytes, staged.file);
  } else {
    loaded = std::move(info).error();
  }
  if (loaded) {
    auto look = [&staged]() -> Result<void> {
      auto head = head_of(staged);
      return head ? Result<void>() : Result<void>(std::move(head).error());
    };
    loaded = co_await disk_.run(std::move(look));
  }
  if (loaded) {
    deltas_[database].push_back(std::move(staged));
    co_return Result<void>{};
  }
  if (!is_lost(loaded.error())) co_return std::move(loaded).error();
  notes_.push_back(fmt::format("the snapshot of the database {} is lost ({})", database,
                               loaded.error().message));
  co_return Result<void>{};
}

awaitable<Result<void>> DatabaseRestore::add_delta(std::string database, std::string delta) {
  if (!databases::parse_database_name(database)) co_return Result<void>{};
  const StagedDelta staged{next_file(database)};
  auto work = [&staged, delta = std::move(delta)]() -> Result<void> {
    TRY(const FileDescriptor out, open_file(staged.file, O_WRONLY | O_CREAT | O_TRUNC));
    return write_all(out.get(), delta, 0);
  };
  CO_TRY_VOID(co_await disk_.run(std::move(work)));
  deltas_[database].push_back(staged);
  co_return Result<void>{};
}

Result<void> DatabaseRestore::build_one(const std::string& database,
                                        const std::vector<StagedDelta>& deltas,
                                        Sequence through) const {
  std::vector<DeltaHead> heads;
  std::vector<const StagedDelta*> fitting;
  for (const StagedDelta& delta : deltas) {
    TRY(const DeltaHead head, head_of(delta));
    if (head.applied_after > through) continue;
    heads.push_back(head);
    fitting.push_back(&delta);
  }
  const std::vector<std::size_t> chain = newest_chain(heads);
  if (chain.empty()) return internal("no snapshot of it is in the store");
  TRY(const auto restore, PageRestore::begin(databases_ / (database + ".db")));
  for (const std::size_t place : chain) {
    TRY_VOID(
        read_parts(*fitting[place], [&](std::string_view part) { return restore->feed(part); }));
    TRY_VOID(restore->end_delta());
  }
  TRY([[maybe_unused]] const PageState state, restore->finish());
  return {};
}

awaitable<Result<void>> DatabaseRestore::build_on_disk(Built& built, Sequence through) const {
  auto work = [this, &built, through] { return build_one(built.database, built.deltas, through); };
  built.result = co_await disk_.run(std::move(work));
  co_return Result<void>{};
}

awaitable<Result<void>> DatabaseRestore::build(Sequence through) {
  std::vector<Built> all;
  for (const auto& [database, deltas] : deltas_) all.push_back({database, deltas, {}});
  CO_TRY_VOID(co_await for_each(
      all.size(), kAtOnce, [&](std::size_t place) { return build_on_disk(all[place], through); }));
  for (Built& each : all) {
    if (each.result) {
      restored_.push_back(each.database);
      continue;
    }
    Error why = std::move(each.result).error();
    // A full disk is no fault of the database.
    if (why.code == Errc::kUnavailable) co_return why;
    notes_.push_back(fmt::format("the database {} is left to be built from the events: {}",
                                 each.database, why.message));
  }
  co_return Result<void>{};
}

}  // namespace coditect::replication
