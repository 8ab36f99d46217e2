#include "app/approval_config.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

Result<ApprovalConfig> read(std::string_view text) {
  ApprovalConfig config;
  TRY_VOID(take_approvals("coditect.toml", toml::parse(text), config));
  return config;
}

TEST(ApprovalConfig, TakesAWebhookThatIsSafe) {
  for (const char* url : {"https://hooks.example/a/b", "http://127.0.0.1:8080/x",
                          "http://localhost", "http://[::1]:1"}) {
    const auto config = read("webhook = \"" + std::string(url) + "\"");
    ASSERT_TRUE(config) << url << ": " << config.error().message;
    EXPECT_EQ(config->webhook, url);
  }
  EXPECT_EQ(read("studio = \"https://studio.example\"")->studio, "https://studio.example");
  EXPECT_EQ(read("")->webhook, "");
}

TEST(ApprovalConfig, RefusesOthersWithTheLine) {
  for (const char* line :
       {"webhook = \"http://hooks.example/\"", "webhook = \"http://10.0.0.1/\"",
        "webhook = \"https://user@hooks.example/\"", "webhook = \"https://a.example/?token=x\"",
        "webhook = \"ftp://a.example\"", "webhook = 1", "studio = \"studio\"", "hook = \"x\""}) {
    const auto config = read(line);
    ASSERT_FALSE(config) << line;
    EXPECT_TRUE(config.error().message.contains("coditect.toml:1")) << line;
  }
}

}  // namespace
}  // namespace coditect::app
