#include "storage/replication/bundle/numbers.h"

namespace coditect::replication {
namespace {

constexpr unsigned kVarintBits = 7;
constexpr std::uint8_t kVarintMore = 0x80;

}  // namespace

void append_varint(std::string& out, std::uint64_t number) {
  while (number >= kVarintMore) {
    out += static_cast<char>(static_cast<std::uint8_t>(number) | kVarintMore);
    number >>= kVarintBits;
  }
  out += static_cast<char>(number);
}

void append_text(std::string& out, std::string_view text) {
  append_varint(out, text.size());
  out += text;
}

std::optional<std::uint8_t> NumberReader::byte() {
  if (rest_.empty()) return std::nullopt;
  const auto value = static_cast<std::uint8_t>(rest_.front());
  rest_.remove_prefix(1);
  return value;
}

std::optional<std::uint64_t> NumberReader::fixed64() {
  std::uint64_t value = 0;
  if (rest_.size() < sizeof value) return std::nullopt;
  std::memcpy(&value, rest_.data(), sizeof value);
  rest_.remove_prefix(sizeof value);
  return value;
}

std::optional<std::uint64_t> NumberReader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += kVarintBits) {
    const auto next = byte();
    if (!next) return std::nullopt;
    const std::uint64_t bits = *next & ~kVarintMore;
    if (shift == 63 && *next > 1) return std::nullopt;  // beyond 64 bits
    value |= bits << shift;
    if ((*next & kVarintMore) != 0) continue;
    if (*next == 0 && shift > 0) return std::nullopt;  // a shorter form says the same
    return value;
  }
  return std::nullopt;
}

std::optional<std::string_view> NumberReader::text(std::size_t bytes_max) {
  const auto bytes = varint();
  if (!bytes || *bytes > bytes_max || *bytes > rest_.size()) return std::nullopt;
  const std::string_view value = rest_.substr(0, *bytes);
  rest_.remove_prefix(*bytes);
  return value;
}

}  // namespace coditect::replication
