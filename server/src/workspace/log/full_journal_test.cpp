#include "storage/archive/archive_reader.h"
#include "workspace/log/event_log_test_support.h"
#include "workspace/log/gated_disk.h"

namespace coditect::workspace {
namespace {

EventDraft draft(std::size_t bytes) {
  return {"agent_message", "user:ann", {}, {}, {{"text", std::string(bytes, 'x')}}};
}

/// A journal whose disk stands still, and that takes 8 KB until it moves again.
class FullJournalTest : public EventLogFixture {
 public:
  FullJournalTest() { open(); }
  ~FullJournalTest() override { gate_->open_gate(); }

  journal::Journal::Options journal_options() override {
    journal::Journal::Options options = journal::small_options(disk_);
    options.disk = gate_;
    options.queue_bytes_max = 8u << 10;
    return options;
  }
  /// Appends until commands are refused.
  void fill() {
    gate_->shut();
    for (int i = 0; i < 100 && log_->admit(); ++i) (void)log_->append(draft(500));
    EXPECT_FALSE(log_->admit());
  }
  void expect_chain(const std::vector<std::string>& lines) const {
    archive::Head head;
    for (const std::string& line : lines) {
      auto next = archive::follow(head, line);
      ASSERT_TRUE(next) << next.error().message;
      head = *next;
    }
  }

  std::shared_ptr<GatedDisk> gate_ = std::make_shared<GatedDisk>(disk_);
};

TEST_F(FullJournalTest, RefusesCommandsAndGoesOnOnceThereIsRoom) {
  play([](FullJournalTest& test) -> awaitable<void> {
    EventLog& log = *test.log_;
    test.fill();
    const Sequence head = log.head();
    const auto refused = co_await log.record(draft(500));
    EXPECT_FALSE(refused);
    EXPECT_EQ(refused.error().code, Errc::kLimit);
    EXPECT_FALSE(refused.error().hint.empty());
    EXPECT_EQ(log.head(), head) << "a refused command leaves no trace";
    EXPECT_FALSE(log.failed());

    // What follows from earlier commands still has its place.
    for (int i = 0; i < 20; ++i) (void)log.append(draft(500));
    EXPECT_EQ(log.head(), head + 20);
    test.gate_->open_gate();
    co_await log.room();
    EXPECT_TRUE(log.admit());
    EXPECT_TRUE(co_await log.durable(log.head()));
    EXPECT_TRUE(co_await log.record(draft(500)));
    const auto lines = co_await test.read_all();
    EXPECT_EQ(lines.size(), head + 21);
    test.expect_chain(lines);
  }(*this));
  crash();
  open();
  EXPECT_EQ(log_->head(), applied_.size());
}

TEST_F(FullJournalTest, WaitsForRoomThatOthersTake) {
  play([](FullJournalTest& test) -> awaitable<void> {
    test.gate_->shut();
    bool refused = false;
    for (Sequence seq = 1; !refused; ++seq) {
      test.journal_->append(journal::record_of("w_2", seq, std::string(500, 'x')),
                            [&refused](const Result<void>& result) {
                              if (!result) refused = true;
                            });
    }
    EXPECT_TRUE(test.log_->admit()) << "nothing of this workspace waits yet";
    const Sequence seq = test.log_->append(draft(500));
    EXPECT_FALSE(test.log_->admit());
    test.gate_->open_gate();
    EXPECT_TRUE(co_await test.log_->durable(seq));
    EXPECT_TRUE(test.log_->admit());
  }(*this));
}

TEST_F(FullJournalTest, ClosingWaitsForWhatIsHeldBack) {
  play([](FullJournalTest& test) -> awaitable<void> {
    test.fill();
    const Sequence head = test.log_->head();
    test.gate_->open_gate();
    EXPECT_TRUE(co_await test.log_->close());
    EXPECT_EQ(test.log_->durable_head(), head);
    test.log_.reset();
  }(*this));
  const auto archive = archive::Archive::open(sessions());
  ASSERT_TRUE(archive);
  EXPECT_EQ(archive->head().seq, applied_.size());
}

TEST_F(FullJournalTest, ADiskThatFailsMeanwhileIsAFailureForAll) {
  play([](FullJournalTest& test) -> awaitable<void> {
    test.fill();
    journal::MemoryDisk::Faults faults;
    faults.sync_fails_after = 0;
    test.disk_->set_faults(faults);
    test.gate_->open_gate();
    const auto lost = co_await test.log_->durable(test.log_->head());
    EXPECT_FALSE(lost);
    EXPECT_EQ(lost.error().code, Errc::kUnavailable);
    EXPECT_TRUE(test.log_->failed());
    EXPECT_EQ(test.log_->admit().error().code, Errc::kUnavailable);
    EXPECT_EQ(test.log_->durable_head(), 0u);
    co_await test.log_->room();
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
