#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "async/blocking_pool.h"
#include "storage/objects/object_store.h"
#include "storage/replication/manifest.h"

namespace coditect::replication {

/// Stores a snapshot of a database, which lies in `file` as docs/formats/pages.md has it, as one
/// zstd frame. The manifest may name what is returned; `file` is left as it is, and FILE.zst is
/// used meanwhile.
///
/// `workspace_epoch` is that of the owner. Errors: Errc::kInternal for what is no snapshot; those
/// of the store and the disk.
awaitable<Result<Manifest::DatabaseSnapshot>> store_snapshot(objects::ObjectStore& store,
                                                             BlockingPool& disk, std::string folder,
                                                             std::string database,
                                                             std::uint64_t workspace_epoch,
                                                             std::filesystem::path file);

}  // namespace coditect::replication
