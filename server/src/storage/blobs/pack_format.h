#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

// The bytes of a pack; docs/formats/pack.md has the grammar.
namespace coditect::blobs {

inline constexpr std::string_view kPackMagic = "CODIPACK";
inline constexpr std::uint32_t kPackVersion = 1;
inline constexpr std::size_t kHashBytes = 32;
inline constexpr std::size_t kEntryBytes = kHashBytes + 3 * sizeof(std::uint64_t);
inline constexpr std::size_t kTrailerBytes = 64;
/// A pack of more contents is continued in another one.
inline constexpr std::size_t kPackEntriesMax = 1u << 20;

static_assert(kPackMagic.size() == 8);
static_assert(kEntryBytes == 56);
static_assert(2 * sizeof(std::uint64_t) + kHashBytes + 2 * sizeof(std::uint32_t) +
                  kPackMagic.size() ==
              kTrailerBytes);

/// SHA-256 as bytes.
using Hash = std::array<unsigned char, kHashBytes>;
/// Reads 64 lower-case hex digits; nothing for anything else.
std::optional<Hash> parse_hash(std::string_view hex);

/// Where a content lies in its pack.
struct PackEntry {
  Hash hash{};
  std::uint64_t offset = 0;
  std::uint64_t stored_bytes = 0;   ///< of its zstd frame
  std::uint64_t content_bytes = 0;  ///< decompressed

  bool operator==(const PackEntry&) const = default;
};

/// The last bytes of a pack.
struct PackTrailer {
  std::uint64_t index_offset = 0;
  std::uint64_t entries = 0;
  Hash index_hash{};

  bool operator==(const PackTrailer&) const = default;
};

/// The index: entries, which are sorted by hash.
std::string encode_index(const std::vector<PackEntry>& entries);
/// The entry in `bytes`, which holds at least kEntryBytes.
PackEntry parse_entry(std::string_view bytes);
std::string encode_trailer(const PackTrailer& trailer);
/// `bytes` are the last kTrailerBytes of a pack of `pack_bytes`. Errc::kInternal when they are no
/// trailer or their numbers do not add up.
Result<PackTrailer> parse_trailer(std::string_view bytes, std::uint64_t pack_bytes);

}  // namespace coditect::blobs
