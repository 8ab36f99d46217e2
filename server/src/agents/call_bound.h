#pragma once

#include <cstdint>
#include <optional>

#include "agents/agent_host.h"
#include "base/clock.h"
#include "base/money.h"
#include "providers/prices/price_book.h"

namespace coditect::agents {

/// With fewer tokens to answer with, a model that thinks is cut off before it has said anything.
inline constexpr std::int64_t kOutputTokensMin = 2'048;

/// The most that one request of this size can cost at `time`, whatever is in the vendor's cache or
/// goes into it, and on whichever service tier the vendor may put it unasked. Nothing where the
/// model has no price.
std::optional<Nanodollars> most(const AgentModel& model, const CallSize& size,
                                const providers::PriceBook& prices, Time time);

/// `wanted` with as many output tokens as `left` pays for, at least kOutputTokensMin or as few as
/// are wanted. Nothing where `left` is not enough for these. The model has a price.
std::optional<CallSize> affordable(const AgentModel& model, const CallSize& wanted,
                                   Nanodollars left, const providers::PriceBook& prices, Time time);

}  // namespace coditect::agents
