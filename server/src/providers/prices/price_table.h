#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

/// What models cost, as data: price_table.cpp holds nothing else.
namespace coditect::providers {

/// Nanodollars per token, which are thousandths of a dollar per million tokens: 75 is $0.075.
struct Rates {
  std::int64_t input = 0;
  std::int64_t output = 0;
  std::int64_t cached = 0;
  std::int64_t cache_write_short = 0;
  std::int64_t cache_write_long = 0;
};

/// One model's rates from a day on, until the next row of the same model.
///
/// Invariants: rows of one model stand together, in the order of their days.
struct PriceRow {
  std::string_view model;  ///< as the vendor names it, without the date of a snapshot
  std::chrono::sys_days from;
  Rates rates;
  std::int64_t long_prompt_over = 0;  ///< tokens; above it `long_rates` hold for the whole request
  Rates long_rates = {};
};

/// A service tier's share of the standard price.
struct TierRow {
  std::string_view model_prefix;
  std::string_view tier;
  std::int64_t percent = 100;
};

std::span<const PriceRow> price_rows();
std::span<const TierRow> tier_rows();

}  // namespace coditect::providers
