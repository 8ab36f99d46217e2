#include "storage/blobs/pack_format.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"

namespace coditect::blobs {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers lie on disk as in memory");

/// Appends what the format consists of.
class Bytes {
 public:
  template <class Number>
  Bytes& number(Number value) {
    char bytes[sizeof value];
    std::memcpy(bytes, &value, sizeof value);
    text.append(bytes, sizeof value);
    return *this;
  }
  Bytes& hash(const Hash& value) {
    text.append(reinterpret_cast<const char*>(value.data()), value.size());
    return *this;
  }
  std::string text;
};

/// Takes it apart again, front to back.
class Cursor {
 public:
  explicit Cursor(std::string_view bytes) : bytes_(bytes) {}
  template <class Value>
  Value take() {
    check(bytes_.size() >= sizeof(Value));
    Value value;
    bytes_.copy(reinterpret_cast<char*>(&value), sizeof value);
    bytes_.remove_prefix(sizeof value);
    return value;
  }
  std::string_view rest() const { return bytes_; }

 private:
  std::string_view bytes_;
};

int digit_value(char digit) {
  if (digit >= '0' && digit <= '9') return digit - '0';
  if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
  return -1;
}

}  // namespace

std::optional<Hash> parse_hash(std::string_view hex) {
  if (hex.size() != 2 * kHashBytes) return std::nullopt;
  Hash hash{};
  for (std::size_t i = 0; i < kHashBytes; ++i) {
    const int high = digit_value(hex[2 * i]);
    const int low = digit_value(hex[2 * i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    hash[i] = static_cast<unsigned char>(high * 16 + low);
  }
  return hash;
}

std::string encode_index(const std::vector<PackEntry>& entries) {
  check(std::ranges::is_sorted(entries, {}, &PackEntry::hash));
  Bytes out;
  for (const PackEntry& entry : entries) {
    out.hash(entry.hash).number(entry.offset).number(entry.stored_bytes);
    out.number(entry.content_bytes);
  }
  check(out.text.size() == entries.size() * kEntryBytes);
  return std::move(out.text);
}

PackEntry parse_entry(std::string_view bytes) {
  Cursor cursor(bytes);
  PackEntry entry;
  entry.hash = cursor.take<Hash>();
  entry.offset = cursor.take<std::uint64_t>();
  entry.stored_bytes = cursor.take<std::uint64_t>();
  entry.content_bytes = cursor.take<std::uint64_t>();
  return entry;
}

std::string encode_trailer(const PackTrailer& trailer) {
  Bytes out;
  out.number(trailer.index_offset).number(trailer.entries).hash(trailer.index_hash);
  out.number(kPackVersion).number(std::uint32_t{0});
  out.text += kPackMagic;
  check(out.text.size() == kTrailerBytes);
  return std::move(out.text);
}

Result<PackTrailer> parse_trailer(std::string_view bytes, std::uint64_t pack_bytes) {
  if (bytes.size() != kTrailerBytes || pack_bytes < kTrailerBytes) {
    return internal("the pack is cut");
  }
  Cursor cursor(bytes);
  PackTrailer trailer;
  trailer.index_offset = cursor.take<std::uint64_t>();
  trailer.entries = cursor.take<std::uint64_t>();
  trailer.index_hash = cursor.take<Hash>();
  const auto version = cursor.take<std::uint32_t>();
  cursor.take<std::uint32_t>();
  if (cursor.rest() != kPackMagic)
    return internal("the pack is cut or no pack: no magic at its end");
  if (version != kPackVersion) {
    return internal("the pack has version " + std::to_string(version),
                    "start the release that wrote it");
  }
  if (trailer.entries > kPackEntriesMax ||
      trailer.index_offset != pack_bytes - kTrailerBytes - trailer.entries * kEntryBytes) {
    return internal("the pack's trailer makes no sense");
  }
  return trailer;
}

}  // namespace coditect::blobs
