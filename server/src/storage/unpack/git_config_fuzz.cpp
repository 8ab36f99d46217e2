#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "base/utf8.h"
#include "storage/unpack/git_config.h"

/// Whatever comes out is plain lines that mean the same when they are read again.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coditect;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::string safe = unpack::safe_git_config(text);
  check(unpack::safe_git_config(safe) == safe && is_utf8(safe));
  for (std::string_view rest = safe; !rest.empty();) {
    const std::size_t end = rest.find('\n');
    check(end != std::string_view::npos);
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    const bool setting = line.starts_with('\t') && line.contains(" = ");
    check(setting || (line.starts_with('[') && line.ends_with(']')));
    check(!line.contains('\\') && !line.contains('#') && !line.contains(';'));
    check(!line.starts_with("\tfsmonitor") && !line.starts_with("\thookspath"));
  }
  return 0;
}
