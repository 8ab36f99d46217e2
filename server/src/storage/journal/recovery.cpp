#include "storage/journal/recovery.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "storage/journal/format.h"
#include "storage/journal/segment_reader.h"

namespace coditect::journal {
namespace {

constexpr const char* kDamageHint =
    "restore the node from a backup of the data folder; or, to start without the records that are "
    "not yet "
    "archived, move the journal's *.journal files to another folder and start again";

/// A file of the folder with a good header.
struct FoundFile {
  std::string name;
  SegmentHeader header;
  std::uint64_t bytes = 0;
};

Error damage(const std::string& name, Error error) {
  if (error.hint.empty()) error.hint = kDamageHint;
  return std::move(error).in("journal file " + name);
}

Result<std::string> read_whole(File& file) {
  TRY(const std::uint64_t size, file.size());
  std::string bytes(size, '\0');
  TRY(const std::size_t count, file.read(bytes, 0));
  bytes.resize(count);
  return bytes;
}

/// A file without a header was made ahead of need; a crash may have left it short.
Result<void> take_unused(Disk& disk, const std::string& name, const std::string& bytes,
                         std::size_t segment_bytes, FoundSegments& found) {
  const auto stray = std::ranges::find_if(bytes, [](char byte) { return byte != 0; });
  if (stray != bytes.end()) {
    return damage(name, internal("its header is missing, yet offset " +
                                 std::to_string(stray - bytes.begin()) + " is in use"));
  }
  if (bytes.size() != segment_bytes) return disk.remove(name);
  found.spare.push_back({name, 0});
  return {};
}

/// Sorts the folder's files into unused ones and those with a header, oldest segment first.
Result<std::vector<FoundFile>> read_headers(Disk& disk, std::size_t segment_bytes,
                                            FoundSegments& found) {
  TRY(std::vector<std::string> names, disk.list());
  std::ranges::sort(names);
  std::vector<FoundFile> files;
  for (const std::string& name : names) {
    const auto number = segment_file_number(name);
    if (!number) continue;
    found.files_numbered_to = std::max(found.files_numbered_to, *number);
    TRY(const std::unique_ptr<File> file, disk.open(name, Disk::OpenFor::kRecovery));
    TRY(const std::uint64_t bytes, file->size());
    std::string start(kHeaderUsedBytes, '\0');
    TRY(const std::size_t read, file->read(start, 0));
    static_cast<void>(read);  // a shorter file reads as zeros
    auto header = parse_header(start);
    if (!header) return damage(name, std::move(header).error());
    if (*header) {
      files.push_back({name, **header, bytes});
    } else {
      TRY(const std::string content, read_whole(*file));
      TRY_VOID(take_unused(disk, name, content, segment_bytes, found));
    }
  }
  std::ranges::sort(files, {}, [](const FoundFile& file) { return file.header.id; });
  return files;
}

/// Splits off the files whose records are no longer needed, and checks that of the others none is
/// missing.
Result<std::vector<FoundFile>> select_live(Disk& disk, std::size_t segment_bytes,
                                           std::vector<FoundFile> files, FoundSegments& found) {
  std::vector<FoundFile> live;
  if (files.empty()) return live;
  found.last_id = files.back().header.id;
  found.oldest = files.back().header.oldest;
  std::uint64_t expected = found.oldest;
  for (FoundFile& file : files) {
    const std::uint64_t id = file.header.id;
    if (id < found.oldest && file.bytes == segment_bytes) {
      found.spare.push_back({file.name, id});
    } else if (id < found.oldest) {
      TRY_VOID(disk.remove(file.name));
    } else if (id < expected) {
      return damage(file.name, internal("segment " + std::to_string(id) + " is there twice"));
    } else if (id > expected) {
      return damage(file.name, internal("segment " + std::to_string(expected) +
                                        ", which comes before this one, is missing"));
    } else {
      live.push_back(std::move(file));
      ++expected;
    }
  }
  return live;
}

Result<LiveSegment> replay_segment(Disk& disk, const FoundFile& found,
                                   std::optional<std::uint64_t> known_end,
                                   const std::function<Result<void>(Record)>& replay,
                                   Recovered& recovered) {
  LiveSegment segment{found.header.id, found.name, found.header.salt, found.bytes, 0, {}};
  TRY(const std::unique_ptr<File> file, disk.open(found.name, Disk::OpenFor::kRecovery));
  TRY(const std::string bytes, read_whole(*file));
  std::optional<Error> refused;
  const auto visit = [&](const RecordView& view) -> Result<void> {
    Record record{WorkspaceId(std::string(view.workspace)), view.seq, std::string(view.line)};
    segment.unreleased[record.workspace] = record.seq;
    ++recovered.records;
    recovered.bytes += view.bytes;
    auto replayed = replay(std::move(record));
    if (!replayed) refused = replayed.error();
    return replayed;
  };
  auto end = read_segment(bytes, found.header, known_end, visit);
  if (refused) return *refused;
  if (!end) return damage(found.name, std::move(end).error());
  segment.end = *end;
  return segment;
}

}  // namespace

Result<Recovered> recover(Disk& disk, std::size_t segment_bytes,
                          const std::function<Result<void>(Record)>& replay) {
  Recovered recovered;
  TRY(std::vector<FoundFile> files, read_headers(disk, segment_bytes, recovered.segments));
  TRY(files, select_live(disk, segment_bytes, std::move(files), recovered.segments));
  for (std::size_t i = 0; i < files.size(); ++i) {
    std::optional<std::uint64_t> known_end;
    if (i + 1 < files.size()) known_end = files[i + 1].header.previous_end;
    TRY(LiveSegment segment, replay_segment(disk, files[i], known_end, replay, recovered));
    recovered.segments.live.push_back(std::move(segment));
  }
  return recovered;
}

}  // namespace coditect::journal
