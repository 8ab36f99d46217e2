#include "app/agent_config.h"

#include <gtest/gtest.h>

#include "app/config.h"
#include "storage/archive/archive_test_support.h"

namespace coditect::app {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Result<Config> load(const std::string& text) {
  const archive::TemporaryFolder folder;
  archive::overwrite(folder.path() / "coditect.toml", text);
  Config config;
  TRY_VOID(load_config(folder.path() / "coditect.toml", config));
  return config;
}

const std::string kClaude =
    "[agents.claude]\nprovider = \"anthropic\"\nmodel = \"claude-opus-5-5\"\n";
const std::string kLocal =
    "[agents.local]\nprovider = \"openai-compatible\"\nmodel = \"m\"\n"
    "base_url = \"http://127.0.0.1:1/v1\"\napi_key_env = \"LOCAL_KEY\"\n";

TEST(AgentConfig, ReadsWhatItGoesOnWithAndHowLongItWaits) {
  const auto config = load(kClaude +
                           "fallback = [\"openai:gpt-6-sol\", \"local\"]\nattempts = 2\n"
                           "connect_timeout_s = 3\nfirst_byte_timeout_s = 1.5\n"
                           "silence_timeout_s = 0.25\n" +
                           kLocal);
  ASSERT_TRUE(config.ok()) << config.error().message;
  ASSERT_EQ(config->agents.size(), 2u);
  const AgentConfig& agent = config->agents[0];
  EXPECT_EQ(agent.fallback, (std::vector<std::string>{"openai:gpt-6-sol", "local"}));
  EXPECT_EQ(agent.attempts, 2);
  EXPECT_EQ(agent.connect_timeout, seconds{3});
  EXPECT_EQ(agent.first_byte_timeout, milliseconds{1500});
  EXPECT_EQ(agent.silence_timeout, milliseconds{250});
  EXPECT_EQ(config->agents[1].attempts, std::nullopt);
}

TEST(AgentConfig, AFallbackIsAnotherAgentOrAnotherModel) {
  const auto config = load(kClaude + "attempts = 2\n" + kLocal);
  ASSERT_TRUE(config.ok());
  const std::vector<AgentConfig>& all = config->agents;
  const auto agent = resolve_fallback(all[0], "local", all);
  ASSERT_TRUE(agent.ok());
  EXPECT_EQ(agent->name, "claude");
  EXPECT_EQ(agent->base_url, "http://127.0.0.1:1/v1");
  EXPECT_EQ(agent->api_key_env, "LOCAL_KEY");
  const auto model = resolve_fallback(all[1], "openai-compatible:llama:8b", all);
  ASSERT_TRUE(model.ok());
  EXPECT_EQ(model->model, "llama:8b");
  EXPECT_EQ(model->base_url, "http://127.0.0.1:1/v1") << "the same server, another model";
  const auto vendor = resolve_fallback(all[1], "gemini:gemini-4-argon", all);
  ASSERT_TRUE(vendor.ok());
  EXPECT_EQ(vendor->base_url, "");
  EXPECT_EQ(vendor->api_key_env, "");
}

TEST(AgentConfig, ARoleIsWhatPeopleCallAnAgentFor) {
  const auto config = load(kClaude + "role = \"reviewer\"\n" + kLocal);
  ASSERT_TRUE(config.ok()) << config.error().message;
  EXPECT_EQ(config->agents[0].role, "reviewer");
  EXPECT_EQ(config->agents[1].role, "");
}

TEST(AgentConfig, RefusesWithTheLine) {
  const struct {
    const char* name;
    std::string line;
    const char* says;
  } cases[] = {
      {"itself", "fallback = [\"claude\"]", "neither another agent's name nor PROVIDER:MODEL"},
      {"nobody", "fallback = [\"codex\"]", "neither another agent's name nor PROVIDER:MODEL"},
      {"no provider", "fallback = [\"acme:x\"]", "not PROVIDER:MODEL"},
      {"no model", "fallback = [\"openai:\"]", "not PROVIDER:MODEL"},
      {"no array", "fallback = \"openai:gpt\"", "not an array of strings"},
      {"no strings", "fallback = [1]", "not an array of strings"},
      {"no attempt", "attempts = 0", "'attempts' is no whole number"},
      {"half an attempt", "attempts = 1.5", "'attempts' is no whole number"},
      {"no time", "silence_timeout_s = 0", "'silence_timeout_s' is no number of seconds"},
      {"words", "first_byte_timeout_s = \"3s\"", "'first_byte_timeout_s' is no number of seconds"},
      {"a day", "connect_timeout_s = 86400", "'connect_timeout_s' is no number of seconds"},
      {"not a number", "connect_timeout_s = nan", "'connect_timeout_s' is no number of seconds"},
      {"no word", "role = \"the reviewer\"", "'the reviewer' is no role"},
      {"everybody", "role = \"all\"", "'all' is no role"},
      {"empty", "role = \"\"", "'' is no role"},
      {"a name", "role = \"claude\"", "the role 'claude' is an agent's name already"},
      {"misspelt", "silence_timeout = 3", "'silence_timeout' is not known here"},
  };
  for (const auto& test : cases) {
    const auto config = load(kClaude + test.line + "\n");
    ASSERT_FALSE(config.ok()) << test.name;
    EXPECT_EQ(config.error().code, Errc::kInvalid) << test.name;
    EXPECT_TRUE(config.error().message.contains(test.says)) << config.error().message;
    EXPECT_TRUE(config.error().message.contains("coditect.toml:")) << config.error().message;
  }
}

}  // namespace
}  // namespace coditect::app
