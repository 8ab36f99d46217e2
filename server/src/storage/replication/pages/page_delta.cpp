#include "storage/replication/pages/page_delta.h"

#include <xxhash.h>

#include <bit>
#include <cstring>
#include <utility>

#include "base/check.h"
#include "base/storage_limits.h"

namespace coditect::replication {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers lie in a delta as in memory");

// Offsets of a head's fields.
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kPageSizeAt = 12;
constexpr std::size_t kPageCountAt = 16;
constexpr std::size_t kPagesAt = 20;
constexpr std::size_t kAppliedBeforeAt = 24;
constexpr std::size_t kAppliedAfterAt = 32;
constexpr std::size_t kChecksumBeforeAt = 40;
constexpr std::size_t kChecksumAfterAt = 48;
constexpr std::size_t kHeadChecksumAt = 56;
static_assert(kHeadChecksumAt + sizeof(std::uint64_t) == kDeltaHeadBytes);

template <class Number>
void put(std::string& out, std::size_t at, Number number) {
  std::memcpy(out.data() + at, &number, sizeof number);
}

template <class Number>
Number get(std::string_view bytes, std::size_t at) {
  Number number;
  std::memcpy(&number, bytes.data() + at, sizeof number);
  return number;
}

}  // namespace

std::uint64_t page_hash(std::uint32_t number, std::string_view page) {
  return XXH3_64bits_withSeed(page.data(), page.size(), number);
}

Result<void> check_head(const DeltaHead& head) {
  if (!std::has_single_bit(head.page_size) || head.page_size < kPageBytesMin ||
      head.page_size > kPageBytesMax) {
    return invalid("no page has " + std::to_string(head.page_size) + " bytes");
  }
  if (head.database_bytes() > limits::kShippedDatabaseBytesMax) {
    return invalid("the database is too large to be shipped");
  }
  if (head.pages == 0 || head.pages > head.page_count) {
    return invalid(std::to_string(head.pages) + " pages of " + std::to_string(head.page_count));
  }
  if (head.applied_after <= head.applied_before) return invalid("the watermark does not rise");
  if (head.is_snapshot()) {
    if (head.checksum_before != 0) return invalid("a snapshot that begins with something");
    if (head.pages != head.page_count) return invalid("a snapshot that lacks pages");
  } else if (head.encoded_bytes() > limits::kPageDeltaBytesMax) {
    return invalid("the delta is too large: it should be a snapshot");
  }
  return {};
}

std::string encode_head(const DeltaHead& head) {
  check(check_head(head).ok(), "a head that no reader accepts");
  std::string out(kDeltaHeadBytes, '\0');
  kPagesMagic.copy(out.data(), kPagesMagic.size());
  put(out, kVersionAt, kPagesVersion);
  put(out, kPageSizeAt, head.page_size);
  put(out, kPageCountAt, head.page_count);
  put(out, kPagesAt, head.pages);
  put(out, kAppliedBeforeAt, head.applied_before);
  put(out, kAppliedAfterAt, head.applied_after);
  put(out, kChecksumBeforeAt, head.checksum_before);
  put(out, kChecksumAfterAt, head.checksum_after);
  put(out, kHeadChecksumAt, XXH3_64bits(out.data(), kHeadChecksumAt));
  return out;
}

Result<DeltaHead> parse_head(std::string_view bytes) {
  check(bytes.size() >= kDeltaHeadBytes);
  if (!bytes.starts_with(kPagesMagic)) return internal("not a delta of pages: no magic");
  if (head_checksum(bytes) != XXH3_64bits(bytes.data(), kHeadChecksumAt)) {
    return internal("the head of a delta of pages is damaged");
  }
  if (const auto version = get<std::uint32_t>(bytes, kVersionAt); version != kPagesVersion) {
    return internal("the delta of pages has version " + std::to_string(version) + ", not " +
                        std::to_string(kPagesVersion),
                    "start the release that wrote it");
  }
  const DeltaHead head{.page_size = get<std::uint32_t>(bytes, kPageSizeAt),
                       .page_count = get<std::uint32_t>(bytes, kPageCountAt),
                       .pages = get<std::uint32_t>(bytes, kPagesAt),
                       .applied_before = get<std::uint64_t>(bytes, kAppliedBeforeAt),
                       .applied_after = get<std::uint64_t>(bytes, kAppliedAfterAt),
                       .checksum_before = get<std::uint64_t>(bytes, kChecksumBeforeAt),
                       .checksum_after = get<std::uint64_t>(bytes, kChecksumAfterAt)};
  if (Result<void> sound = check_head(head); !sound) {
    return internal("the head of a delta of pages: " + sound.error().message);
  }
  return head;
}

std::uint64_t head_checksum(std::string_view encoded_head) {
  return get<std::uint64_t>(encoded_head, kHeadChecksumAt);
}

}  // namespace coditect::replication
