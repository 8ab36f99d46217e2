#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::replication {

/// What one entry of a bundle holds.
enum class EntryKind : std::uint8_t {
  kEvents = 1,  ///< lines of one workspace, consecutive numbers, '\n' after each
  kBlob = 2,    ///< one file of its blob store
  kPages = 3,   ///< changed pages of one database
};

/// A line of a bundle's index.
struct Entry {
  EntryKind kind = EntryKind::kEvents;
  WorkspaceId workspace;
  std::string name;    ///< of the blob file or the database; "" for events
  Sequence first = 0;  ///< events: the numbers; pages: the watermark before and after
  Sequence last = 0;
  std::uint64_t offset = 0;         ///< of its zstd frame in the bundle
  std::uint64_t stored_bytes = 0;   ///< of that frame
  std::uint64_t content_bytes = 0;  ///< decompressed
  std::uint64_t checksum = 0;       ///< XXH3-64 of the content

  bool operator==(const Entry&) const = default;
};

/// Who wrote the bundle, when, and what it is: the last one of a log is a seal.
struct BundleHead {
  std::string node;
  std::uint64_t epoch = 0;
  std::uint64_t number = 0;
  enum class Kind : std::uint8_t { kData = 1, kSeal = 2 } kind = Kind::kData;
  std::string nonce;  ///< of the process that wrote it: tells its own lost response from a rival's

  bool operator==(const BundleHead&) const = default;
};

/// Builds one bundle in memory: entries, then the index, then a trailer of fixed size.
///
/// Threads: one. Lifetime: a value. Errors: Errc::kLimit beyond limits::kBundleBytesMax.
class BundleWriter {
 public:
  explicit BundleWriter(BundleHead head);
  /// `entry` without offset, sizes and checksum, which this fills in.
  Result<void> add(Entry entry, std::string_view content);
  std::uint64_t content_bytes() const { return content_bytes_; }
  bool empty() const { return entries_.empty(); }
  std::string finish() &&;

 private:
  BundleHead head_;
  std::vector<Entry> entries_;
  std::string bytes_;
  std::uint64_t content_bytes_ = 0;
};

/// How many of a bundle's last bytes the trailer takes: a reader gets them first.
inline constexpr std::size_t kBundleTrailerBytes = 64;

struct BundleTrailer {
  std::uint64_t index_offset = 0;
  std::uint64_t index_bytes = 0;
  std::uint64_t index_checksum = 0;
};
struct BundleIndex {
  BundleHead head;
  std::vector<Entry> entries;
};
/// Errc::kInternal for damage, naming what is wrong; never reads beyond what it is given.
Result<BundleTrailer> parse_bundle_trailer(std::string_view last_bytes, std::uint64_t bundle_bytes);
Result<BundleIndex> parse_bundle_index(std::string_view bytes, const BundleTrailer& trailer);
/// A whole bundle's index.
Result<BundleIndex> parse_bundle(std::string_view bundle);
/// The content of one entry from its zstd frame, checked.
Result<std::string> entry_content(const Entry& entry, std::string_view frame);

}  // namespace coditect::replication
