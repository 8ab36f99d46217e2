#include "coordination/locks/utf8.h"

#include <cstddef>

namespace coditect::locks {

namespace {

struct Lead {
  std::size_t length;
  char32_t bits;
  char32_t least;  ///< smaller numbers have a shorter form
};

std::optional<Lead> read_lead(unsigned char byte) {
  if (byte < 0x80) return Lead{1, byte, 0};
  if ((byte & 0xE0) == 0xC0) return Lead{2, byte & 0x1Fu, 0x80};
  if ((byte & 0xF0) == 0xE0) return Lead{3, byte & 0x0Fu, 0x800};
  if ((byte & 0xF8) == 0xF0) return Lead{4, byte & 0x07u, 0x10000};
  return std::nullopt;
}

}  // namespace

std::optional<std::u32string> decode_utf8(std::string_view text) {
  std::u32string points;
  points.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = read_lead(static_cast<unsigned char>(text[at]));
    if (!lead || at + lead->length > text.size()) return std::nullopt;
    char32_t point = lead->bits;
    for (std::size_t i = 1; i < lead->length; ++i) {
      const auto byte = static_cast<unsigned char>(text[at + i]);
      if ((byte & 0xC0) != 0x80) return std::nullopt;
      point = (point << 6) | (byte & 0x3Fu);
    }
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    if (point < lead->least || point > 0x10FFFF || surrogate) return std::nullopt;
    points += point;
    at += lead->length;
  }
  return points;
}

}  // namespace coditect::locks
