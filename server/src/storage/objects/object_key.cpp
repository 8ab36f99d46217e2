#include "storage/objects/object_key.h"

#include <algorithm>
#include <string>

#include "base/storage_limits.h"
#include "base/utf8.h"

namespace coditect::objects {
namespace {

// XML has no way to write these two.
constexpr std::string_view kNonCharacterFffe = "\xef\xbf\xbe";
constexpr std::string_view kNonCharacterFfff = "\xef\xbf\xbf";

/// Nothing that the XML of an S3 listing or a line of a log cannot carry as it is.
bool is_plain_utf8(std::string_view text) {
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; };
  return is_utf8(text) && std::ranges::none_of(text, is_control) &&
         !text.contains(kNonCharacterFffe) && !text.contains(kNonCharacterFfff);
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
