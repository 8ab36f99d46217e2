#pragma once

#include <cstddef>

#include "base/result.h"
#include "storage/journal/disk.h"
#include "storage/journal/position.h"
#include "storage/journal/segments.h"

namespace coditect::journal {

/// Reads durable records of one segment again, from `from` on: as many as take `bytes_max` bytes
/// on disk, and one at least where there is one. None when `from` is the end of the journal.
///
/// Threads: any, beside appends and recycling.
/// Errors:  Errc::kNotFound when the segment was recycled, Errc::kInvalid when no record can begin
///          at `from`, Errc::kInternal for damage; those of the disk are passed on.
Result<Chunk> read_chunk(Disk& disk, const Segments& segments, Position from,
                         std::size_t bytes_max);

}  // namespace coditect::journal
