#pragma once

#include <functional>
#include <optional>
#include <string_view>

#include "base/result.h"
#include "storage/journal/format.h"

namespace coditect::journal {

/// Gives every good record of one segment to `visit`, in order, and returns the offset where they
/// end. `bytes` is the whole segment; what the segment held before it was recycled is never taken
/// for a record, because the salt differs.
///
/// `known_end` is what the following segment says of this one; nothing for the last segment, whose
/// end is where its good records stop: a batch cut short by a crash is dropped.
///
/// Errors: Errc::kInternal, naming the offset, for damage: a bad record before `known_end`, or one
///         that is followed by a good record of a later batch, since that batch was written after
///         this one had become durable. Errors of `visit` are passed on.
Result<std::size_t> read_segment(std::string_view bytes, const SegmentHeader& header,
                                 std::optional<std::uint64_t> known_end,
                                 const std::function<Result<void>(const RecordView&)>& visit);

}  // namespace coditect::journal
