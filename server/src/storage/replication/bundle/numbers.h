#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

/// How numbers and texts lie in a bundle.
namespace coditect::replication {

static_assert(std::endian::native == std::endian::little, "numbers lie in a bundle as in memory");

template <class Number>
void append_fixed(std::string& out, Number number) {
  out.append(reinterpret_cast<const char*>(&number), sizeof number);
}

/// Seven bits a byte, the lowest first; the last byte has its highest bit clear.
void append_varint(std::string& out, std::uint64_t number);
/// Its length as a varint, then its bytes.
void append_text(std::string& out, std::string_view text);

/// Takes numbers and texts from the front of some bytes.
///
/// Threads:  one at a time.
/// Lifetime: a view; texts point into the bytes.
/// Errors:   nothing where the bytes end too early or are not the shortest form; what follows is
///           then unspecified but in bounds.
class NumberReader {
 public:
  explicit NumberReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<std::uint8_t> byte();
  std::optional<std::uint64_t> fixed64();
  std::optional<std::uint64_t> varint();
  std::optional<std::string_view> text(std::size_t bytes_max);
  std::size_t left() const { return rest_.size(); }

 private:
  std::string_view rest_;
};

}  // namespace coditect::replication
