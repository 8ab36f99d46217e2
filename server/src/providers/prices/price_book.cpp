#include "providers/prices/price_book.h"

namespace coditect::providers {

namespace {

constexpr std::int64_t kThousandths = 1000;

/// Whether `suffix` is "-20250929" or "-2026-04-23".
bool is_date(std::string_view suffix) {
  std::size_t digits = 0;
  std::size_t dashes = 0;
  for (const char byte : suffix) {
    if (byte == '-') {
      ++dashes;
    } else if (byte >= '0' && byte <= '9') {
      ++digits;
    } else {
      return false;
    }
  }
  const bool plain = suffix.size() == 9 && dashes == 1;
  const bool dashed = suffix.size() == 11 && dashes == 3 && suffix[5] == '-' && suffix[8] == '-';
  return suffix.starts_with('-') && digits == 8 && (plain || dashed);
}

bool names(std::string_view model, std::string_view row) {
  return model == row || (model.starts_with(row) && is_date(model.substr(row.size())));
}

/// The factor that `name` stands for; an empty one is the ordinary price.
std::optional<std::int64_t> factor(const std::vector<FactorRow>& rows, std::string_view model,
                                   std::string_view name) {
  if (name.empty()) return kThousandths;
  for (const FactorRow& row : rows) {
    if (model.starts_with(row.models) && row.name == name) return row.thousandths;
  }
  return std::nullopt;
}

std::optional<Nanodollars> search_cost(const std::vector<SearchRow>& rows, std::string_view model,
                                       std::int64_t searches) {
  if (searches == 0) return 0;
  for (const SearchRow& row : rows) {
    if (model.starts_with(row.models)) return searches * row.each;
  }
  return std::nullopt;
}

const Rates& rates_of(const PriceRow& row, std::int64_t prompt_tokens) {
  const Rates* rates = &row.rates;
  for (const ContextTier& tier : row.above) {
    if (prompt_tokens > tier.over) rates = &tier.rates;
  }
  return *rates;
}

}  // namespace

const PriceRow* PriceBook::find(std::string_view model, Time time) const {
  const PriceRow* found = nullptr;
  for (const PriceRow& row : content_.prices) {
    if (names(model, row.model) && row.from <= time) found = &row;
  }
  return found;
}

std::optional<Nanodollars> PriceBook::cost(const BilledRequest& request, Time time) const {
  const PriceRow* row = find(request.model, time);
  const auto tier = factor(content_.tiers, request.model, request.service_tier);
  const auto region = factor(content_.regions, request.model, request.region);
  const auto searches = search_cost(content_.searches, request.model, request.web_searches);
  if (row == nullptr || !tier || !region || !searches) return std::nullopt;
  const Usage& usage = request.usage;
  const Rates& rates = rates_of(*row, usage.prompt());
  const Nanodollars standard = usage.input * rates.input + usage.cached * rates.cached +
                               usage.cache_write_short * rates.cache_write_short +
                               usage.cache_write_long * rates.cache_write_long +
                               usage.output * rates.output;
  return standard * *tier / kThousandths * *region / kThousandths + *searches;
}

std::optional<Nanodollars> PriceBook::cost(const std::vector<BilledRequest>& billed,
                                           Time time) const {
  Nanodollars sum = 0;
  for (const BilledRequest& request : billed) {
    const auto part = cost(request, time);
    if (!part) return std::nullopt;
    sum += *part;
  }
  return sum;
}

std::optional<Nanodollars> PriceBook::cost_without_cache(const std::vector<BilledRequest>& billed,
                                                         Time time) const {
  std::vector<BilledRequest> plain = billed;
  for (BilledRequest& request : plain) {
    Usage& usage = request.usage;
    usage.input = usage.prompt();
    usage.cached = usage.cache_write_short = usage.cache_write_long = 0;
  }
  return cost(plain, time);
}

}  // namespace coditect::providers
