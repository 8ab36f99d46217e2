#include "providers/prices/cost.h"

#include <algorithm>

#include "providers/prices/price_table.h"

namespace coditect::providers {

namespace {

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

/// The row in force at `time`: the last of the model's that has begun.
const PriceRow* find_row(std::string_view model, Time time) {
  const PriceRow* found = nullptr;
  for (const PriceRow& row : price_rows()) {
    if (names(model, row.model) && row.from <= time) found = &row;
  }
  return found;
}

std::optional<std::int64_t> tier_percent(std::string_view model, std::string_view tier) {
  if (tier.empty()) return 100;
  for (const TierRow& row : tier_rows()) {
    if (model.starts_with(row.model_prefix) && row.tier == tier) return row.percent;
  }
  return std::nullopt;
}

}  // namespace

std::optional<Nanodollars> cost(std::string_view model, const Usage& usage,
                                std::string_view service_tier, Time time) {
  const PriceRow* row = find_row(model, time);
  const auto percent = tier_percent(model, service_tier);
  if (row == nullptr || !percent) return std::nullopt;
  const bool is_long = row->long_prompt_over > 0 && usage.prompt() > row->long_prompt_over;
  const Rates& rates = is_long ? row->long_rates : row->rates;
  const Nanodollars standard = usage.input * rates.input + usage.cached * rates.cached +
                               usage.cache_write_short * rates.cache_write_short +
                               usage.cache_write_long * rates.cache_write_long +
                               usage.output * rates.output;
  return standard * *percent / 100;
}

std::optional<Nanodollars> cost(const std::vector<BilledRequest>& billed, Time time) {
  Nanodollars sum = 0;
  for (const BilledRequest& request : billed) {
    const auto part = cost(request.model, request.usage, request.service_tier, time);
    if (!part) return std::nullopt;
    sum += *part;
  }
  return sum;
}

}  // namespace coditect::providers
