#include "workspace/host/usage_event.h"

#include "providers/provider.h"

namespace coditect::workspace {

namespace {

json::value dollars(std::optional<Nanodollars> amount) {
  return amount ? json::value(to_usd(*amount)) : json::value(nullptr);
}

}  // namespace

json::object usage_event(const std::string& agent, const agents::AgentModel& model,
                         const std::vector<providers::BilledRequest>& billed,
                         const agents::CallEnd& end, const providers::PriceBook& prices, Time now) {
  const providers::Usage usage = providers::total(billed);
  json::object data{{"agent", agent},
                    {"provider", to_string(model.provider.kind())},
                    {"model", model.model},
                    {"input", usage.input},
                    {"cached", usage.cached},
                    {"cache_write", usage.cache_write()},
                    {"cache_write_long", usage.cache_write_long},
                    {"output", usage.output},
                    {"reasoning", usage.reasoning},
                    {"requests", billed.size()},
                    {"simulated", model.simulated}};
  // What nobody counted is not free either.
  const auto cost = billed.empty() ? std::nullopt : prices.cost(billed, now);
  const auto plain = prices.cost_without_cache(billed, now);
  data["cost_usd"] = dollars(cost);
  data["saved_usd"] = cost && plain ? dollars(*plain - *cost) : json::value(nullptr);
  if (!billed.empty()) {
    data["served_by"] = billed.back().model;
    if (!billed.back().service_tier.empty()) data["service_tier"] = billed.back().service_tier;
  }
  if (end.stop.empty()) return data;
  data["stop"] = end.stop;
  data["context"] = end.context_tokens;
  if (!end.stop_detail.empty()) data["stop_detail"] = end.stop_detail;
  return data;
}

}  // namespace coditect::workspace
