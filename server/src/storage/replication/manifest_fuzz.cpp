#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "storage/replication/manifest.h"

// Whatever the bytes are: nothing crashes, and what is a manifest is so in this form only.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto manifest = coditect::replication::parse_manifest(text);
  if (!manifest) return 0;
  coditect::check(coditect::replication::check_manifest(*manifest).ok());
  coditect::check(coditect::replication::to_text(*manifest) == text);
  return 0;
}
