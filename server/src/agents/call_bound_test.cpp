#include "agents/call_bound.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <string>
#include <vector>

#include "agents/agent_loop_test_support.h"
#include "agents/prompt_bound.h"
#include "providers/prices/cost.h"

namespace coditect::agents {
namespace {

constexpr Time kNow = std::chrono::sys_days{std::chrono::year{2026} / 11 / 20};
const std::vector<std::string> kModels{"claude-opus-5-5", "claude-haiku-5-5", "gpt-6-sol",
                                       "gemini-2.5-pro", "kimi-k3.1-pro"};

class CallBoundTest : public ::testing::Test {
 protected:
  AgentModel model(std::string name) { return {provider_, std::move(name), false}; }
  ScriptedProvider provider_;
};

std::int64_t up_to(std::int64_t most) {
  return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<std::int64_t>(0, most + 1));
}

RC_GTEST_FIXTURE_PROP(CallBoundTest, NoUsageWithinTheSizeCostsMore, ()) {
  const auto tier = *rc::gen::element<std::string>("", "standard", "default", "priority", "flex");
  const AgentModel agent = model(*rc::gen::elementOf(kModels));
  const CallSize size{up_to(400'000), up_to(40'000)};
  providers::Usage usage;
  std::int64_t left = up_to(size.prompt_tokens);
  for (std::int64_t* part :
       {&usage.cached, &usage.cache_write_short, &usage.cache_write_long, &usage.input}) {
    *part = up_to(left);
    left -= *part;
  }
  usage.output = up_to(size.output_tokens);
  const auto cost = providers::cost(agent.model, usage, tier, kNow);
  if (!cost) return;  // a tier of another vendor
  const auto bound = most(agent, size, providers::built_in_prices(), kNow);
  RC_ASSERT(bound.has_value());
  RC_ASSERT(*cost <= *bound);
}

RC_GTEST_FIXTURE_PROP(CallBoundTest, WhatIsAffordableIsTheMostThatFits, ()) {
  const AgentModel agent = model(*rc::gen::elementOf(kModels));
  const CallSize wanted{up_to(20'000), up_to(40'000)};
  const Nanodollars left = up_to(1'000'000'000);
  const auto found = affordable(agent, wanted, left, providers::built_in_prices(), kNow);
  const std::int64_t least = std::min(kOutputTokensMin, wanted.output_tokens);
  if (!found) {
    RC_ASSERT(*most(agent, {wanted.prompt_tokens, least}, providers::built_in_prices(), kNow) >
              left);
    return;
  }
  RC_ASSERT(found->prompt_tokens == wanted.prompt_tokens);
  RC_ASSERT(*most(agent, *found, providers::built_in_prices(), kNow) <= left);
  RC_ASSERT(found->output_tokens >= least && found->output_tokens <= wanted.output_tokens);
  const CallSize larger{found->prompt_tokens, found->output_tokens + 1};
  RC_ASSERT(found->output_tokens == wanted.output_tokens ||
            *most(agent, larger, providers::built_in_prices(), kNow) > left);
}

TEST_F(CallBoundTest, NothingBoundsAModelWithoutAPrice) {
  const CallSize size{1'000, 1'000};
  const auto opus = most(model("claude-opus-5-5"), size, providers::built_in_prices(), kNow);
  const auto luna = most(model("gpt-6-luna"), size, providers::built_in_prices(), kNow);
  ASSERT_TRUE(opus && luna);
  EXPECT_GT(*opus, *luna);
  EXPECT_EQ(most(model("nobody-knows"), size, providers::built_in_prices(), kNow), std::nullopt);
}

TEST(PromptBound, TakesWhatTheVendorCountedAndTheRestByteByByte) {
  PromptBound bound;
  EXPECT_GE(bound.tokens(10'000), 10'000);
  bound.learn(10'000, 0);
  EXPECT_GE(bound.tokens(10'000), 10'000) << "nothing was said";
  bound.learn(10'000, 2'500);
  EXPECT_EQ(bound.tokens(10'000), 2'500);
  EXPECT_EQ(bound.tokens(10'700), 3'200);
  EXPECT_EQ(bound.tokens(9'000), 2'500);
  bound.learn(10'700, 2'700);
  EXPECT_EQ(bound.tokens(10'800), 2'800);
}

}  // namespace
}  // namespace coditect::agents
