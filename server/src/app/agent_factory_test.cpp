#include "app/agent_factory.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

using providers::ProviderKind;

class AgentFactoryTest : public testing::Test {
 protected:
  Result<agents::AgentDefinition> make(std::vector<AgentConfig> all,
                                       const Environment::Variables& variables = {},
                                       Config::Providers providers = Config::Providers::kReal) {
    const Environment environment(variables);
    AgentFactory factory({providers,
                          environment,
                          clock_,
                          random_,
                          gates_,
                          [this] {
                            ++simulators_;
                            return Result<std::string>("http://127.0.0.1:1");
                          },
                          {},
                          keys_});
    auto made = factory.make(all[0], all);
    notices_ = factory.notices();
    return made;
  }
  static AgentConfig claude(std::vector<std::string> fallback) {
    AgentConfig config{"claude", "anthropic", "model-1"};
    config.fallback = std::move(fallback);
    return config;
  }

  SystemClock clock_;
  SystemRandom random_;
  providers::KeyGates gates_{clock_};
  std::map<ProviderKind, std::string> keys_;
  int simulators_ = 0;
  std::vector<std::string> notices_;
};

TEST_F(AgentFactoryTest, WithAKeyForEachModel) {
  const auto agent =
      make({claude({"openai:model-2", "kimi"}), {"kimi", "moonshot", "model-3"}},
           {{"ANTHROPIC_API_KEY", "a"}, {"OPENAI_API_KEY", "b"}, {"MOONSHOT_API_KEY", "c"}});
  ASSERT_TRUE(agent.ok()) << agent.error().message;
  EXPECT_EQ(agent->provider->kind(), ProviderKind::kAnthropic);
  EXPECT_FALSE(agent->simulated);
  ASSERT_EQ(agent->fallbacks.size(), 2u);
  EXPECT_EQ(agent->fallbacks[0].model, "model-2");
  EXPECT_EQ(agent->fallbacks[0].provider->kind(), ProviderKind::kOpenAi);
  EXPECT_EQ(agent->fallbacks[1].model, "model-3");
  EXPECT_TRUE(notices_.empty());
  EXPECT_EQ(simulators_, 0);
}

TEST_F(AgentFactoryTest, ARealAgentDoesNotGoOnWithAPlay) {
  const auto agent = make({claude({"openai:model-2", "moonshot:model-3"})},
                          {{"ANTHROPIC_API_KEY", "a"}, {"MOONSHOT_API_KEY", "c"}});
  ASSERT_TRUE(agent.ok());
  ASSERT_EQ(agent->fallbacks.size(), 1u);
  EXPECT_EQ(agent->fallbacks[0].model, "model-3");
  EXPECT_EQ(notices_,
            (std::vector<std::string>{
                "agent claude cannot go on with openai:model-2: there is no key for it"}));
  EXPECT_EQ(simulators_, 0);
}

TEST_F(AgentFactoryTest, APlayGoesOnWithAPlay) {
  const auto agent =
      make({claude({"openai:model-2"})}, {{"OPENAI_API_KEY", "b"}}, Config::Providers::kSimulated);
  ASSERT_TRUE(agent.ok());
  EXPECT_TRUE(agent->simulated);
  ASSERT_EQ(agent->fallbacks.size(), 1u);
  EXPECT_TRUE(agent->fallbacks[0].simulated);
}

TEST_F(AgentFactoryTest, AgentsWithTheSameKeyShareItsGate) {
  const Environment::Variables variables{{"ANTHROPIC_API_KEY", "a"}, {"OTHER_KEY", "b"}};
  AgentConfig other = claude({});
  other.api_key_env = "OTHER_KEY";
  const auto first = make({claude({})}, variables);
  const auto second = make({{"second", "anthropic", "model-2"}}, variables);
  ASSERT_TRUE(first.ok() && second.ok());
  EXPECT_EQ(gates_.status().size(), 1u);
  const auto third = make({other}, variables);
  ASSERT_TRUE(third.ok());
  EXPECT_EQ(gates_.status().size(), 2u);
}

TEST_F(AgentFactoryTest, AKeyThatAPersonHasSetCountsBeforeTheVariable) {
  keys_ = {{ProviderKind::kAnthropic, "set"}, {ProviderKind::kOpenAi, "set"}};
  AgentConfig own = claude({});
  own.api_key_env = "OTHER_KEY";
  const auto simulated = [&](const AgentConfig& config, const Environment::Variables& variables) {
    const auto agent = make({config}, variables);
    EXPECT_TRUE(agent.ok());
    return agent.ok() && agent->simulated;
  };
  EXPECT_FALSE(simulated(claude({}), {}));
  EXPECT_TRUE(simulated(own, {})) << "its configuration names a variable, which is not set";
  EXPECT_FALSE(simulated(own, {{"OTHER_KEY", "b"}}));
  EXPECT_TRUE(simulated({"kimi", "moonshot", "model-3"}, {})) << "another vendor's";
  // The gate is the set key's: the same one with the variable as without it.
  const auto without = make({claude({})});
  const auto with = make({claude({})}, {{"ANTHROPIC_API_KEY", "a"}});
  ASSERT_TRUE(without.ok() && with.ok());
  EXPECT_EQ(gates_.status().size(), 1u);
}

TEST_F(AgentFactoryTest, RefusesWhatCannotBeUsed) {
  AgentConfig nowhere = claude({});
  nowhere.base_url = "ftp://somewhere";
  const auto agent = make({nowhere});
  ASSERT_FALSE(agent.ok());
  EXPECT_TRUE(agent.error().message.starts_with("agent claude: ")) << agent.error().message;
}

}  // namespace
}  // namespace coditect::app
