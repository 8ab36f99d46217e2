#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "providers/usage.h"

namespace coditect::providers {

/// Money in billionths of a dollar.
using Nanodollars = std::int64_t;

/// What one request costs at `time`. Nothing, never zero, for a model or a service tier without a
/// price. `model` may carry the date of a snapshot ("-20250929", "-2026-04-23"); an empty tier is
/// the standard one. `usage` is of one request: tiers by prompt length look at its prompt.
std::optional<Nanodollars> cost(std::string_view model, const Usage& usage,
                                std::string_view service_tier, Time time);

/// The sum over what a call was billed for; nothing where one part has no price.
std::optional<Nanodollars> cost(const std::vector<BilledRequest>& billed, Time time);

}  // namespace coditect::providers
