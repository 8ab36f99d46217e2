#include "storage/archive/archive_reader.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <optional>
#include <vector>

#include "base/posix_file.h"
#include "storage/archive/line_reader.h"
#include "storage/archive/segment_files.h"

namespace coditect::archive {
namespace {

Error damage(const std::filesystem::path& file, std::uint64_t offset, const std::string& what) {
  return internal(file.string() + ", offset " + std::to_string(offset) + ": " + what,
                  "run `coditect verify` on the folder to see all that is damaged");
}

/// The first line that begins at `from` or later and before `end`: its offset and number.
struct Place {
  std::uint64_t offset = 0;
  Sequence seq = 0;
};

/// Where the byte after the first newline at `from` or later is; `end` for none.
Result<std::uint64_t> after_newline(int fd, std::uint64_t from, std::uint64_t end) {
  std::array<char, 16u << 10> step{};
  while (from < end) {
    const std::size_t want = std::min<std::uint64_t>(step.size(), end - from);
    TRY(const std::size_t count, read_at(fd, std::span(step).first(want), from));
    if (count == 0) break;
    const std::size_t newline = std::string_view(step.data(), count).find('\n');
    if (newline != std::string_view::npos) return from + newline + 1;
    from += count;
  }
  return end;
}

/// The line that begins at `offset`; nothing when its head is not complete.
Result<std::optional<Place>> place_at(int fd, std::uint64_t offset) {
  std::array<char, kLineHeadBytes + 1> head{};
  TRY(const std::size_t count, read_at(fd, head, offset));
  const auto seq = line_sequence({head.data(), count});
  if (!seq) return std::optional<Place>();
  return std::optional(Place{offset, *seq});
}

/// The offset of the first line whose number is at least `target`, or of a line shortly before it.
/// A head that cannot be read narrows the search to what lies before it; the reading from there
/// finds out whether it is damage.
Result<std::uint64_t> bisect(int fd, Sequence target) {
  std::uint64_t low = 0;  // a line with a smaller or equal number begins here
  TRY(std::uint64_t high, file_size(fd));
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    TRY(const std::uint64_t begin, after_newline(fd, middle, high));
    if (begin >= high) {
      high = middle;
      continue;
    }
    TRY(const std::optional<Place> place, place_at(fd, begin));
    if (!place || place->seq > target) {
      high = middle;
    } else {
      low = begin;
      if (place->seq == target) break;
    }
  }
  return low;
}

/// Reads one segment; counts `expected` up. False when `visit` has ended the reading.
Result<bool> read_segment(const std::filesystem::path& path, Sequence from, Sequence& expected,
                          const ArchiveReader::Visit& visit) {
  TRY(const FileDescriptor file, open_file(path, O_RDONLY));
  std::uint64_t start = 0;
  if (from > expected) {
    TRY(start, bisect(file.get(), from));
    TRY(const std::optional<Place> place, place_at(file.get(), start));
    // Without a place the file holds no complete head yet, or damage that the loop below meets.
    if (place && place->seq < expected) return damage(path, start, "events are out of order");
    if (place) expected = place->seq;
  }
  LineReader lines(file.get(), start);
  while (true) {
    const std::uint64_t offset = lines.next_offset();
    auto line = lines.next();
    if (!line) return std::move(line).error().in(path.string());
    if (!*line) return true;
    const auto seq = line_sequence(**line);
    if (!seq) return damage(path, offset, "this line is no event");
    if (*seq != expected) {
      return damage(path, offset,
                    "event " + std::to_string(*seq) + " instead of " + std::to_string(expected));
    }
    ++expected;
    if (*seq < from) continue;
    TRY(const bool go_on, visit(**line, *seq));
    if (!go_on) return false;
  }
}

}  // namespace

Result<void> ArchiveReader::read(Sequence from, const Visit& visit) const {
  auto listed = list_segments(folder_);
  if (!listed && listed.error().code == Errc::kNotFound) return {};
  TRY(const std::vector<Sequence> segments, std::move(listed));
  if (segments.empty()) return {};
  auto segment = std::ranges::upper_bound(segments, std::max<Sequence>(from, 1));
  if (segment == segments.begin()) {
    return damage(folder_ / segment_name(segments.front()), 0, "the segment before is missing");
  }
  --segment;
  Sequence expected = *segment;
  for (; segment != segments.end(); ++segment) {
    const std::filesystem::path path = folder_ / segment_name(*segment);
    if (*segment != expected) {
      return damage(path, 0, "the segment before ends at event " + std::to_string(expected - 1));
    }
    TRY(const bool go_on, read_segment(path, from, expected, visit));
    if (!go_on) return {};
  }
  return {};
}

Result<std::string> ArchiveReader::line(Sequence seq) const {
  std::optional<std::string> found;
  TRY_VOID(read(seq, [&](std::string_view line, Sequence at) -> Result<bool> {
    if (at == seq) found = std::string(line);
    return false;
  }));
  if (!found) return not_found("the log has no event " + std::to_string(seq));
  return *std::move(found);
}

}  // namespace coditect::archive
