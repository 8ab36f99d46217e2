#include "workspace/host/usage_event.h"

#include <gtest/gtest.h>

#include "providers/prices/cost.h"
#include "providers/provider.h"

namespace coditect::workspace {
namespace {

class NoProvider final : public providers::Provider {
 public:
  providers::ProviderKind kind() const override { return providers::ProviderKind::kAnthropic; }
  awaitable<providers::ProviderResult<providers::ModelAnswer>> call(providers::ModelRequest,
                                                                    providers::StreamListener&,
                                                                    std::stop_token) override {
    co_return providers::provider_error(providers::ProviderError::Kind::kServer, "nobody");
  }
};

constexpr Time kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};

json::object event_of(const std::vector<providers::BilledRequest>& billed,
                      const agents::CallEnd& end) {
  NoProvider provider;
  const agents::AgentModel model{provider, "claude-opus-5-5"};
  return usage_event("claude", model, billed, end, providers::built_in_prices(), kNow);
}

TEST(UsageEvent, AddsUpTheRequestsOfACallAndSaysHowItEnded) {
  const providers::Usage first{.input = 100, .cached = 1000, .cache_write_long = 10, .output = 5};
  const providers::Usage second{.input = 1, .cache_write_short = 20, .output = 7, .reasoning = 3};
  const json::object data =
      event_of({{"claude-opus-5-5", "", first}, {"claude-opus-4-8", "standard", second}},
               {"refusal", "cyber", 1110});
  EXPECT_EQ(json::serialize(data),
            R"({"agent":"claude","provider":"anthropic","model":"claude-opus-5-5","input":101,)"
            R"("cached":1000,"cache_write":30,"cache_write_long":10,"output":12,"reasoning":3,)"
            R"("requests":2,"simulated":false,"cost_usd":)" +
                json::serialize(data.at("cost_usd")) + R"(,"saved_usd":)" +
                json::serialize(data.at("saved_usd")) +
                R"(,"served_by":"claude-opus-4-8","service_tier":"standard","stop":"refusal",)"
                R"("context":1110,"stop_detail":"cyber"})");
  const double first_usd = 100 * 4e-6 + 1000 * 0.2e-6 + 10 * 8e-6 + 5 * 20e-6;
  const double second_usd = 1 * 5e-6 + 20 * 6.25e-6 + 7 * 25e-6;
  EXPECT_NEAR(data.at("cost_usd").as_double(), first_usd + second_usd, 1e-12);
  const double saved = 1000 * 3.8e-6 - 10 * 4e-6 - 20 * 1.25e-6;
  EXPECT_NEAR(data.at("saved_usd").as_double(), saved, 1e-12);
}

TEST(UsageEvent, WhatHasNoPriceIsUnknownNeverFree) {
  const json::object unknown = event_of({{"nobody-knows", "", {.input = 1}}}, {"end_turn", "", 1});
  EXPECT_TRUE(unknown.at("cost_usd").is_null());
  EXPECT_TRUE(unknown.at("saved_usd").is_null());
  const json::object uncounted = event_of({}, {"end_turn", "", 0});
  EXPECT_TRUE(uncounted.at("cost_usd").is_null());
  EXPECT_EQ(uncounted.at("requests"), 0);
  EXPECT_FALSE(uncounted.contains("served_by"));
}

TEST(UsageEvent, AFailedCallHasNoStopReason) {
  const json::object data = event_of({{"claude-opus-5-5", "", {.input = 1}}}, {});
  EXPECT_FALSE(data.contains("stop"));
  EXPECT_FALSE(data.contains("context"));
}

}  // namespace
}  // namespace coditect::workspace
