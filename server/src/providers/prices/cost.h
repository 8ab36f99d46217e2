#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "providers/prices/price_book.h"
#include "providers/usage.h"

namespace coditect::providers {

/// The prices that the program was built with: server/data/prices.json.
const PriceBook& built_in_prices();

/// What one request costs at `time` by `book`; see PriceBook::cost. `usage` is of one request:
/// tiers by prompt length look at its prompt.
std::optional<Nanodollars> cost(std::string_view model, const Usage& usage,
                                std::string_view service_tier, Time time,
                                const PriceBook& book = built_in_prices());

/// The sum over what a call was billed for; nothing where one part has no price.
std::optional<Nanodollars> cost(const std::vector<BilledRequest>& billed, Time time,
                                const PriceBook& book = built_in_prices());

}  // namespace coditect::providers
