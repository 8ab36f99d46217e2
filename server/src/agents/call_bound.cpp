#include "agents/call_bound.h"

#include <algorithm>
#include <string_view>

#include "base/check.h"
#include "providers/prices/cost.h"

namespace coditect::agents {

namespace {

/// The standard tier, and the dearest that a vendor's project settings can make the default one.
constexpr std::string_view kTiers[] = {"", "priority"};

}  // namespace

std::optional<Nanodollars> most(const AgentModel& model, const CallSize& size,
                                const providers::PriceBook& prices, Time time) {
  using providers::Usage;
  // A price is linear in how a prompt is split, so one of the extremes is the dearest. Tiers by a
  // prompt's length look at the whole of it.
  Usage kinds[3];
  kinds[0].input = kinds[1].cache_write_short = kinds[2].cache_write_long = size.prompt_tokens;
  std::optional<Nanodollars> dearest;
  for (Usage& usage : kinds) {
    usage.output = size.output_tokens;
    if (!providers::cost(model.model, usage, "", time, prices)) return std::nullopt;
    for (const std::string_view tier : kTiers) {
      dearest = std::max(dearest, providers::cost(model.model, usage, tier, time, prices));
    }
  }
  return dearest;
}

std::optional<CallSize> affordable(const AgentModel& model, const CallSize& wanted,
                                   Nanodollars left, const providers::PriceBook& prices,
                                   Time time) {
  const auto fits = [&](std::int64_t output_tokens) {
    const auto cost = most(model, {wanted.prompt_tokens, output_tokens}, prices, time);
    check(cost.has_value(), "only what has a price is affordable or not");
    return *cost <= left;
  };
  if (fits(wanted.output_tokens)) return wanted;
  std::int64_t enough = std::min(kOutputTokensMin, wanted.output_tokens);
  if (!fits(enough)) return std::nullopt;
  for (std::int64_t beyond = wanted.output_tokens; beyond - enough > 1;) {
    const std::int64_t middle = enough + (beyond - enough) / 2;
    (fits(middle) ? enough : beyond) = middle;
  }
  return CallSize{wanted.prompt_tokens, enough};
}

}  // namespace coditect::agents
