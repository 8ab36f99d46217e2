#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/limits.h"
#include "base/result.h"
#include "base/sha256.h"
#include "base/strong_id.h"
#include "storage/archive/file_calls.h"

namespace coditect::archive {

/// The end of a log.
struct Head {
  Sequence seq = 0;              ///< of the last event, 0 for an empty log
  std::string hash = kZeroHash;  ///< SHA-256 of its line: the `prev` of the event that comes next

  bool operator==(const Head&) const = default;
};

/// Appends one workspace's events to its folder of JSONL segments. Holds no file between calls.
///
/// Threads:    one at a time. Readers need no lock: they see complete lines only.
/// Lifetime:   one Archive a folder at a time.
/// Invariants: lines have consecutive numbers and each names its predecessor's hash, checked
///             before they are written; every segment but the last is durable.
/// Errors:     a failed append leaves whole lines, from the first on, and head() says which. After
///             a failed sync, or when half a line cannot be taken back, every later call gets the
///             same error; recover by opening again.
class Archive {
 public:
  struct Options {
    /// A segment that would grow beyond this is sealed; one longer line gets its own.
    std::size_t segment_bytes = limits::kArchiveSegmentBytes;
    std::shared_ptr<FileCalls> files = {};  ///< null: the machine's
    /// After a crash: the last event that is known to have been synced. Of later ones any page may
    /// be missing, so each is checked. Nothing: only the last line is in doubt.
    std::optional<Sequence> synced_through = {};
  };

  /// Finds the head, and makes durable what is there. What a crash left of a last line is dropped:
  /// bytes after the last newline, then one last line that is no event; the journal has them.
  /// With Options::synced_through the log ends before the first later line that does not follow the
  /// one before it. Makes the folder where it is missing. Errc::kInternal, naming file and offset,
  /// where the line before is no event either, or is not what the last line names as its
  /// predecessor.
  static Result<Archive> open(std::filesystem::path folder, Options options);
  static Result<Archive> open(std::filesystem::path folder);

  /// Appends complete event lines without newlines, not yet durable. Errc::kInvalid, nothing
  /// written, unless they are events that continue head() without a gap.
  Result<void> append(std::span<const std::string> lines);
  /// Everything appended before is on stable storage on return.
  Result<void> sync();

  const Head& head() const { return head_; }
  /// What open() dropped.
  std::uint64_t dropped_bytes() const { return dropped_bytes_; }

 private:
  Archive(std::filesystem::path folder, Options options)
      : folder_(std::move(folder)), options_(std::move(options)) {
    if (!options_.files) options_.files = machine_file_calls();
  }

  Result<void> find_head();
  Result<void> start_segment(Sequence first);
  Result<void> write(std::string_view bytes);
  Result<void> take_back(const std::filesystem::path& path);
  Error fail(Error error);
  std::filesystem::path segment_path() const;

  std::filesystem::path folder_;
  Options options_;
  Head head_;
  Sequence segment_ = 0;  ///< the last segment's first event, 0 for no segment
  std::uint64_t segment_bytes_ = 0;
  std::uint64_t dropped_bytes_ = 0;
  enum class Unsynced { kNothing, kLines, kLinesAndName } unsynced_ = Unsynced::kNothing;
  std::optional<Error> failure_;
};

/// Checks that `line` is an event that comes right after `head`; the head after it.
/// Errc::kInvalid says what is wrong.
Result<Head> follow(const Head& head, std::string_view line);

}  // namespace coditect::archive
