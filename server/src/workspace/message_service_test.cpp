#include "workspace/message_service.h"

#include "base/limits.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

class MessageServiceTest : public WorkspaceFixture {
 public:
  MessageServiceTest() { create(); }
  awaitable<Errc> refusal(std::vector<std::string> to, std::string text) {
    const Sequence head = workspace_->log().head();
    const auto refused = co_await workspace_->messages().send(
        kAnn, MessageService::Draft{std::move(to), std::move(text)});
    EXPECT_FALSE(refused);
    EXPECT_EQ(workspace_->log().head(), head) << "nobody was told";
    co_return refused ? Errc::kInternal : refused.error().code;
  }
};

TEST_F(MessageServiceTest, EachAgentAddressedGetsATask) {
  play([](MessageServiceTest& test) -> awaitable<void> {
    MessageService& messages = test.workspace_->messages();
    const auto sent = co_await messages.send(kAnn, MessageService::Draft{{"claude"}, "hello"});
    EXPECT_TRUE(sent && sent->tasks.size() == 1);
    EXPECT_LE(sent->seq, test.workspace_->log().durable_head());
    const auto all = co_await messages.send(kBob, MessageService::Draft{{"all"}, "hello all"});
    EXPECT_TRUE(all && all->tasks.size() == 2);
    EXPECT_NE(sent->id, all->id);
    for (const TaskId& id : sent->tasks) co_await test.until_finished(id);
    for (const TaskId& id : all->tasks) co_await test.until_finished(id);
    const auto events = co_await test.events(sent->seq);
    EXPECT_EQ(events.front().type, "agent_message");
    EXPECT_EQ(*find_string(events.front().data, "kind"), "chat");
    EXPECT_EQ(*find_string(events.front().data, "from"), "user:ann");
    EXPECT_EQ(events[1].type, "task_queued");
  }(*this));
}

TEST_F(MessageServiceTest, RefusesWhomNobodyKnowsAndWhatIsTooLong) {
  play([](MessageServiceTest& test) -> awaitable<void> {
    EXPECT_EQ(co_await test.refusal({"nobody"}, "hello"), Errc::kNotFound);
    EXPECT_EQ(co_await test.refusal({"claude", "nobody"}, "hello"), Errc::kNotFound);
    EXPECT_EQ(co_await test.refusal({"all", "claude"}, "hello"), Errc::kNotFound);
    EXPECT_EQ(co_await test.refusal({""}, "hello"), Errc::kNotFound);
    EXPECT_EQ(co_await test.refusal({"claude"}, std::string(limits::kPromptBytesMax + 1, 'x')),
              Errc::kLimit);
  }(*this));
  EXPECT_TRUE(claude_->asked.empty());
}

}  // namespace
}  // namespace coditect::workspace
