#pragma once

#include <filesystem>
#include <string_view>

#include "base/json.h"
#include "base/result.h"
#include "providers/prices/price_book.h"

namespace coditect::providers {

/// Reads a price file, which docs/formats/prices.md describes. Errc::kInvalid names the row and
/// what is wrong with it: a rate that is none or finer than a thousandth of a dollar, rows of a
/// model that stand apart or out of order, a key that nobody knows.
Result<PriceBook> parse_prices(std::string_view text);

/// The same from a file; an error names it too.
Result<PriceBook> read_prices(const std::filesystem::path& file);

/// The row as the file has it, with every rate spelled out.
json::object to_json(const PriceRow& row);

}  // namespace coditect::providers
