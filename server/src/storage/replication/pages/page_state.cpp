#include "storage/replication/pages/page_state.h"

#include <xxhash.h>

#include <cstring>
#include <functional>
#include <numeric>

#include "base/check.h"
#include "base/storage_limits.h"

namespace coditect::replication {
namespace {

constexpr std::string_view kMagic = "CODIPGST";
constexpr std::uint32_t kVersion = 1;

// Offsets of the fields.
constexpr std::size_t kVersionAt = 8;
constexpr std::size_t kPageSizeAt = 12;
constexpr std::size_t kPageCountAt = 16;
constexpr std::size_t kDeltasAt = 20;
constexpr std::size_t kAppliedAt = 24;
constexpr std::size_t kMarkAt = 32;
constexpr std::size_t kChecksumAt = 40;
constexpr std::size_t kChainAppliedAt = 48;
constexpr std::size_t kChainChecksumAt = 56;
constexpr std::size_t kChainBytesAt = 64;
constexpr std::size_t kHashesAt = 72;
constexpr std::size_t kTrailerBytes = 8;
static_assert(kChainBytesAt + sizeof(std::uint64_t) == kHashesAt);

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

std::uint64_t rolling(const std::vector<std::uint64_t>& hashes) {
  return std::accumulate(hashes.begin(), hashes.end(), std::uint64_t{0}, std::bit_xor<>());
}

}  // namespace

bool fits(const DeltaHead& delta, const PageState& state) {
  if (delta.is_snapshot()) return true;
  return delta.applied_before == state.watermark.seq && delta.checksum_before == state.checksum &&
         delta.page_size == state.page_size;
}

PageState::Chain continued(const PageState::Chain& chain, const DeltaHead& delta) {
  if (delta.is_snapshot()) {
    return {
        .applied = delta.applied_after, .checksum = delta.checksum_after, .deltas = 0, .bytes = 0};
  }
  PageState::Chain longer = chain;
  ++longer.deltas;
  longer.bytes += delta.encoded_bytes();
  return longer;
}

std::string encode_page_state(const PageState& state) {
  check(state.checksum == rolling(state.hashes), "the hashes are those of another state");
  const std::size_t hash_bytes = state.hashes.size() * sizeof(std::uint64_t);
  std::string out(kHashesAt + hash_bytes + kTrailerBytes, '\0');
  kMagic.copy(out.data(), kMagic.size());
  put(out, kVersionAt, kVersion);
  put(out, kPageSizeAt, state.page_size);
  put(out, kPageCountAt, state.page_count());
  put(out, kDeltasAt, state.chain.deltas);
  put(out, kAppliedAt, state.watermark.seq);
  put(out, kMarkAt, state.watermark.mark);
  put(out, kChecksumAt, state.checksum);
  put(out, kChainAppliedAt, state.chain.applied);
  put(out, kChainChecksumAt, state.chain.checksum);
  put(out, kChainBytesAt, state.chain.bytes);
  std::memcpy(out.data() + kHashesAt, state.hashes.data(), hash_bytes);
  const std::size_t covered = kHashesAt + hash_bytes;
  put(out, covered, XXH3_64bits(out.data(), covered));
  return out;
}

Result<PageState> parse_page_state(std::string_view bytes) {
  if (bytes.size() < kHashesAt + kTrailerBytes || !bytes.starts_with(kMagic)) {
    return internal("not a file of page hashes");
  }
  const std::size_t covered = bytes.size() - kTrailerBytes;
  if (get<std::uint64_t>(bytes, covered) != XXH3_64bits(bytes.data(), covered)) {
    return internal("the file of page hashes is damaged");
  }
  if (get<std::uint32_t>(bytes, kVersionAt) != kVersion) {
    return internal("the file of page hashes has another version");
  }
  const std::size_t count = get<std::uint32_t>(bytes, kPageCountAt);
  if (count != (covered - kHashesAt) / sizeof(std::uint64_t) ||
      (covered - kHashesAt) % sizeof(std::uint64_t) != 0) {
    return internal("the file of page hashes has another length than it says");
  }
  PageState state{.watermark = {.seq = get<std::uint64_t>(bytes, kAppliedAt),
                                .mark = get<std::uint64_t>(bytes, kMarkAt)},
                  .page_size = get<std::uint32_t>(bytes, kPageSizeAt),
                  .checksum = get<std::uint64_t>(bytes, kChecksumAt),
                  .chain = {.applied = get<std::uint64_t>(bytes, kChainAppliedAt),
                            .checksum = get<std::uint64_t>(bytes, kChainChecksumAt),
                            .deltas = get<std::uint32_t>(bytes, kDeltasAt),
                            .bytes = get<std::uint64_t>(bytes, kChainBytesAt)},
                  .hashes = std::vector<std::uint64_t>(count)};
  if (count > 0) {
    std::memcpy(state.hashes.data(), bytes.data() + kHashesAt, count * sizeof(std::uint64_t));
  }
  if (state.watermark.seq == 0 || count == 0 || state.checksum != rolling(state.hashes)) {
    return internal("the file of page hashes makes no sense");
  }
  return state;
}

}  // namespace coditect::replication
