#include "storage/objects/object_key.h"

#include <cstdint>
#include <string>

#include "base/storage_limits.h"

namespace coditect::objects {
namespace {

/// The length of the well-formed UTF-8 character that `text` begins with (RFC 3629: no surrogates,
/// nothing overlong, nothing above U+10FFFF); 0 when there is none.
std::size_t character_bytes(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return 1;
  const std::size_t length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || text.size() < length) return 0;
  const unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
  if (byte(1) < low || byte(1) > high) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if ((byte(i) & 0xc0) != 0x80) return 0;
  }
  return length;
}

/// Nothing that the XML of an S3 listing or a line of a log cannot carry as it is.
bool is_plain_utf8(std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = character_bytes(text);
    if (length == 0) return false;
    const std::string_view character = text.substr(0, length);
    const auto first = static_cast<unsigned char>(character[0]);
    if (first < 0x20 || first == 0x7f) return false;
    if (character == "\xef\xbf\xbe" || character == "\xef\xbf\xbf") return false;  // U+FFFE, U+FFFF
    text.remove_prefix(length);
  }
  return true;
}

bool is_component(std::string_view text) {
  return !text.empty() && text != "." && text != ".." && text.size() <= kKeyComponentBytesMax;
}

Result<void> check_text(std::string_view what, std::string_view text) {
  if (text.size() > limits::kObjectKeyBytesMax) {
    return invalid(std::string(what) + " of " + std::to_string(text.size()) + " bytes; at most " +
                   std::to_string(limits::kObjectKeyBytesMax) + " are allowed");
  }
  if (!is_plain_utf8(text)) {
    return invalid(std::string(what) + " with a control character or bytes that are not UTF-8");
  }
  return {};
}

}  // namespace

Result<void> check_key(std::string_view key) {
  TRY_VOID(check_text("object key", key));
  for (std::string_view rest = key;;) {
    const std::size_t slash = rest.find('/');
    if (!is_component(rest.substr(0, slash))) {
      return invalid("object key \"" + std::string(key) +
                     "\" has an empty, \".\", \"..\" or too long component");
    }
    if (slash == std::string_view::npos) return {};
    rest.remove_prefix(slash + 1);
  }
}

Result<void> check_prefix(std::string_view prefix) {
  TRY_VOID(check_text("key prefix", prefix));
  for (std::string_view rest = prefix;;) {
    const std::size_t slash = rest.find('/');
    if (slash == std::string_view::npos) return {};  // the last component may be the start of one
    if (!is_component(rest.substr(0, slash))) {
      return invalid("key prefix \"" + std::string(prefix) +
                     "\" has an empty, \".\", \"..\" or too long component");
    }
    rest.remove_prefix(slash + 1);
  }
}

Result<void> check_list_limit(std::size_t limit) {
  if (limit > 0 && limit <= limits::kListPageObjectsMax) return {};
  return invalid("a page of " + std::to_string(limit) + " objects; 1 to " +
                 std::to_string(limits::kListPageObjectsMax) + " may be asked for");
}

}  // namespace coditect::objects
