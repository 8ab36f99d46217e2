#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"
#include "storage/journal/record.h"

// The bytes of a journal segment; docs/formats/journal.md has the grammar and a worked example.
namespace coditect::journal {

inline constexpr std::string_view kMagic = "CODIJRNL";
inline constexpr std::uint32_t kVersion = 1;

/// What a segment header takes; it fits one sector, so a disk writes it wholly or not at all.
inline constexpr std::size_t kHeaderUsedBytes = 64;
/// Where the first record begins: no later write touches the page of the header.
inline constexpr std::size_t kHeaderBytes = 4096;
/// What precedes a record's workspace id and line.
inline constexpr std::size_t kRecordHeaderBytes = 32;
/// Records begin at multiples of this.
inline constexpr std::size_t kRecordAlignment = 8;
/// A longer workspace id is refused with Errc::kInvalid.
inline constexpr std::size_t kWorkspaceBytesMax = 255;
/// Offsets are 32 bits wide on disk.
inline constexpr std::size_t kSegmentBytesMax = UINT32_MAX;

static_assert(kMagic.size() == 8);
static_assert(kHeaderUsedBytes <= 512, "a header is one sector");
static_assert(kHeaderBytes % kRecordAlignment == 0 && kRecordHeaderBytes % kRecordAlignment == 0);
static_assert(limits::kJournalSegmentBytes <= kSegmentBytesMax);
static_assert(kHeaderBytes + kRecordHeaderBytes + kWorkspaceBytesMax + limits::kEventBytesMax +
                      kRecordAlignment <=
                  limits::kJournalSegmentBytes,
              "a segment holds the largest event");

/// The first sector of a segment.
struct SegmentHeader {
  std::uint64_t id = 0;            ///< 1, 2, 3, ...: the order of segments; 0 is none
  std::uint64_t salt = 0;          ///< random; every checksum of the segment is seeded with it
  std::uint64_t oldest = 0;        ///< the oldest segment still needed when this one began
  std::uint64_t previous_end = 0;  ///< where the good records of segment id - 1 end; 0 for none
  std::uint64_t segment_bytes = 0;

  bool operator==(const SegmentHeader&) const = default;
};

/// One record where it lies; the views point into the segment's bytes.
struct RecordView {
  std::string_view workspace;
  Sequence seq = 0;
  std::string_view line;
  std::uint32_t batch_offset = 0;  ///< where its batch begins: all before was durable by then
  std::size_t bytes = 0;           ///< with header and padding
};

/// kHeaderUsedBytes bytes.
std::string encode_header(const SegmentHeader& header);
/// Nothing for a segment that was never used (all zeros); Errc::kInternal for a damaged header or
/// another version's. `bytes` holds at least kHeaderUsedBytes.
Result<std::optional<SegmentHeader>> parse_header(std::string_view bytes);

/// What a record takes on disk, with header and padding.
std::size_t encoded_bytes(const Record& record);
/// Appends the record as it lies at `offset` of a segment. The record's sizes are within the
/// limits above.
void encode_record(std::string& out, const Record& record, std::uint32_t offset,
                   std::uint32_t batch_offset, std::uint64_t salt);
/// The good record at `offset` of the segment `bytes`, or nothing.
std::optional<RecordView> parse_record(std::string_view bytes, std::size_t offset,
                                       std::uint64_t salt);
/// The good record that `rest` begins with, which lies at `offset` of its segment, or nothing.
std::optional<RecordView> parse_record_at(std::string_view rest, std::size_t offset,
                                          std::uint64_t salt);
/// What the record that `rest` begins with says it takes, with header and padding; unchecked.
/// `rest` holds at least a record's header.
std::size_t record_bytes(std::string_view rest);

}  // namespace coditect::journal
