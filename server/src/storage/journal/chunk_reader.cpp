#include "storage/journal/chunk_reader.h"

#include <algorithm>
#include <optional>
#include <span>
#include <string>

#include "storage/journal/format.h"

namespace coditect::journal {
namespace {

/// Bytes [offset, offset + bytes) of a segment, which its durable records cover.
Result<std::string> read_range(File& file, std::uint64_t offset, std::size_t bytes) {
  std::string range(bytes, '\0');
  TRY(const std::size_t count, file.read(range, offset));
  if (count != bytes) {
    return internal(
        "the file ends at offset " + std::to_string(offset + count) + ", before its last record",
        "somebody cut it: stop the server and restore the data folder from a backup");
  }
  return range;
}

/// The bytes from `at` on that hold as many whole records as wanted, and one at least.
Result<std::string> read_records(File& file, const SegmentRange& range, std::size_t bytes_max) {
  const std::size_t left = range.end - range.begin;
  const std::size_t wanted = std::clamp(bytes_max, std::min(left, kRecordHeaderBytes), left);
  TRY(std::string bytes, read_range(file, range.begin, wanted));
  const std::size_t first = std::min(record_bytes(bytes), left);
  if (first <= bytes.size()) return bytes;
  return read_range(file, range.begin, first);
}

Result<Chunk> parse_records(std::string_view bytes, const SegmentRange& range) {
  Chunk chunk;
  std::size_t at = 0;
  while (at < bytes.size()) {
    const auto view = parse_record_at(bytes.substr(at), range.begin + at, range.salt);
    if (!view) break;
    chunk.records.push_back(
        {WorkspaceId(std::string(view->workspace)), view->seq, std::string(view->line)});
    at += view->bytes;
  }
  if (chunk.records.empty()) {
    return internal("no good record begins at offset " + std::to_string(range.begin),
                    "the position is not one that this journal gave, or the file is damaged: "
                    "restart the server, which checks every record");
  }
  chunk.next = {range.id, range.begin + at};
  return chunk;
}

}  // namespace

Result<Chunk> read_chunk(Disk& disk, const Segments& segments, Position from,
                         std::size_t bytes_max) {
  TRY(const SegmentRange range, segments.range_from(from));
  if (range.begin == range.end) return Chunk{{}, {range.id, range.begin}};
  const auto read = [&]() -> Result<Chunk> {
    TRY(const std::unique_ptr<File> file, disk.open(range.name, Disk::OpenFor::kReading));
    TRY(const std::string bytes, read_records(*file, range, bytes_max));
    return parse_records(bytes, range);
  };
  auto chunk = read();
  // The file may have been given to another segment meanwhile: then what was read, or why it was
  // not, means nothing.
  TRY_VOID(segments.range_from({range.id, range.begin}));
  if (!chunk) return std::move(chunk).error().in("journal file " + range.name);
  return chunk;
}

}  // namespace coditect::journal
