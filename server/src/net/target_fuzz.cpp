#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "net/target.h"

/// Whatever is accepted is a normalised path without anything that reads as a way upwards.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto target = coditect::net::parse_target(text);
  if (!target) return 0;
  const std::string bounded = target->path + "/";
  coditect::check(bounded.starts_with('/') && coditect::is_utf8(bounded));
  coditect::check(!bounded.contains("/../") && !bounded.contains("/./"));
  coditect::check(!target->path.contains("//") && !target->path.contains('\\'));
  coditect::check(target->path.find('\0') == std::string::npos);
  return 0;
}
