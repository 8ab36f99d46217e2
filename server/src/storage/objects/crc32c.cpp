#include "storage/objects/crc32c.h"

#include <array>
#include <bit>
#include <cstddef>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#endif

namespace coditect::objects {
namespace {

static_assert(std::endian::native == std::endian::little, "words are read as they lie in memory");

constexpr std::uint32_t kPolynomial = 0x82f63b78;  // Castagnoli's, reflected
constexpr std::size_t kTables = 8;
using Tables = std::array<std::array<std::uint32_t, 256>, kTables>;

/// tables[k][b]: what the byte b adds to the checksum when k more bytes follow it.
constexpr Tables make_tables() {
  Tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (std::size_t k = 1; k < kTables; ++k) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[k - 1][byte];
      tables[k][byte] = (before >> 8) ^ tables[0][before & 0xff];
    }
  }
  return tables;
}

constexpr Tables kTable = make_tables();

std::uint64_t load_word(const char* bytes) {
  std::uint64_t word = 0;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

#if defined(__x86_64__)
[[gnu::target("sse4.2")]] std::uint32_t crc32c_by_instruction(std::string_view bytes,
                                                              std::uint32_t crc) {
  std::uint64_t state = ~crc;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    state = _mm_crc32_u64(state, load_word(bytes.data()));
    bytes.remove_prefix(sizeof(std::uint64_t));
  }
  auto rest = static_cast<std::uint32_t>(state);
  for (const char byte : bytes) rest = _mm_crc32_u8(rest, static_cast<unsigned char>(byte));
  return ~rest;
}
#endif

}  // namespace

std::uint32_t crc32c_by_tables(std::string_view bytes, std::uint32_t crc) {
  std::uint32_t state = ~crc;
  while (bytes.size() >= sizeof(std::uint64_t)) {
    const std::uint64_t word = load_word(bytes.data()) ^ state;
    state = 0;
    for (std::size_t k = 0; k < kTables; ++k) {
      state ^= kTable[kTables - 1 - k][(word >> (8 * k)) & 0xff];
    }
    bytes.remove_prefix(sizeof(std::uint64_t));
  }
  for (const char byte : bytes) {
    state = (state >> 8) ^ kTable[0][(state ^ static_cast<unsigned char>(byte)) & 0xff];
  }
  return ~state;
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t crc) {
#if defined(__x86_64__)
  static const bool has_instruction = __builtin_cpu_supports("sse4.2") != 0;
  if (has_instruction) return crc32c_by_instruction(bytes, crc);
#endif
  return crc32c_by_tables(bytes, crc);
}

}  // namespace coditect::objects
