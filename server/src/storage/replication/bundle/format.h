#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/replication/bundle/bundle.h"

/// The bytes of a bundle; docs/formats/bundle.md has the grammar.
namespace coditect::replication {

inline constexpr std::string_view kBundleMagic = "CODIBNDL";
inline constexpr std::uint32_t kBundleVersion = 1;

// The header: magic, version, four zeros.
inline constexpr std::size_t kBundleHeaderBytes = 16;
static_assert(kBundleMagic.size() + 2 * sizeof(std::uint32_t) == kBundleHeaderBytes);

// The trailer: four numbers of 64 bits, the version and twelve zeros, a checksum, the magic.
inline constexpr std::size_t kTrailerIndexOffsetAt = 0;
inline constexpr std::size_t kTrailerIndexBytesAt = 8;
inline constexpr std::size_t kTrailerIndexChecksumAt = 16;
inline constexpr std::size_t kTrailerBundleBytesAt = 24;
inline constexpr std::size_t kTrailerVersionAt = 32;
inline constexpr std::size_t kTrailerZerosAt = 36;
inline constexpr std::size_t kTrailerChecksumAt = 48;
inline constexpr std::size_t kTrailerMagicAt = 56;
static_assert(kTrailerMagicAt + kBundleMagic.size() == kBundleTrailerBytes);

/// XXH3-64, seed 0.
std::uint64_t bundle_checksum(std::string_view bytes);

/// Says what a reader would refuse about a head, or about an entry of a bundle with that head.
Result<void> check_head(const BundleHead& head);
Result<void> check_entry(const Entry& entry);
/// That an entry's content is what it says: for events, as many lines as it has numbers.
Result<void> check_content(const Entry& entry, std::string_view content);

std::string encode_header();
std::string encode_index(const BundleIndex& index);
std::string encode_trailer(const BundleTrailer& trailer);

}  // namespace coditect::replication
