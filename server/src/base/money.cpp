#include "base/money.h"

#include <algorithm>
#include <cmath>

namespace coditect {

namespace {

constexpr double kNanosADollar = 1e9;

}  // namespace

Nanodollars capped_sum(Nanodollars a, Nanodollars b) { return std::min(kMoneyMax, a + b); }

// A quotient is the double nearest to the decimal, which a product with 1e-9 need not be.
double to_usd(Nanodollars amount) { return static_cast<double>(amount) / kNanosADollar; }

std::optional<Nanodollars> from_usd(double usd) {
  const double nanos = std::round(usd * kNanosADollar);
  if (!(nanos >= 0 && nanos <= static_cast<double>(kMoneyMax))) return std::nullopt;
  return static_cast<Nanodollars>(nanos);
}

std::string usd_text(Nanodollars amount) {
  constexpr Nanodollars kUnit = 100'000;  // a ten-thousandth of a dollar
  constexpr Nanodollars kUnits = 10'000;
  const Nanodollars units = (amount + kUnit / 2) / kUnit;
  const std::string fraction = std::to_string(kUnits + units % kUnits).substr(1);
  return "$" + std::to_string(units / kUnits) + "." + fraction;
}

}  // namespace coditect
