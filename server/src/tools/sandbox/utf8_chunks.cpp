#include "tools/sandbox/utf8_chunks.h"

#include <algorithm>
#include <utility>

#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {

namespace {

/// The length of the character that begins with `byte`; 1 for what begins none.
std::size_t announced_length(unsigned char byte) {
  if (byte < 0xC2 || byte > 0xF4) return 1;
  return byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4;
}

/// How many bytes at the end of `text` begin a character that is not whole yet.
std::size_t unfinished(std::string_view text) {
  for (std::size_t back = 1; back <= 3 && back <= text.size(); ++back) {
    const auto byte = static_cast<unsigned char>(text[text.size() - back]);
    if ((byte & 0xC0u) != 0x80u) return announced_length(byte) > back ? back : 0;
  }
  return 0;
}

}  // namespace

std::string Utf8Chunks::next(std::string_view bytes) {
  std::string text = std::exchange(carry_, {});
  text += bytes;
  const std::size_t kept = unfinished(text);
  carry_ = text.substr(text.size() - kept);
  text.resize(text.size() - kept);
  std::erase(text, '\0');
  return to_valid_utf8(text);
}

std::string Utf8Chunks::finish() { return to_valid_utf8(std::exchange(carry_, {})); }

}  // namespace coditect::tools
