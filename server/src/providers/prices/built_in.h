#pragma once

#include <string_view>

namespace coditect::providers {

/// The bytes of server/data/prices.json as they were when the program was built.
std::string_view built_in_price_file();

}  // namespace coditect::providers
