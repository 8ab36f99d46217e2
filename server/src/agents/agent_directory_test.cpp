#include "agents/agent_directory.h"

#include <gtest/gtest.h>

namespace coditect::agents {
namespace {

std::vector<AgentDefinition> two(bool simulated) {
  return {{"claude", "m", nullptr, simulated}, {"kimi", "m", nullptr, true}};
}

TEST(AgentDirectory, WhatWasTakenStaysAsItWas) {
  AgentDirectory directory(two(true));
  const auto before = directory.agents();
  const auto claude = directory.find("claude");
  directory.replace(two(false));
  EXPECT_TRUE(claude->simulated);
  EXPECT_TRUE(before->front().simulated);
  EXPECT_FALSE(directory.find("claude")->simulated);
  EXPECT_EQ(directory.find("nobody"), nullptr);
  EXPECT_EQ(directory.names(), (std::vector<std::string>{"claude", "kimi"}));
}

TEST(AgentDirectory, ADefinitionGoesWhenNobodyHasIt) {
  AgentDirectory directory(two(true));
  const std::weak_ptr<const AgentDefinition> old = directory.find("claude");
  EXPECT_FALSE(old.expired());
  directory.replace(two(false));
  EXPECT_TRUE(old.expired());
}

}  // namespace
}  // namespace coditect::agents
