#include "workspace/live/utf16.h"

#include <cstdint>

namespace coditect::workspace {

namespace {

bool is_high(char16_t unit) { return unit >= 0xD800 && unit <= 0xDBFF; }
bool is_low(char16_t unit) { return unit >= 0xDC00 && unit <= 0xDFFF; }

void add_utf8(std::string& text, std::uint32_t code) {
  const auto put = [&text](std::uint32_t byte) { text += static_cast<char>(byte); };
  if (code < 0x80) {
    put(code);
  } else if (code < 0x800) {
    put(0xC0 | code >> 6);
    put(0x80 | (code & 0x3F));
  } else if (code < 0x10000) {
    put(0xE0 | code >> 12);
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  } else {
    put(0xF0 | code >> 18);
    put(0x80 | (code >> 12 & 0x3F));
    put(0x80 | (code >> 6 & 0x3F));
    put(0x80 | (code & 0x3F));
  }
}

/// The bytes that follow `first` in its character; nothing for a byte that begins none.
int bytes_after(unsigned char first) {
  if (first < 0x80) return 0;
  if (first >= 0xC2 && first < 0xE0) return 1;
  if (first >= 0xE0 && first < 0xF0) return 2;
  return first >= 0xF0 && first < 0xF5 ? 3 : -1;
}

}  // namespace

Result<std::u16string> to_utf16(std::string_view text) {
  constexpr std::uint32_t kLeast[] = {0, 0x80, 0x800, 0x10000};
  std::u16string units;
  units.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const auto first = static_cast<unsigned char>(text[at++]);
    const int more = bytes_after(first);
    if (more < 0) return invalid("the text is not UTF-8");
    std::uint32_t code = more == 0 ? first : first & (0x3Fu >> more);
    for (int left = more; left > 0; --left) {
      const auto byte = at < text.size() ? static_cast<unsigned char>(text[at++]) : 0u;
      if ((byte & 0xC0u) != 0x80u) return invalid("the text is not UTF-8");
      code = code << 6 | (byte & 0x3Fu);
    }
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < kLeast[more] || surrogate || code > 0x10FFFF)
      return invalid("the text is not UTF-8");
    if (code < 0x10000) {
      units += static_cast<char16_t>(code);
    } else {
      units += static_cast<char16_t>(0xD7C0 + (code >> 10));
      units += static_cast<char16_t>(0xDC00 + (code & 0x3FF));
    }
  }
  return units;
}

std::string to_utf8(std::u16string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char16_t unit = text[at];
    if (is_high(unit) && at + 1 < text.size() && is_low(text[at + 1])) {
      const std::uint32_t low = text[++at];
      add_utf8(bytes,
               0x10000u + ((static_cast<std::uint32_t>(unit) - 0xD800u) << 10) + (low - 0xDC00u));
    } else {
      add_utf8(bytes, is_high(unit) || is_low(unit) ? 0xFFFDu : unit);
    }
  }
  return bytes;
}

}  // namespace coditect::workspace
