#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>

#include "base/result.h"
#include "storage/journal/disk.h"
#include "storage/journal/record.h"
#include "storage/journal/segments.h"

namespace coditect::journal {

/// What a folder held when the journal was opened.
struct Recovered {
  FoundSegments segments;
  std::uint64_t records = 0;
  std::uint64_t bytes = 0;
};

/// Reads a journal's folder: gives every good record to `replay`, oldest first, and says which
/// files are in use. Records that were released may be given again; nothing else is.
///
/// Errors: Errc::kInternal for damage that a crash cannot explain, naming file and offset: a bad
///         record before good ones, a missing, cut or duplicate segment, a damaged header. Errors
///         of the disk and of `replay` are passed on.
Result<Recovered> recover(Disk& disk, std::size_t segment_bytes,
                          const std::function<Result<void>(Record)>& replay);

}  // namespace coditect::journal
