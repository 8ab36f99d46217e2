#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

#include "base/check.h"
#include "storage/journal/segment_reader.h"

// Whatever bytes a segment holds, reading it neither crashes nor reads outside, every record that
// it gives lies inside the segment, and reading a segment of good records gives all of them.
namespace coditect::journal {
namespace {

constexpr std::uint64_t kSalt = 42;

void read_any(std::string_view input) {
  std::string bytes(kHeaderBytes, '\0');
  bytes += input;
  // Most inputs have no good record: place one that the input decides about.
  if (!input.empty()) {
    const auto offset =
        static_cast<std::uint32_t>(kHeaderBytes + static_cast<unsigned char>(input.front()) /
                                                      kRecordAlignment * kRecordAlignment);
    std::string record;
    encode_record(record, {WorkspaceId("w"), 1, std::string(input.substr(0, 20))}, offset,
                  kHeaderBytes, kSalt);
    if (offset + record.size() <= bytes.size()) bytes.replace(offset, record.size(), record);
  }
  SegmentHeader header;
  header.salt = kSalt;
  header.segment_bytes = bytes.size();
  std::size_t seen = kHeaderBytes;
  const auto end = read_segment(bytes, header, std::nullopt, [&](const RecordView& view) {
    check(view.line.data() + view.line.size() <= bytes.data() + bytes.size());
    check(view.workspace.data() >= bytes.data() + seen);
    seen += view.bytes;
    return Result<void>();
  });
  check(!end || *end == seen);
  static_cast<void>(
      read_segment(bytes, header, seen, [](const RecordView&) { return Result<void>(); }));
}

void read_back(std::string_view input) {
  std::string bytes(kHeaderBytes, '\0');
  std::size_t records = 0;
  while (!input.empty()) {
    const std::size_t size =
        std::min<std::size_t>(static_cast<unsigned char>(input.front()), input.size());
    const auto offset = static_cast<std::uint32_t>(bytes.size());
    encode_record(bytes, {WorkspaceId("w"), records++, std::string(input.substr(0, size))}, offset,
                  offset, kSalt);
    input.remove_prefix(std::max<std::size_t>(size, 1));
  }
  SegmentHeader header;
  header.salt = kSalt;
  header.segment_bytes = bytes.size();
  std::size_t read = 0;
  const auto end = read_segment(bytes, header, bytes.size(), [&](const RecordView& view) {
    check(view.seq == read++);
    return Result<void>();
  });
  check(end && read == records);
}

}  // namespace
}  // namespace coditect::journal

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  if (size >= coditect::journal::kHeaderUsedBytes) {
    static_cast<void>(coditect::journal::parse_header(input));
  }
  coditect::journal::read_any(input);
  coditect::journal::read_back(input);
  return 0;
}
