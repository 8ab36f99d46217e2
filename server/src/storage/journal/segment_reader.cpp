#include "storage/journal/segment_reader.h"

namespace coditect::journal {
namespace {

Error damage_at(std::size_t offset, const std::string& why) {
  return internal("the record at offset " + std::to_string(offset) + " is damaged: " + why);
}

/// The first good record after `bad` that was written when `bad` was durable already.
std::optional<std::size_t> find_later_batch(std::string_view bytes, std::size_t bad,
                                            std::uint64_t salt) {
  for (std::size_t at = bad + kRecordAlignment; at < bytes.size(); at += kRecordAlignment) {
    const auto record = parse_record(bytes, at, salt);
    if (record && record->batch_offset > bad) return at;
  }
  return std::nullopt;
}

}  // namespace

Result<std::size_t> read_segment(std::string_view bytes, const SegmentHeader& header,
                                 std::optional<std::uint64_t> known_end,
                                 const std::function<Result<void>(const RecordView&)>& visit) {
  if (bytes.size() < header.segment_bytes || bytes.size() < kHeaderBytes) {
    return internal("the segment is cut: " + std::to_string(bytes.size()) + " of " +
                    std::to_string(header.segment_bytes) + " bytes are there");
  }
  if (known_end && (*known_end < kHeaderBytes || *known_end > bytes.size())) {
    return internal("the next segment says that this one ends at " + std::to_string(*known_end));
  }
  const std::string_view readable = bytes.substr(0, known_end.value_or(bytes.size()));
  std::size_t at = kHeaderBytes;
  while (const auto record = parse_record(readable, at, header.salt)) {
    TRY_VOID(visit(*record));
    at += record->bytes;
  }
  if (known_end && at != *known_end) {
    return damage_at(at, "good records reach to offset " + std::to_string(*known_end));
  }
  if (!known_end) {
    if (const auto later = find_later_batch(bytes, at, header.salt)) {
      return damage_at(at, "a later one at offset " + std::to_string(*later) + " is good");
    }
  }
  return at;
}

}  // namespace coditect::journal
