#include "base/base64.h"

#include <openssl/evp.h>

namespace coditect {

namespace {

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

}  // namespace

std::string to_base64(std::string_view bytes) {
  // EVP_EncodeBlock also writes a zero byte, which a std::string has room for.
  std::string text((bytes.size() + 2) / 3 * 4, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), bytes_of(bytes),
                  static_cast<int>(bytes.size()));
  return text;
}

Result<std::string> from_base64(std::string_view text) {
  std::string bytes(text.size() / 4 * 3, '\0');
  const int size = text.size() % 4 != 0
                       ? -1
                       : EVP_DecodeBlock(reinterpret_cast<unsigned char*>(bytes.data()),
                                         bytes_of(text), static_cast<int>(text.size()));
  // EVP_DecodeBlock counts the padding as zero bytes.
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  const bool decoded = size >= 0 && static_cast<std::size_t>(size) >= padding;
  if (decoded) bytes.resize(static_cast<std::size_t>(size) - padding);
  // It is lenient besides: what it takes for base64 is what would be written.
  if (!decoded || to_base64(bytes) != text) {
    return invalid("not base64", "use the alphabet of RFC 4648 with padding");
  }
  return bytes;
}

}  // namespace coditect
