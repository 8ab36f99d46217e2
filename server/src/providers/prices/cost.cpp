#include "providers/prices/cost.h"

#include "base/check.h"
#include "providers/prices/built_in.h"
#include "providers/prices/price_file.h"

namespace coditect::providers {

const PriceBook& built_in_prices() {
  static const PriceBook book = [] {
    Result<PriceBook> parsed = parse_prices(built_in_price_file());
    check(parsed.ok(), "the prices that the program was built with can be read");
    return *std::move(parsed);
  }();
  return book;
}

std::optional<Nanodollars> cost(std::string_view model, const Usage& usage,
                                std::string_view service_tier, Time time, const PriceBook& book) {
  return book.cost(BilledRequest{std::string(model), std::string(service_tier), usage}, time);
}

std::optional<Nanodollars> cost(const std::vector<BilledRequest>& billed, Time time,
                                const PriceBook& book) {
  return book.cost(billed, time);
}

}  // namespace coditect::providers
