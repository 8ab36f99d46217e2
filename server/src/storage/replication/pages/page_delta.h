#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/strong_id.h"

// The bytes of a database's changed pages; docs/formats/pages.md has the grammar and a worked
// example. delta_writer.h writes them, delta_reader.h reads them.
namespace coditect::replication {

inline constexpr std::string_view kPagesMagic = "CODIPAGE";
inline constexpr std::uint32_t kPagesVersion = 1;
/// What precedes the pages, its own checksum included: enough to know where a delta fits.
inline constexpr std::size_t kDeltaHeadBytes = 64;
inline constexpr std::size_t kDeltaTrailerBytes = 8;
/// What precedes the bytes of each page: its number.
inline constexpr std::size_t kPageNumberBytes = 4;
// SQLite's own limits.
inline constexpr std::uint32_t kPageBytesMin = 512;
inline constexpr std::uint32_t kPageBytesMax = 65'536;

static_assert(kPagesMagic.size() == 8);

/// What brings a database from one state to a later one. From nothing it is a snapshot.
///
/// Invariants: see check_head().
struct DeltaHead {
  std::uint32_t page_size = 0;
  std::uint32_t page_count = 0;       ///< of the database afterwards
  std::uint32_t pages = 0;            ///< that follow, of which each is at most page_count
  Sequence applied_before = 0;        ///< the transaction watermark; 0 is nothing
  Sequence applied_after = 0;         ///< in the pages themselves too: read in one transaction
  std::uint64_t checksum_before = 0;  ///< rolling: XOR of page_hash() over the whole database
  std::uint64_t checksum_after = 0;

  bool is_snapshot() const { return applied_before == 0; }
  /// Of the delta, head and trailer included.
  std::uint64_t encoded_bytes() const {
    return kDeltaHeadBytes + kDeltaTrailerBytes +
           std::uint64_t{pages} * (kPageNumberBytes + page_size);
  }
  std::uint64_t database_bytes() const { return std::uint64_t{page_count} * page_size; }
  bool operator==(const DeltaHead&) const = default;
};

/// Takes a delta's bytes as they come. Its error ends the work and is returned.
using PartSink = std::function<Result<void>(std::string_view part)>;

/// XXH3-64 of one page, seeded with its number, which begins at 1: the same bytes in another place
/// have another hash, and so cannot cancel each other out in a rolling checksum.
std::uint64_t page_hash(std::uint32_t number, std::string_view page);

/// Errc::kInvalid where a head promises what no delta can be, or more than a limit allows: a
/// snapshot has every page and begins at nothing; a delta's watermark rises, and it has at most
/// limits::kPageDeltaBytesMax.
Result<void> check_head(const DeltaHead& head);

/// kDeltaHeadBytes bytes of a head that check_head() accepts.
std::string encode_head(const DeltaHead& head);
/// The head of a delta of which `bytes` holds the first kDeltaHeadBytes at least. Errc::kInternal
/// for anything that encode_head() did not write.
Result<DeltaHead> parse_head(std::string_view bytes);

/// Seeds the checksum over the pages, so that they fit no other head.
std::uint64_t head_checksum(std::string_view encoded_head);

}  // namespace coditect::replication
