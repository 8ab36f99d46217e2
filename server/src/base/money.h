#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace coditect {

/// Money in billionths of a dollar: sums are exact.
using Nanodollars = std::int64_t;

/// A billion dollars: sums of a few of these do not overflow.
inline constexpr Nanodollars kMoneyMax = 1'000'000'000'000'000'000;

/// The sum, at most kMoneyMax, of two amounts that are at most that.
Nanodollars capped_sum(Nanodollars a, Nanodollars b);

/// Dollars as events and clients have them. Amounts below four million dollars come back from
/// from_usd() as they were.
double to_usd(Nanodollars amount);
/// Nothing for what is no amount of money: below zero, above kMoneyMax, or not a number.
std::optional<Nanodollars> from_usd(double usd);

/// "$12.3456", for people.
std::string usd_text(Nanodollars amount);

}  // namespace coditect
