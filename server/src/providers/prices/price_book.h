#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/money.h"
#include "providers/usage.h"

namespace coditect::providers {

/// Nanodollars per token, which are thousandths of a dollar per million tokens: 75 is $0.075.
struct Rates {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cached = 0;
  std::int64_t cache_write_short = 0;
  std::int64_t cache_write_long = 0;
  bool operator==(const Rates&) const = default;
};

/// Rates of requests whose prompt, cache included, is longer than `over` tokens: they hold for the
/// whole request, not for the tokens beyond.
struct ContextTier {
  std::int64_t over = 0;
  Rates rates;
};

/// One model's rates from a day on, until the next row of the same model.
struct PriceRow {
  std::string model;           ///< as the vendor names it, without the date of a snapshot
  std::chrono::sys_days from;  ///< midnight in UTC; the epoch for "since ever"
  Rates rates;
  std::vector<ContextTier> above = {};  ///< in rising order
};

/// What a service tier or a region makes of the price of all models whose name begins so.
struct FactorRow {
  std::string models;
  std::string name;
  std::int64_t thousandths = 1000;
};

/// What one search by the vendor's own tool costs beside its tokens.
struct SearchRow {
  std::string models;
  Nanodollars each = 0;
};

/// What models cost: the content of a price file.
///
/// Threads:    any; constant after construction.
/// Invariants: rows of one model stand together, in the order of their days.
class PriceBook {
 public:
  struct Content {
    std::chrono::sys_days as_of;
    std::vector<PriceRow> prices;
    std::vector<FactorRow> tiers;
    std::vector<FactorRow> regions;
    std::vector<SearchRow> searches;
  };

  explicit PriceBook(Content content) : content_(std::move(content)) {}

  /// The price at `time`. Nothing, never zero, for a model, a service tier or a region without
  /// one. The model may carry the date of a snapshot ("-20250929", "-2026-04-23"); an empty tier
  /// is the standard one.
  std::optional<Nanodollars> cost(const BilledRequest& request, Time time) const;
  /// The sum over what a call was billed for; nothing where one part has no price.
  std::optional<Nanodollars> cost(const std::vector<BilledRequest>& billed, Time time) const;
  /// The same as if no token had been read from or written to a cache: what caching saves is the
  /// difference.
  std::optional<Nanodollars> cost_without_cache(const std::vector<BilledRequest>& billed,
                                                Time time) const;

  /// The row in force at `time`: the last of the model's that has begun. Null where there is none.
  const PriceRow* find(std::string_view model, Time time) const;
  const Content& content() const { return content_; }

 private:
  Content content_;
};

}  // namespace coditect::providers
