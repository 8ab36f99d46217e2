#include "storage/replication/restore/staged_log.h"

#include <fmt/format.h>

#include <fcntl.h>

#include "base/limits.h"
#include "base/sha256.h"
#include "storage/archive/archive_reader.h"
#include "storage/archive/segment_files.h"
#include "storage/replication/sync/segment_codec.h"

namespace coditect::replication {

namespace {

constexpr const char* kHint =
    "check the store's older versions of these objects, or restore an earlier point in time";

/// The first line of `content`, with its newline; "" where none is complete.
std::string_view first_line(std::string_view content) {
  const std::size_t end = content.find('\n');
  return end == std::string_view::npos ? std::string_view() : content.substr(0, end + 1);
}

/// archive::follow() for a line whose form is vouched for: by its number, and by its `prev`, which
/// is the last member of a line.
Result<archive::Head> follow_vouched(const archive::Head& head, std::string_view line) {
  const std::string end = "\"prev\":\"" + head.hash + "\"}";
  if (archive::line_sequence(line) != head.seq + 1 || !line.ends_with(end)) {
    return archive::follow(head, line);
  }
  return archive::Head{head.seq + 1, sha256_hex(line)};
}

}  // namespace

StagedLog::StagedLog(std::filesystem::path folder, std::optional<Sequence> through)
    : folder_(std::move(folder)), through_(through) {}

Result<void> StagedLog::add_segment(const Manifest::Segment& segment, std::string_view content) {
  if (complete()) return {};
  auto added = append(content, Trust::kVouchedFor);
  if (!added) return std::move(added).error().in(name_of(segment));
  if (head_.seq != segment.last && !complete()) {
    return internal(fmt::format("{} end with event {}", name_of(segment), head_.seq), kHint);
  }
  return {};
}

Result<void> StagedLog::add_lines(Sequence first, std::string_view content) {
  if (complete()) return {};
  if (first > head_.seq + 1) {
    return internal(fmt::format("events {} to {} are missing in the store: neither a segment nor a "
                                "bundle holds them",
                                head_.seq + 1, first - 1),
                    kHint);
  }
  TRY(const std::size_t known, skip_known(first, content));
  return append(content.substr(known), Trust::kNotYet);
}

/// How many bytes of `content` the log has already.
Result<std::size_t> StagedLog::skip_known(Sequence first, std::string_view content) const {
  std::size_t skipped = 0;
  if (first > head_.seq) return skipped;
  TRY_VOID(archive::ArchiveReader(folder_).read(
      first, [&](std::string_view known, Sequence seq) -> Result<bool> {
        const std::string_view line = first_line(content.substr(skipped));
        if (line.empty()) return false;
        if (line.substr(0, line.size() - 1) != known) {
          return internal(fmt::format("event {} was shipped twice, as two different lines", seq),
                          "two nodes wrote for this workspace at once; ask for help");
        }
        skipped += line.size();
        return true;
      }));
  return skipped;
}

Result<void> StagedLog::append(std::string_view content, Trust trust) {
  while (!content.empty() && !complete()) {
    // As many lines as one archive file takes are written at once.
    const Sequence first = head_.seq + 1;
    std::size_t bytes = 0;
    bool file_full = false;
    while (!complete() && !file_full) {
      const std::string_view line = first_line(content.substr(bytes));
      if (line.empty()) break;
      file_full = file_bytes_ + bytes + line.size() > limits::kArchiveSegmentBytes && bytes > 0;
      if (file_full) break;
      const std::string_view text = line.substr(0, line.size() - 1);
      auto next =
          trust == Trust::kVouchedFor ? follow_vouched(head_, text) : archive::follow(head_, text);
      if (!next) return internal("the log is damaged: " + next.error().message, kHint);
      head_ = *std::move(next);
      bytes += line.size();
    }
    if (bytes == 0) return internal("a line of the log is cut", kHint);
    TRY_VOID(write(first, content.substr(0, bytes)));
    content.remove_prefix(bytes);
  }
  return {};
}

Result<void> StagedLog::write(Sequence first, std::string_view lines) {
  if (!file_.open() || file_bytes_ + lines.size() > limits::kArchiveSegmentBytes) {
    const std::filesystem::path path = folder_ / archive::segment_name(first);
    TRY(file_, open_file(path, O_WRONLY | O_CREAT | O_EXCL));
    file_bytes_ = 0;
  }
  TRY_VOID(write_all(file_.get(), lines, file_bytes_));
  file_bytes_ += lines.size();
  bytes_ += lines.size();
  return {};
}

}  // namespace coditect::replication
