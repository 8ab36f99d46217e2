#include "storage/replication/restore/download.h"

#include <algorithm>
#include <fcntl.h>

#include "base/posix_file.h"
#include "base/storage_limits.h"

namespace coditect::replication {

awaitable<Result<void>> download(objects::ObjectStore& store, BlockingPool& disk, std::string key,
                                 std::uint64_t bytes, std::filesystem::path file) {
  auto create = [file] { return open_file(file, O_WRONLY | O_CREAT | O_EXCL); };
  CO_TRY(const FileDescriptor out, co_await disk.run(std::move(create)));
  std::uint64_t offset = 0;
  // The whole of a small object is asked for as such: the store then checks its checksum.
  const bool whole = bytes <= limits::kObjectPartBytes;
  do {
    objects::Range range{offset, limits::kObjectPartBytes};
    if (whole) range = objects::Range{};
    auto part = co_await store.get(key, range, limits::kObjectPartBytes);
    if (!part) co_return std::move(part).error().in(key);
    if (part->info.bytes != bytes || (part->content.empty() && offset < bytes)) {
      co_return internal(key + " has another size than it was listed with");
    }
    offset += part->content.size();
    auto write = [&out, offset, content = std::move(part->content)] {
      return write_all(out.get(), content, offset - content.size());
    };
    CO_TRY_VOID(co_await disk.run(std::move(write)));
  } while (offset < bytes);
  co_return Result<void>{};
}

}  // namespace coditect::replication
