#include "storage/journal/format.h"

#include <xxhash.h>

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace coditect::journal {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers lie on disk as in memory");

// Offsets of a record header's fields.
constexpr std::size_t kChecksumAt = 0;
constexpr std::size_t kOffsetAt = 8;
constexpr std::size_t kBatchAt = 12;
constexpr std::size_t kSeqAt = 16;
constexpr std::size_t kLineBytesAt = 24;
constexpr std::size_t kWorkspaceBytesAt = 28;
static_assert(kWorkspaceBytesAt + sizeof(std::uint32_t) == kRecordHeaderBytes);

// Offsets of a segment header's fields.
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kFirstNumberAt = 16;
constexpr std::size_t kHeaderChecksumAt = 56;
static_assert(kHeaderChecksumAt + sizeof(std::uint64_t) == kHeaderUsedBytes);

template <class Number>
void put(std::string& out, std::size_t at, Number number) {
  std::memcpy(out.data() + at, &number, sizeof number);
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

std::size_t padded(std::size_t bytes) {
  return (bytes + kRecordAlignment - 1) / kRecordAlignment * kRecordAlignment;
}

std::uint64_t checksum(std::string_view bytes, std::uint64_t seed) {
  return XXH3_64bits_withSeed(bytes.data(), bytes.size(), seed);
}

}  // namespace

std::string encode_header(const SegmentHeader& header) {
  std::string out(kHeaderUsedBytes, '\0');
  kMagic.copy(out.data(), kMagic.size());
  put(out, kVersionAt, kVersion);
  std::size_t at = kFirstNumberAt;
  for (std::uint64_t number :
       {header.id, header.salt, header.oldest, header.previous_end, header.segment_bytes}) {
    put(out, at, number);
    at += sizeof number;
  }
  check(at == kHeaderChecksumAt);
  put(out, kHeaderChecksumAt, checksum(std::string_view(out).substr(0, kHeaderChecksumAt), 0));
  return out;
}

Result<std::optional<SegmentHeader>> parse_header(std::string_view bytes) {
  check(bytes.size() >= kHeaderUsedBytes);
  bytes = bytes.substr(0, kHeaderUsedBytes);
  if (std::ranges::all_of(bytes, [](char byte) { return byte == 0; })) {
    return std::optional<SegmentHeader>();
  }
  if (!bytes.starts_with(kMagic)) return internal("not a journal segment: no magic at offset 0");
  if (get<std::uint64_t>(bytes, kHeaderChecksumAt) !=
      checksum(bytes.substr(0, kHeaderChecksumAt), 0)) {
    return internal("the segment's header at offset 0 is damaged");
  }
  if (const auto version = get<std::uint32_t>(bytes, kVersionAt); version != kVersion) {
    return internal(
        "the segment has version " + std::to_string(version) + ", not " + std::to_string(kVersion),
        "start the release that wrote it");
  }
  SegmentHeader header;
  std::size_t at = kFirstNumberAt;
  for (std::uint64_t* number :
       {&header.id, &header.salt, &header.oldest, &header.previous_end, &header.segment_bytes}) {
    *number = get<std::uint64_t>(bytes, at);
    at += sizeof *number;
  }
  if (header.id == 0 || header.oldest == 0 || header.oldest > header.id) {
    return internal("the segment's header at offset 0 makes no sense");
  }
  return std::optional(header);
}

std::size_t encoded_bytes(const Record& record) {
  return padded(kRecordHeaderBytes + record.workspace.str().size() + record.line.size());
}

void encode_record(std::string& out, const Record& record, std::uint32_t offset,
                   std::uint32_t batch_offset, std::uint64_t salt) {
  const std::string& workspace = record.workspace.str();
  check(workspace.size() <= kWorkspaceBytesMax && record.line.size() <= kSegmentBytesMax);
  check(offset % kRecordAlignment == 0 && batch_offset <= offset);
  const std::size_t begin = out.size();
  const std::size_t used = kRecordHeaderBytes + workspace.size() + record.line.size();
  out.resize(begin + kRecordHeaderBytes);
  put(out, begin + kOffsetAt, offset);
  put(out, begin + kBatchAt, batch_offset);
  put(out, begin + kSeqAt, record.seq);
  put(out, begin + kLineBytesAt, static_cast<std::uint32_t>(record.line.size()));
  put(out, begin + kWorkspaceBytesAt, static_cast<std::uint32_t>(workspace.size()));
  out += workspace;
  out += record.line;
  const std::string_view covered = std::string_view(out).substr(begin + kOffsetAt);
  put(out, begin + kChecksumAt, checksum(covered, salt));
  out.resize(begin + padded(used), '\0');
}

std::size_t record_bytes(std::string_view rest) {
  check(rest.size() >= kRecordHeaderBytes);
  return padded(kRecordHeaderBytes + get<std::uint32_t>(rest, kWorkspaceBytesAt) +
                get<std::uint32_t>(rest, kLineBytesAt));
}

std::optional<RecordView> parse_record(std::string_view bytes, std::size_t offset,
                                       std::uint64_t salt) {
  if (offset > bytes.size()) return std::nullopt;
  return parse_record_at(bytes.substr(offset), offset, salt);
}

std::optional<RecordView> parse_record_at(std::string_view rest, std::size_t offset,
                                          std::uint64_t salt) {
  if (rest.size() < kRecordHeaderBytes || record_bytes(rest) > rest.size()) return std::nullopt;
  if (get<std::uint32_t>(rest, kOffsetAt) != offset) return std::nullopt;
  const std::size_t workspace_bytes = get<std::uint32_t>(rest, kWorkspaceBytesAt);
  const std::size_t line_bytes = get<std::uint32_t>(rest, kLineBytesAt);
  if (workspace_bytes > kWorkspaceBytesMax) return std::nullopt;
  const std::size_t used = kRecordHeaderBytes + workspace_bytes + line_bytes;
  const std::string_view covered = rest.substr(kOffsetAt, used - kOffsetAt);
  if (get<std::uint64_t>(rest, kChecksumAt) != checksum(covered, salt)) return std::nullopt;
  RecordView record;
  record.workspace = rest.substr(kRecordHeaderBytes, workspace_bytes);
  record.line = rest.substr(kRecordHeaderBytes + workspace_bytes, line_bytes);
  record.seq = get<std::uint64_t>(rest, kSeqAt);
  record.batch_offset = get<std::uint32_t>(rest, kBatchAt);
  record.bytes = record_bytes(rest);
  return record;
}

}  // namespace coditect::journal
