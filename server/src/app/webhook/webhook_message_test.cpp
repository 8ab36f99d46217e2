#include "app/webhook/webhook_message.h"

#include <gtest/gtest.h>

namespace coditect::app {
namespace {

TEST(WebhookMessage, SaysWhatIsAskedAndWhere) {
  const Time asked{std::chrono::seconds(1'800'000'000)};
  const workspace::Question question{"a_1",
                                     WorkspaceId("w_1"),
                                     "demo",
                                     "kimi",
                                     "t_1",
                                     "run_command",
                                     "run_command make test",
                                     "the mode is ask",
                                     asked,
                                     asked + std::chrono::minutes(30)};
  const json::object message = webhook_message(question, "https://studio.example/");
  EXPECT_EQ(json::serialize(message),
            R"({"event":"approval_requested","id":"a_1","workspace":"w_1","workspace_name":"demo",)"
            R"("agent":"kimi","task":"t_1","tool":"run_command","summary":"run_command make test",)"
            R"("why":"the mode is ask","requested_at":"2027-01-15T08:00:00.000000Z",)"
            R"("expires_at":"2027-01-15T08:30:00.000000Z",)"
            R"("link":"https://studio.example/#/workspaces/w_1"})");
}

TEST(WebhookMessage, IsBounded) {
  workspace::Question question;
  question.summary = std::string(100'000, 'x');
  question.why = std::string(300, '\xc3') + std::string(100'000, '\xa4');
  question.workspace_name = std::string(100'000, 'y');
  EXPECT_LT(json::serialize(webhook_message(question, "")).size(), 8'000u);
}

TEST(WebhookMessage, IsSignedAsOthersCanCheck) {
  // RFC 4231, test case 2.
  EXPECT_EQ(webhook_signature("Jefe", "what do ya want for nothing?"),
            "sha256=5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace coditect::app
