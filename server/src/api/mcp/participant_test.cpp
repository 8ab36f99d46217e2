#include "api/mcp/participant.h"

#include <gtest/gtest.h>

namespace coditect::api {
namespace {

agents::AgentDirectory directory() {
  std::vector<agents::AgentDefinition> agents(1);
  agents[0].name = "claude";
  return agents::AgentDirectory(std::move(agents));
}

TEST(Participant, IsNamedAfterItsClient) {
  const std::pair<const char*, const char*> cases[] = {
      {"claude-code", "claude-code"},
      {"Gemini CLI", "gemini-cli"},
      {"  --x--  ", "x"},
      {"a:b/c", "a-b-c"},
      {"", "mcp-client"},
      {"\xe4\xb8\x96", "mcp-client"},
      {"claude", "claude-mcp"},
      {"Claude", "claude-mcp"},
      {"system", "system-mcp"},
      {"all", "all-mcp"},
      {"0123456789012345678901234567890123456789xyz", "0123456789012345678901234567890123456789"},
  };
  for (const auto& [client, expected] : cases) {
    const auto name = participant_name({}, client, directory());
    ASSERT_TRUE(name) << client;
    EXPECT_EQ(*name, expected) << client;
  }
}

TEST(Participant, AnAddressGivesItAnotherName) {
  EXPECT_EQ(*participant_name({"ws_1", "reviewer"}, "claude-code", directory()), "reviewer");
  for (const char* name : {"claude", "Reviewer", "a b", "all", "user:ann"}) {
    EXPECT_FALSE(participant_name({"ws_1", name}, "x", directory())) << name;
  }
}

}  // namespace
}  // namespace coditect::api
