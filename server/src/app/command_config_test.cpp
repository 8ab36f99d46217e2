#include "app/command_config.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

Result<tools::CommandLimits> read(std::string_view text) {
  tools::CommandLimits limits;
  tools::AllowList network;
  TRY_VOID(take_commands("coditect.toml", toml::parse(text), limits, network));
  return limits;
}

TEST(CommandConfig, SetsWhatItNamesAndNothingElse) {
  const auto limits = read("memory_mb = 256\nprocesses = 100\ncores = 1\nwritten_mb = 64");
  ASSERT_TRUE(limits) << limits.error().message;
  EXPECT_EQ(limits->memory_bytes, 256u << 20);
  EXPECT_EQ(limits->processes, 100u);
  EXPECT_EQ(limits->cores, 1);
  EXPECT_EQ(limits->written_bytes, 64u << 20);
  EXPECT_EQ(limits->project_bytes, limits::kProjectBytesMax);
  EXPECT_EQ(limits->time, limits::kCommandTimeDefault);
}

TEST(CommandConfig, ListsTheHostsThatCommandsReach) {
  tools::CommandLimits limits;
  tools::AllowList network;
  const std::string_view text = "network = [\"registry.example\", \"*.example.org:443\"]";
  ASSERT_TRUE(take_commands("coditect.toml", toml::parse(text), limits, network));
  EXPECT_EQ(network.text(), "registry.example, *.example.org:443");
  ASSERT_TRUE(take_commands("coditect.toml", toml::parse(""), limits, network));
  EXPECT_TRUE(network.empty());
}

TEST(CommandConfig, RefusesWithTheLine) {
  const char* cases[] = {"memory_mb = 1",     "memory_mb = \"much\"", "processes = 0",
                         "cores = 0.5",       "written_mb = -1",      "project_mb = 0",
                         "written_bytes = 1", "cores = 1000000",      "network = \"a.example\"",
                         "network = [443]",   "network = [\"*\"]",    "network = [\"https://a\"]"};
  for (const char* text : cases) {
    const auto limits = read(text);
    ASSERT_FALSE(limits) << text;
    EXPECT_EQ(limits.error().code, Errc::kInvalid) << text;
    EXPECT_NE(limits.error().message.find("coditect.toml:1"), std::string::npos) << text;
  }
}

}  // namespace
}  // namespace coditect::app
