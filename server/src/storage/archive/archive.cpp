#include "storage/archive/archive.h"

#include <cerrno>
#include <fcntl.h>
#include <unistd.h>
#include <vector>

#include "base/check.h"
#include "base/event.h"
#include "base/posix_file.h"
#include "storage/archive/segment_files.h"
#include "storage/archive/segment_tail.h"

namespace coditect::archive {

Result<Head> follow(const Head& head, std::string_view line) {
  if (line.size() > limits::kEventBytesMax) {
    return invalid("an event of " + std::to_string(line.size()) + " bytes is too long");
  }
  if (line.find('\n') != std::string_view::npos) return invalid("an event's line has a newline");
  TRY(const Event event, parse_event(line));
  if (line_sequence(line) != event.seq) return invalid("an event's line does not begin with seq");
  if (event.seq != head.seq + 1) {
    return invalid("event " + std::to_string(event.seq) + " does not follow event " +
                   std::to_string(head.seq));
  }
  if (event.prev != head.hash) {
    return invalid("event " + std::to_string(event.seq) +
                   " names another line as the one before it");
  }
  return Head{event.seq, sha256_hex(line)};
}

Result<Archive> Archive::open(std::filesystem::path folder) {
  return open(std::move(folder), Options());
}

Result<Archive> Archive::open(std::filesystem::path folder, Options options) {
  TRY_VOID(make_directories(folder));
  Archive archive(std::move(folder), std::move(options));
  TRY_VOID(archive.find_head());
  return archive;
}

Result<void> Archive::find_head() {
  TRY(std::vector<Sequence> segments, list_segments(folder_));
  bool removed_one = false;
  while (!segments.empty()) {
    segment_ = segments.back();
    const std::filesystem::path path = segment_path();
    TRY(const FileDescriptor file, open_file(path, O_RDWR));
    // What a killed process wrote is in memory only; what is read here must be what survives.
    TRY_VOID(sync_data(file.get()));
    ::posix_fadvise(file.get(), 0, 0, POSIX_FADV_DONTNEED);
    TRY(const std::uint64_t size, file_size(file.get()));
    TRY(const SegmentTail tail,
        options_.synced_through
            ? read_doubtful_tail(file.get(), size, *options_.synced_through, path)
            : read_tail(file.get(), size, path));
    dropped_bytes_ += size - tail.bytes;
    if (removed_one && (size != tail.bytes || !tail.head)) {
      return damage(path, tail.bytes, "a sealed segment does not end with an event");
    }
    if (tail.head) {
      if (tail.only_line && tail.head->seq != segment_) {
        return damage(path, 0, "the first event is " + std::to_string(tail.head->seq));
      }
      if (size != tail.bytes && ::ftruncate(file.get(), static_cast<off_t>(tail.bytes)) != 0) {
        return system_error("truncate " + path.string(), errno);
      }
      if (size != tail.bytes) TRY_VOID(sync_data(file.get()));
      head_ = *tail.head;
      segment_bytes_ = tail.bytes;
      return sync_directory(folder_);
    }
    // The segment was begun and nothing of it survived; its events continue the one before.
    if (::unlink(path.c_str()) != 0) return system_error("remove " + path.string(), errno);
    removed_one = true;
    segments.pop_back();
    segment_ = 0;
  }
  return sync_directory(folder_);
}

Result<void> Archive::append(std::span<const std::string> lines) {
  if (failure_) return *failure_;
  std::vector<Head> heads;
  heads.reserve(lines.size());
  for (const std::string& line : lines) {
    TRY(Head head, follow(heads.empty() ? head_ : heads.back(), line));
    heads.push_back(std::move(head));
  }
  std::string buffer;
  for (std::size_t i = 0; i < lines.size();) {
    if (segment_ == 0 || segment_bytes_ + lines[i].size() + 1 > options_.segment_bytes) {
      if (segment_ != heads[i].seq) TRY_VOID(start_segment(heads[i].seq));
    }
    buffer.clear();
    std::size_t end = i;
    do {
      buffer += lines[end++];
      buffer += '\n';
    } while (end < lines.size() &&
             segment_bytes_ + buffer.size() + lines[end].size() + 1 <= options_.segment_bytes);
    TRY_VOID(write(buffer));
    head_ = heads[end - 1];
    i = end;
  }
  return {};
}

Result<void> Archive::sync() {
  if (failure_) return *failure_;
  if (unsynced_ == Unsynced::kNothing) return {};
  const auto sync_all = [&]() -> Result<void> {
    TRY_VOID(options_.files->sync(segment_path()));
    if (unsynced_ == Unsynced::kLinesAndName) TRY_VOID(options_.files->sync_folder(folder_));
    return {};
  };
  auto synced = sync_all();
  if (!synced) return fail(std::move(synced).error().in(segment_path().string()));
  unsynced_ = Unsynced::kNothing;
  return {};
}

/// Seals the last segment and makes the next one the last; its file appears with its first line.
Result<void> Archive::start_segment(Sequence first) {
  TRY_VOID(sync());
  segment_ = first;
  segment_bytes_ = 0;
  return {};
}

/// Appends bytes to the last segment, all or nothing.
Result<void> Archive::write(std::string_view bytes) {
  const std::filesystem::path path = segment_path();
  auto written = options_.files->write(path, bytes, segment_bytes_);
  if (!written) {
    Error error = std::move(written).error().in(path.string());
    return take_back(path) ? error : fail(std::move(error));
  }
  if (segment_bytes_ == 0) unsynced_ = Unsynced::kLinesAndName;
  if (unsynced_ == Unsynced::kNothing) unsynced_ = Unsynced::kLines;
  segment_bytes_ += bytes.size();
  return {};
}

/// What a failed write left behind the last good line is gone on return.
Result<void> Archive::take_back(const std::filesystem::path& path) {
  std::error_code unknown;
  if (!std::filesystem::exists(path, unknown) && !unknown) return {};
  // A segment's file appears with its first line.
  if (segment_bytes_ == 0) return options_.files->remove(path);
  return options_.files->truncate(path, segment_bytes_);
}

/// From now on every call gets this error.
Error Archive::fail(Error error) {
  error.hint =
      "repair the disk, or free space on it, then restart the server: what this log does "
      "not have is in the journal";
  failure_ = error;
  return error;
}

std::filesystem::path Archive::segment_path() const { return folder_ / segment_name(segment_); }

}  // namespace coditect::archive
