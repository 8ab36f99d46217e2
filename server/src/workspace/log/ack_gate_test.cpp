#include "workspace/log/event_log_test_support.h"
#include "workspace/log/manual_gate.h"

namespace coditect::workspace {
namespace {

class AckGateTest : public EventLogFixture {
 public:
  ~AckGateTest() override { crash(); }

  EventDraft draft() { return {"note", "user:ann", {}, {}, {}}; }
  /// Resumes once the journal has the events and their completions have run.
  awaitable<void> on_disk(Sequence count) {
    while (journal_->stats().records < count) co_await turn();
    for (int i = 0; i < 3; ++i) co_await turn();
  }
  awaitable<void> turn() {
    asio::steady_timer timer(strand_, std::chrono::milliseconds(1));
    co_await timer.async_wait(asio::use_awaitable);
  }

  ManualGate gate_;
};

TEST_F(AckGateTest, AReplicatedEventIsShownOnceItIsOffTheMachine) {
  open({&gate_, Durability::kReplicated});
  play([](AckGateTest& test) -> awaitable<void> {
    (void)test.log_->append(test.draft());
    (void)test.log_->append(test.draft());
    co_await test.on_disk(2);
    EXPECT_EQ(test.log_->durable_head(), 0U);
    EXPECT_TRUE((co_await test.log_->read(1, 10))->empty());
    EXPECT_GT(test.gate_.hurries(), 0);
    test.gate_.ship(1);
    EXPECT_TRUE(co_await test.log_->durable(1));
    EXPECT_EQ(test.log_->durable_head(), 1U);
    test.gate_.ship(2);
    EXPECT_TRUE(co_await test.log_->durable(2));
    EXPECT_TRUE(co_await test.log_->close());
  }(*this));
  EXPECT_EQ(gate_.listeners(), 0U);
}

TEST_F(AckGateTest, ALocalEventDoesNotWaitForTheStore) {
  open({&gate_, Durability::kLocal});
  play([](AckGateTest& test) -> awaitable<void> {
    EXPECT_TRUE(co_await test.log_->record(test.draft()));
    EXPECT_TRUE(co_await test.log_->close());
  }(*this));
}

TEST_F(AckGateTest, NothingIsAcknowledgedWhileTheNodeMayNotSpeak) {
  open({&gate_, Durability::kLocal});
  play([](AckGateTest& test) -> awaitable<void> {
    test.gate_.set_open(false);
    (void)test.log_->append(test.draft());
    co_await test.on_disk(1);
    EXPECT_EQ(test.log_->durable_head(), 0U);
    EXPECT_TRUE((co_await test.log_->read(1, 10))->empty());
    test.gate_.set_open(true);
    EXPECT_TRUE(co_await test.log_->durable(1));
    EXPECT_TRUE(co_await test.log_->close());
  }(*this));
}

TEST_F(AckGateTest, WhatWasNotAcknowledgedKeepsItsPlace) {
  open({&gate_, Durability::kReplicated});
  play([](AckGateTest& test) -> awaitable<void> {
    (void)test.log_->append(test.draft());
    co_await test.on_disk(1);
    test.gate_.set_open(false);
    EXPECT_FALSE(co_await test.log_->close());  // it says that the event was not acknowledged
  }(*this));
  auto archive = archive::Archive::open(sessions());
  ASSERT_TRUE(archive) << archive.error().message;
  EXPECT_EQ(archive->head().seq, 1U);
}

}  // namespace
}  // namespace coditect::workspace
