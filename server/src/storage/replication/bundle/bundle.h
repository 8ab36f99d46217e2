#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"
#include "storage/blobs/zstd_codec.h"

namespace coditect::replication {

/// What one entry of a bundle holds.
enum class EntryKind : std::uint8_t {
  kEvents = 1,  ///< lines of one workspace, consecutive numbers, '\n' after each
  kBlob = 2,    ///< one file of its blob store
  kPages = 3,   ///< changed pages of one database
};

/// A line of a bundle's index. Workspace and name are at most kBundleTextBytesMax bytes.
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

/// Builds one bundle in memory: entries, then the index, then a trailer of fixed size;
/// docs/formats/bundle.md.
///
/// Threads:    one.
/// Lifetime:   a value.
/// Invariants: what finish() gives passes parse_bundle(); the same calls give the same bytes.
/// Errors:     Errc::kLimit beyond limits::kBundleBytesMax, Errc::kInvalid for an entry that a
///             reader would refuse; the bundle is then as it was.
class BundleWriter {
 public:
  explicit BundleWriter(BundleHead head);
  /// `entry` without offset, sizes and checksum, which this fills in. A seal takes none.
  Result<void> add(Entry entry, std::string_view content);
  std::uint64_t content_bytes() const { return content_bytes_; }
  bool empty() const { return entries_.empty(); }
  std::string finish() &&;

 private:
  BundleHead head_;
  std::vector<Entry> entries_;
  std::string bytes_;
  std::uint64_t content_bytes_ = 0;
  std::optional<blobs::Compressor> compressor_;  // from the first entry on: it takes a megabyte
};

/// The whole of a seal: what ends a log.
std::string make_seal(BundleHead head);

/// How many of a bundle's last bytes the trailer takes: a reader gets them first.
inline constexpr std::size_t kBundleTrailerBytes = 64;
/// Of a node's, a workspace's, a blob file's or a database's name, and of a nonce.
inline constexpr std::size_t kBundleTextBytesMax = 255;

/// Where a bundle's index lies: from `index_offset` to where the trailer begins.
struct BundleTrailer {
  std::uint64_t index_offset = 0;
  std::uint64_t index_bytes = 0;
  std::uint64_t index_checksum = 0;

  bool operator==(const BundleTrailer&) const = default;
};
/// What a bundle holds. The frames of the entries follow each other without a gap.
struct BundleIndex {
  BundleHead head;
  std::vector<Entry> entries;

  bool operator==(const BundleIndex&) const = default;
};
/// Errc::kInternal for damage, naming what is wrong; never reads beyond what it is given.
Result<BundleTrailer> parse_bundle_trailer(std::string_view last_bytes, std::uint64_t bundle_bytes);
Result<BundleIndex> parse_bundle_index(std::string_view bytes, const BundleTrailer& trailer);
/// A whole bundle's index.
Result<BundleIndex> parse_bundle(std::string_view bundle);
/// The content of one entry from its zstd frame, checked.
Result<std::string> entry_content(const Entry& entry, std::string_view frame);
/// The lines of an entry of events, without their newlines: last - first + 1 of them.
std::vector<std::string_view> event_lines(const Entry& entry, std::string_view content);

}  // namespace coditect::replication
