#include "agents/agent_directory.h"

#include "agents/agent_loop_test_support.h"
#include "agents/prompt.h"

namespace coditect::agents {
namespace {

TEST(AgentDirectory, KnowsItsAgentsInTheOrderOfTheConfiguration) {
  const auto provider = std::make_shared<ScriptedProvider>();
  const AgentDirectory directory(
      {{"kimi", "model-2", provider, true}, {"claude", "model-1", provider, false}});
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"kimi", "claude"}));
  ASSERT_NE(directory.find("claude"), nullptr);
  EXPECT_EQ(directory.find("claude")->model, "model-1");
  for (const char* unknown : {"", "Claude", "claude ", "all", "auto"}) {
    EXPECT_EQ(directory.find(unknown), nullptr) << unknown;
  }
  EXPECT_TRUE(AgentDirectory({}).names().empty());
}

TEST(Prompt, IsTheSameForEveryTaskOfAnAgentSoThatVendorsCacheIt) {
  EXPECT_EQ(system_prompt("claude", {}), system_prompt("claude", {}));
  EXPECT_NE(system_prompt("claude", {}), system_prompt("kimi", {}));
  EXPECT_NE(system_prompt("claude", {}).find("claude"), std::string::npos);
}

TEST(Prompt, EndsWithWhatIsAsked) {
  const Assignment assignment{TaskId("t_1"), "claude", "mend the roof", 1};
  const std::string prompt = task_prompt(assignment, "kimi works on the door");
  EXPECT_NE(prompt.find("kimi works on the door"), std::string::npos);
  EXPECT_TRUE(prompt.ends_with("mend the roof")) << prompt;
}

}  // namespace
}  // namespace coditect::agents
