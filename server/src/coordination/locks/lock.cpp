#include "coordination/locks/lock.h"

namespace coditect::locks {

std::string_view to_string(Mode mode) { return mode == Mode::kRead ? "read" : "write"; }

Result<Mode> parse_mode(std::string_view text) {
  if (text == "read") return Mode::kRead;
  if (text == "write") return Mode::kWrite;
  return invalid("'" + std::string(text) + "' is not a lock mode", "use read or write");
}

}  // namespace coditect::locks
