#include "storage/replication/sync/snapshot_sync.h"

#include <fcntl.h>

#include "base/posix_file.h"
#include "storage/blobs/zstd_codec.h"
#include "storage/objects/byte_sources.h"
#include "storage/replication/pages/page_delta.h"
#include "storage/replication/sync/put_once.h"

namespace coditect::replication {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kReadBytes = 1u << 20;

fs::path compressed_path(fs::path file) { return file += ".zst"; }

/// Writes FILE.zst; the head of the snapshot.
Result<DeltaHead> compress(const fs::path& file) {
  TRY(const FileDescriptor in, open_file(file, O_RDONLY));
  TRY(const FileDescriptor out, open_file(compressed_path(file), O_WRONLY | O_CREAT | O_TRUNC));
  std::string buffer(kReadBytes, '\0');
  std::uint64_t written = 0;
  const blobs::Sink append = [&](std::string_view part) -> Result<void> {
    TRY_VOID(write_all(out.get(), part, written));
    written += part.size();
    return {};
  };
  DeltaHead head;
  blobs::Compressor compressor;
  compressor.begin();
  for (std::uint64_t offset = 0;;) {
    TRY(const std::size_t count, read_at(in.get(), buffer, offset));
    const std::string_view part = std::string_view(buffer).substr(0, count);
    if (offset == 0) {
      TRY(head, parse_head(part));
    }
    if (count == 0) break;
    TRY_VOID(compressor.add(part, append));
    offset += count;
  }
  TRY_VOID(compressor.finish(append));
  if (!head.is_snapshot()) return internal(file.string() + " is no snapshot of a database");
  return head;
}

}  // namespace

awaitable<Result<Manifest::DatabaseSnapshot>> store_snapshot(objects::ObjectStore& store,
                                                             BlockingPool& disk, std::string folder,
                                                             std::string database,
                                                             std::uint64_t workspace_epoch,
                                                             fs::path file) {
  auto work = [file] { return compress(file); };
  CO_TRY(const DeltaHead head, co_await disk.run(std::move(work)));
  Manifest::DatabaseSnapshot snapshot;
  snapshot.key = snapshot_key(folder, database, head.applied_after, workspace_epoch);
  snapshot.applied = head.applied_after;
  snapshot.checksum = head.checksum_after;
  snapshot.bytes = head.database_bytes();
  auto open = [file] { return objects::FileSource::open(compressed_path(file)); };
  CO_TRY(objects::FileSource source, co_await disk.run(std::move(open)));
  auto put = co_await put_once(store, snapshot.key, source);
  auto remove = [file] {
    std::error_code ignored;  // the next snapshot writes over it
    fs::remove(compressed_path(file), ignored);
  };
  co_await disk.run(std::move(remove));
  if (!put) co_return std::move(put).error();
  co_return snapshot;
}

}  // namespace coditect::replication
