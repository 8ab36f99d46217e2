#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "async/blocking_pool.h"
#include "storage/objects/object_store.h"

namespace coditect::replication {

/// Writes an object of `bytes` into a new file, in parts, none of them held for long. Not synced.
/// Errors: Errc::kInternal when the object has another size by now; those of the store and the
/// disk.
awaitable<Result<void>> download(objects::ObjectStore& store, BlockingPool& disk, std::string key,
                                 std::uint64_t bytes, std::filesystem::path file);

}  // namespace coditect::replication
