#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace coditect {

void check(bool condition, std::string_view what, std::source_location where) {
  if (condition) [[likely]] {
    return;
  }
  std::fprintf(stderr, "coditect: a check failed at %s:%u in %s: %.*s\n", where.file_name(),
               static_cast<unsigned>(where.line()), where.function_name(),
               static_cast<int>(what.size()), what.data());
  std::abort();
}

}  // namespace coditect
