#include "storage/archive/segment_tail.h"

#include "base/event.h"
#include "storage/archive/line_reader.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/tail.h"

namespace coditect::archive {
namespace {

/// How far before the end the last sure line is looked for first; four times as far each time.
constexpr std::uint64_t kFirstStepBytes = 64u << 10;

constexpr const char* kDamageHint =
    "run `coditect verify` on the folder to see all that is damaged, then bring the "
    "workspace back with `coditect restore`, or from a backup of the data folder";

/// An event that a line holds, or nothing.
std::optional<Event> event_of(std::string_view line) {
  auto event = parse_event(line);
  if (!event || line_sequence(line) != event->seq) return std::nullopt;
  return *std::move(event);
}

/// The head after `line`, if it follows `head`. Of the first line of a segment only the line itself
/// is known.
std::optional<Head> head_after(const std::optional<Head>& head, std::string_view line) {
  if (head) {
    auto next = follow(*head, line);
    return next ? std::optional(*std::move(next)) : std::nullopt;
  }
  const auto event = event_of(line);
  if (!event) return std::nullopt;
  return Head{event->seq, sha256_hex(line)};
}

/// A line up to `synced_through` that is near the end; the segment's beginning where there is none.
Result<SegmentTail> find_sure_line(int fd, std::uint64_t size, Sequence synced_through) {
  for (std::uint64_t step = kFirstStepBytes; step < size; step *= 4) {
    LineReader lines(fd, size - step);
    // The rest of a line that begins before; not the end of the file, which is further away.
    auto line = lines.next();
    if (line && *line) line = lines.next();
    if (!line && line.error().code != Errc::kInternal) return std::move(line).error();
    if (!line || !*line) continue;
    const auto event = event_of(**line);
    if (!event || event->seq > synced_through) continue;
    return SegmentTail{lines.next_offset(), Head{event->seq, sha256_hex(**line)}, false};
  }
  return SegmentTail{};
}

}  // namespace

Error damage(const std::filesystem::path& file, std::uint64_t offset, const std::string& what) {
  return internal(file.string() + ", offset " + std::to_string(offset) + ": " + what, kDamageHint);
}

Result<SegmentTail> read_tail(int fd, std::uint64_t size, const std::filesystem::path& path) {
  SegmentTail tail;
  TRY(tail.bytes, line_end_before(fd, size));
  TRY(std::optional<TailLine> last, line_before(fd, tail.bytes));
  std::optional<Event> event;
  if (last) event = event_of(last->text);
  if (last && !event) {
    tail.bytes = last->offset;
    TRY(last, line_before(fd, tail.bytes));
    if (last) event = event_of(last->text);
    if (last && !event) return damage(path, last->offset, "two lines in a row are no events");
  }
  if (!last) return tail;
  tail.head = Head{event->seq, sha256_hex(last->text)};
  TRY(const std::optional<TailLine> before, line_before(fd, last->offset));
  tail.only_line = !before;
  if (before && sha256_hex(before->text) != event->prev) {
    return damage(path, before->offset, "the next line names another line as the one before it");
  }
  return tail;
}

Result<SegmentTail> read_doubtful_tail(int fd, std::uint64_t size, Sequence synced_through,
                                       const std::filesystem::path& path) {
  TRY(SegmentTail tail, find_sure_line(fd, size, synced_through));
  LineReader lines(fd, tail.bytes);
  while (true) {
    auto line = lines.next();
    if (!line && line.error().code != Errc::kInternal) return std::move(line).error();
    if (line && !*line && lines.unterminated().empty()) return tail;
    // What the line does not hold as a whole, or not at the right place, is not there.
    std::optional<Head> next;
    if (line && *line) next = head_after(tail.head, **line);
    if (!next && tail.head && tail.head->seq < synced_through) {
      return damage(path, tail.bytes, "the line does not follow the one before it");
    }
    if (!next) return tail;
    tail.only_line = !tail.head;
    tail.head = std::move(next);
    tail.bytes = lines.next_offset();
  }
}

}  // namespace coditect::archive
