#pragma once

#include <cstdint>
#include <string>
#include <variant>

namespace coditect::databases {

/// What one cell of a database may hold, apart from blobs: the projections store none.
using Value = std::variant<std::monostate, std::int64_t, double, std::string>;

}  // namespace coditect::databases
