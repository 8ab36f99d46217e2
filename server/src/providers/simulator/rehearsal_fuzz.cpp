#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "providers/simulator/act.h"

/// Any text is either refused or becomes turns that each say or call something.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace coditect::simulator;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto block = find_rehearsal(text);
  const auto steps = parse_rehearsal(block ? std::string_view(*block) : text);
  if (!steps) return 0;
  for (const Act& act : acts_of(*steps)) {
    coditect::check(!act.calls.empty() || !act.text().empty(), "an act does nothing");
  }
  return 0;
}
