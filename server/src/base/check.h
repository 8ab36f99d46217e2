#pragma once

#include <source_location>
#include <string_view>

namespace coditect {

/// Ends the process, saying where: `condition` is something that cannot be false unless the
/// program is wrong. On in every build. What can happen is a Result instead.
void check(bool condition, std::string_view what = {},
           std::source_location where = std::source_location::current());

}  // namespace coditect
