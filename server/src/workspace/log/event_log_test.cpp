#include "workspace/log/event_log.h"

#include "base/random.h"
#include "base/sha256.h"
#include "workspace/log/event_log_test_support.h"

namespace coditect::workspace {
namespace {

EventDraft draft(std::string text) {
  return {"agent_message", "user:ann", {}, {}, {{"text", std::move(text)}}};
}

class EventLogTest : public EventLogFixture {
 public:
  EventLogTest() { open(); }

  awaitable<void> record(std::string text) {
    const auto recorded = co_await log_->record(draft(std::move(text)));
    EXPECT_TRUE(recorded) << recorded.error().message;
  }
  awaitable<void> record_many(int count, std::size_t bytes) {
    for (int i = 0; i < count; ++i) (void)log_->append(draft(std::string(bytes, 'x')));
    EXPECT_TRUE(co_await log_->durable(log_->head()));
  }
  static void expect_chain(const std::vector<std::string>& lines) {
    archive::Head head;
    for (const std::string& line : lines) {
      auto next = archive::follow(head, line);
      ASSERT_TRUE(next) << next.error().message;
      head = *next;
    }
  }
};

TEST_F(EventLogTest, GivesEveryEventItsPlaceInAChain) {
  play([](EventLogTest& test) -> awaitable<void> {
    co_await test.record("one");
    test.log_->set_session("s_1");
    (void)test.log_->append(draft("two"));
    EventDraft own = draft("three");
    own.session = "s_own";
    own.task = "t_1";
    const auto third = co_await test.log_->record(std::move(own));
    EXPECT_EQ(*third, 3u);
    const auto lines = co_await test.read_all();
    EXPECT_EQ(lines.size(), 3u);
    expect_chain(lines);
    EXPECT_EQ(test.log_->head_hash(), sha256_hex(lines.back()));
  }(*this));
  ASSERT_EQ(applied_.size(), 3u);
  EXPECT_EQ(applied_[0].session, "");
  EXPECT_EQ(applied_[1].session, "s_1");
  EXPECT_EQ(applied_[2].session, "s_own");
  EXPECT_EQ(applied_[2].task, "t_1");
  EXPECT_EQ(applied_[2].ts, clock_.now());
}

TEST_F(EventLogTest, ShowsNothingBeforeItIsDurable) {
  play([](EventLogTest& test) -> awaitable<void> {
    (void)test.log_->append(draft("one"));
    EXPECT_EQ(test.applied_.size(), 1u);
    EXPECT_EQ(test.log_->head(), 1u);
    EXPECT_EQ(test.log_->durable_head(), 0u);
    EXPECT_TRUE((co_await test.log_->read(1, 10))->empty());
    EXPECT_TRUE(co_await test.log_->durable(1));
    EXPECT_GE(test.journal_->stats().records, 1u);
    EXPECT_EQ((co_await test.log_->read(1, 10))->size(), 1u);
    EXPECT_EQ((co_await test.log_->read(0, 10))->size(), 1u);
    EXPECT_TRUE((co_await test.log_->read(2, 10))->empty());
  }(*this));
}

TEST_F(EventLogTest, ReadsFromMemoryAndFromTheArchiveAlike) {
  play([](EventLogTest& test) -> awaitable<void> {
    co_await test.record_many(60, 1000);
    const auto from_memory = co_await test.read_all();
    EXPECT_TRUE(co_await test.log_->flush());
    EXPECT_EQ(co_await test.read_all(), from_memory);
    EXPECT_EQ(co_await test.read_all(7), from_memory);
    co_await test.record_many(5, 1000);
    const auto all = co_await test.read_all();
    EXPECT_EQ(all.size(), 65u);
    expect_chain(all);
  }(*this));
}

TEST_F(EventLogTest, ListenersHearOfEveryProgressUntilTheyAreRemoved) {
  play([](EventLogTest& test) -> awaitable<void> {
    Sequence heard = 0;
    const auto id = test.log_->add_listener([&] { heard = test.log_->durable_head(); });
    co_await test.record("one");
    EXPECT_EQ(heard, 1u);
    test.log_->remove_listener(id);
    co_await test.record("two");
    EXPECT_EQ(heard, 1u);
    int calls = 0;
    test.log_->add_listener([&] { ++calls; });
    EXPECT_TRUE(co_await test.log_->close());
    EXPECT_GE(calls, 1);
    EXPECT_TRUE(test.log_->closed());
    test.log_.reset();
  }(*this));
}

TEST_F(EventLogTest, SettlingLetsTheJournalForget) {
  play([](EventLogTest& test) -> awaitable<void> {
    co_await test.record_many(100, 1000);
    EXPECT_EQ(test.log_->unsettled(), 100u);
    EXPECT_TRUE(co_await test.log_->flush());
    EXPECT_EQ(test.log_->unsettled(), 100u);
    const auto segments = test.journal_->stats().live_segments;
    EXPECT_GT(segments, 2u);
    EXPECT_TRUE(co_await test.log_->settle());
    EXPECT_EQ(test.log_->unsettled(), 0u);
    EXPECT_LT(test.journal_->stats().live_segments, segments);
  }(*this));
  crash();
  open();
  EXPECT_EQ(log_->head(), 100u);
}

TEST_F(EventLogTest, AfterTheJournalFailsNothingMoreIsShown) {
  play([](EventLogTest& test) -> awaitable<void> {
    co_await test.record("one");
    Sequence heard = 0;
    test.log_->add_listener([&] { heard = test.log_->durable_head(); });
    journal::MemoryDisk::Faults faults;
    faults.sync_fails_after = 0;
    test.disk_->set_faults(faults);
    for (int i = 0; i < 2; ++i) {
      const auto lost = co_await test.log_->record(draft("lost"));
      EXPECT_FALSE(lost);
      EXPECT_TRUE(test.log_->failed());
    }
    EXPECT_TRUE(co_await test.log_->durable(1));
    EXPECT_EQ(test.log_->durable_head(), 1u);
    EXPECT_EQ(heard, 1u);
    EXPECT_EQ((co_await test.log_->read(1, 10))->size(), 1u);
    EXPECT_TRUE((co_await test.log_->read(2, 10))->empty());
    EXPECT_TRUE(co_await test.log_->flush());
    EXPECT_FALSE(co_await test.log_->close());
    test.log_.reset();
  }(*this));
  const auto archive = archive::Archive::open(sessions());
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->head().seq, 1u);
}

TEST_F(EventLogTest, ACrashLosesNothingThatWasAcknowledged) {
  SeededRandom random(7);
  std::vector<std::string> acknowledged;
  for (int round = 0; round < 20; ++round) {
    journal::MemoryDisk::Faults faults;
    faults.power_fails_after = random.below(40);
    disk_->set_faults(faults);
    play([](EventLogTest& test, SeededRandom& dice,
            std::vector<std::string>& lines) -> awaitable<void> {
      for (int i = 0; i < 30; ++i) {
        if (!co_await test.log_->record(draft(std::to_string(i)))) break;
        if (dice.below(8) == 0) EXPECT_TRUE(co_await test.log_->flush());
        if (dice.below(16) == 0) EXPECT_TRUE(co_await test.log_->settle());
      }
      lines = co_await test.read_all();
    }(*this, random, acknowledged));
    disk_->power_loss(random);
    crash();
    open();
    ASSERT_NE(log_, nullptr) << "round " << round;
    ASSERT_GE(log_->head(), acknowledged.size()) << "round " << round;
    play([](EventLogTest& test, const std::vector<std::string>& lines) -> awaitable<void> {
      auto found = co_await test.read_all();
      expect_chain(found);
      found.resize(lines.size());
      EXPECT_EQ(found, lines);
    }(*this, acknowledged));
  }
  EXPECT_GT(acknowledged.size(), 20u);
}

}  // namespace
}  // namespace coditect::workspace
