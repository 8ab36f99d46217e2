#include "storage/journal/journal.h"

#include <gtest/gtest.h>

#include <future>
#include <stdlib.h>
#include <thread>

#include "storage/journal/journal_test_support.h"

namespace coditect::journal {
namespace {

class JournalTest : public ::testing::Test {
 protected:
  void open() {
    replayed_.records.clear();
    auto opened = Journal::open("journal", options_, replayed_.collector());
    ASSERT_TRUE(opened) << opened.error().message;
    journal_ = *std::move(opened);
  }
  Result<void> try_open() {
    journal_.reset();
    replayed_.records.clear();
    auto opened = Journal::open("journal", options_, replayed_.collector());
    if (!opened) return std::move(opened).error();
    journal_ = *std::move(opened);
    return {};
  }
  void reopen() {
    journal_.reset();
    open();
  }
  /// Appends and waits for the answer.
  Result<void> append(Record record) {
    std::promise<Result<void>> promise;
    auto future = promise.get_future();
    journal_->append(std::move(record),
                     [&promise](Result<void> result) { promise.set_value(std::move(result)); });
    return future.get();
  }
  /// Appends records of `line_bytes` until the journal has begun that many segments more.
  std::vector<Record> fill_segments(const std::string& workspace, std::size_t segments) {
    std::vector<Record> records;
    const std::size_t before = segments_by_id(*disk_).size();
    while (segments_by_id(*disk_).size() < before + segments) {
      records.push_back(record_of(workspace, ++filled_, std::string(2000, 'x')));
      EXPECT_TRUE(append(records.back()));
    }
    return records;
  }

  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
  Journal::Options options_ = small_options(disk_);
  Replayed replayed_;
  std::unique_ptr<Journal> journal_;
  Sequence filled_ = 0;
};

TEST_F(JournalTest, ReplaysWhatWasAppended) {
  open();
  EXPECT_TRUE(replayed_.records.empty());
  ASSERT_TRUE(append(record_of("a", 1, "one")));
  ASSERT_TRUE(append(record_of("b", 1, "uno")));
  ASSERT_TRUE(append(record_of("a", 2, "")));
  reopen();
  EXPECT_EQ(replayed_.records,
            (std::vector<Record>{record_of("a", 1, "one"), record_of("b", 1, "uno"),
                                 record_of("a", 2, "")}));
  EXPECT_EQ(journal_->stats().replayed_records, 3u);
}

TEST_F(JournalTest, AppendsOfManyRecordsAnswerOnce) {
  open();
  std::vector<Record> records;
  for (Sequence seq = 1; seq <= 40; ++seq) records.push_back(record_of("a", seq, "0123456789"));
  std::promise<bool> answered;
  journal_->append(records, [&](const Result<void>& result) { answered.set_value(result.ok()); });
  EXPECT_TRUE(answered.get_future().get());
  std::promise<bool> none;
  journal_->append(std::vector<Record>(), [&](const Result<void>& r) { none.set_value(r.ok()); });
  EXPECT_TRUE(none.get_future().get());
  reopen();
  EXPECT_EQ(replayed_.records, records);
}

TEST_F(JournalTest, AnswersInOrderOfAppend) {
  open();
  Answers answers;
  std::vector<Record> records;
  for (Sequence seq = 1; seq <= 500; ++seq) {
    records.push_back(record_of(seq % 3 == 0 ? "a" : "b", seq, std::string(seq, 'y')));
    journal_->append(records.back(), answers.expect(records.back()));
  }
  answers.wait_for(records.size());
  EXPECT_EQ(answers.acknowledged(), records);
  reopen();
  EXPECT_EQ(replayed_.records, records);
}

TEST_F(JournalTest, CloseMakesEverythingDurableThatWasAppended) {
  open();
  Answers answers;
  for (Sequence seq = 1; seq <= 200; ++seq) {
    const Record record = record_of("a", seq, "line");
    journal_->append(record, answers.expect(record));
  }
  EXPECT_TRUE(journal_->close());
  EXPECT_EQ(answers.acknowledged().size(), 200u);
  const auto late = append(record_of("a", 201, "late"));
  ASSERT_FALSE(late);
  EXPECT_EQ(late.error().code, Errc::kUnavailable);
  EXPECT_TRUE(journal_->close());
}

TEST_F(JournalTest, RefusesWhatIsTooLong) {
  open();
  EXPECT_TRUE(append(record_of("a", 1, std::string(options_.line_bytes_max, 'x'))));
  const auto line = append(record_of("a", 2, std::string(options_.line_bytes_max + 1, 'x')));
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, Errc::kInvalid);
  const auto workspace = append(record_of(std::string(kWorkspaceBytesMax + 1, 'w'), 2, "x"));
  ASSERT_FALSE(workspace);
  EXPECT_EQ(workspace.error().code, Errc::kInvalid);
  EXPECT_TRUE(append(record_of("a", 2, "x")));
}

TEST_F(JournalTest, RefusesBeyondTheQueueLimit) {
  options_.queue_bytes_max = 1000;
  open();
  Answers answers;
  // The first completion holds the journal's thread, so that the queue cannot drain.
  std::promise<void> held;
  std::promise<void> go_on;
  journal_->append(record_of("a", 1, "x"), [&](const Result<void>&) {
    held.set_value();
    go_on.get_future().wait();
  });
  held.get_future().wait();
  std::size_t sent = 0;
  while (answers.refused().empty()) {
    ASSERT_LT(sent, 100u);
    const Record record = record_of("a", 2 + sent++, std::string(100, 'x'));
    journal_->append(record, answers.expect(record));
  }
  EXPECT_EQ(answers.refused().front().code, Errc::kLimit);
  EXPECT_FALSE(answers.refused().front().hint.empty());
  go_on.set_value();
  answers.wait_for(sent);
  EXPECT_EQ(answers.acknowledged().size(), sent - 1);
  EXPECT_EQ(journal_->stats().refused, 1u);
  EXPECT_TRUE(append(record_of("a", 99, "fits again")));
}

TEST_F(JournalTest, ARefusedAppendLeavesNothingOfItself) {
  options_.queue_bytes_max = 1000;
  open();
  std::promise<void> held;
  std::promise<void> go_on;
  const std::vector<Record> first = {record_of("a", 1, "x")};
  journal_->append(first, [&](const Result<void>&) {
    held.set_value();
    go_on.get_future().wait();
  });
  held.get_future().wait();
  // Some of these would fit, together they do not.
  std::vector<Record> many;
  for (Sequence seq = 2; seq <= 12; ++seq) {
    many.push_back(record_of("a", seq, std::string(100, 'm')));
  }
  std::optional<Errc> refusal;
  journal_->append(many, [&](const Result<void>& result) { refusal = result.error().code; });
  EXPECT_EQ(refusal, Errc::kLimit);
  const std::vector<Record> few = {record_of("a", 2, "again"), record_of("a", 3, "shorter")};
  Answers answers;
  journal_->append(few, answers.expect(few.front()));
  go_on.set_value();
  answers.wait_for(1);
  EXPECT_EQ(answers.acknowledged().size(), 1u);
  EXPECT_FALSE(journal_->stats().failure);
  EXPECT_EQ(journal_->stats().records, 3u);
  reopen();
  EXPECT_EQ(replayed_.records, (std::vector<Record>{first[0], few[0], few[1]}));
}

TEST_F(JournalTest, RecyclesReleasedSegments) {
  open();
  for (int round = 0; round < 30; ++round) {
    const std::vector<Record> records = fill_segments("a", disk_->contents().size() < 3 ? 1 : 0);
    for (int i = 0; i < 8; ++i)
      ASSERT_TRUE(append(record_of("a", ++filled_, std::string(2000, 'z'))));
    journal_->release(WorkspaceId("a"), filled_);
  }
  // Two live segments and the two spare files that are kept.
  EXPECT_LE(disk_->contents().size(), 4u);
  EXPECT_LE(journal_->stats().live_segments, 2u);
  ASSERT_TRUE(append(record_of("a", ++filled_, "last")));
  reopen();
  ASSERT_FALSE(replayed_.records.empty());
  EXPECT_EQ(replayed_.records.back(), record_of("a", filled_, "last"));
  for (std::size_t i = 1; i < replayed_.records.size(); ++i) {
    EXPECT_EQ(replayed_.records[i].seq, replayed_.records[i - 1].seq + 1);
  }
}

TEST_F(JournalTest, AWorkspaceThatIsNotReleasedKeepsItsSegments) {
  open();
  ASSERT_TRUE(append(record_of("slow", 1, "kept")));
  fill_segments("a", 3);
  journal_->release(WorkspaceId("a"), filled_);
  EXPECT_GE(journal_->stats().live_segments, 4u);
  reopen();
  EXPECT_EQ(replayed_.records.front(), record_of("slow", 1, "kept"));
  journal_->release(WorkspaceId("slow"), 1);
  journal_->release(WorkspaceId("a"), filled_);
  EXPECT_EQ(journal_->stats().live_segments, 1u);
}

TEST_F(JournalTest, ABurstDoesNotKeepTheDisk) {
  open();
  fill_segments("a", 12);
  journal_->release(WorkspaceId("a"), filled_);
  fill_segments("a", 0);
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(append(record_of("a", ++filled_, std::string(2000, 'z'))));
  EXPECT_LE(disk_->contents().size(), 5u);
  reopen();
  EXPECT_EQ(replayed_.records.back().seq, filled_);
}

TEST_F(JournalTest, FailsForGoodWhenSyncFails) {
  open();
  ASSERT_TRUE(append(record_of("a", 1, "safe")));
  MemoryDisk::Faults faults;
  faults.sync_fails_after = 0;
  disk_->set_faults(faults);
  const auto lost = append(record_of("a", 2, "lost"));
  ASSERT_FALSE(lost);
  EXPECT_EQ(lost.error().code, Errc::kUnavailable);
  EXPECT_FALSE(lost.error().hint.empty());
  disk_->set_faults({});
  const auto later = append(record_of("a", 3, "later"));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().message, lost.error().message);
  ASSERT_TRUE(journal_->stats().failure);
  EXPECT_FALSE(journal_->close());
  SeededRandom random(3);
  disk_->power_loss(random);
  reopen();
  ASSERT_FALSE(replayed_.records.empty());
  EXPECT_EQ(replayed_.records.front(), record_of("a", 1, "safe"));
  EXPECT_TRUE(append(record_of("a", 2, "again")));
}

TEST_F(JournalTest, FailsWhenTheDiskIsFull) {
  open();
  ASSERT_TRUE(append(record_of("a", 1, "safe")));
  MemoryDisk::Faults faults;
  faults.space_bytes = options_.segment_bytes + 100;
  disk_->set_faults(faults);
  Sequence seq = 1;
  Result<void> answer;
  while (answer && seq < 100) answer = append(record_of("a", ++seq, std::string(2000, 'x')));
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().code, Errc::kUnavailable);
  EXPECT_NE(answer.error().message.find("No space left"), std::string::npos);
  disk_->set_faults({});
  reopen();
  EXPECT_EQ(replayed_.records.size(), seq - 1);
  EXPECT_TRUE(append(record_of("a", seq, "fits")));
}

TEST_F(JournalTest, ShortWritesAreFinished) {
  MemoryDisk::Faults faults;
  faults.write_bytes_max = 7;
  disk_->set_faults(faults);
  open();
  ASSERT_TRUE(append(record_of("a", 1, std::string(3000, 'x'))));
  reopen();
  EXPECT_EQ(replayed_.records, std::vector<Record>{record_of("a", 1, std::string(3000, 'x'))});
}

TEST_F(JournalTest, DamageInTheMiddleIsRefusedAndNothingChanges) {
  open();
  for (Sequence seq = 1; seq <= 3; ++seq) ASSERT_TRUE(append(record_of("a", seq, "line")));
  journal_.reset();
  const std::string name = segments_by_id(*disk_).front();
  std::string bytes = disk_->contents()[name];
  bytes[kHeaderBytes + kRecordHeaderBytes] ^= 1;
  disk_->overwrite(name, bytes);
  const auto before = disk_->contents();
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kInternal);
  EXPECT_NE(opened.error().message.find(name), std::string::npos);
  EXPECT_NE(opened.error().message.find("4096"), std::string::npos);
  EXPECT_FALSE(opened.error().hint.empty());
  EXPECT_EQ(disk_->contents(), before);
}

TEST_F(JournalTest, AMissingSegmentIsRefused) {
  open();
  fill_segments("a", 4);
  journal_.reset();
  ASSERT_TRUE(disk_->remove(segments_by_id(*disk_)[1]));
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("missing"), std::string::npos);
}

TEST_F(JournalTest, ADuplicateSegmentIsRefused) {
  open();
  fill_segments("a", 2);
  journal_.reset();
  disk_->overwrite(segment_file_name(99), disk_->contents()[segments_by_id(*disk_)[0]]);
  const auto opened = try_open();
  ASSERT_FALSE(opened);
  EXPECT_NE(opened.error().message.find("twice"), std::string::npos);
}

TEST_F(JournalTest, ALostHeaderIsRefused) {
  open();
  ASSERT_TRUE(append(record_of("a", 1, "line")));
  journal_.reset();
  const std::string name = segments_by_id(*disk_).front();
  std::string bytes = disk_->contents()[name];
  bytes.replace(0, kHeaderUsedBytes, kHeaderUsedBytes, '\0');
  disk_->overwrite(name, bytes);
  EXPECT_FALSE(try_open());
  bytes.replace(0, kMagic.size(), kMagic);
  disk_->overwrite(name, bytes);
  EXPECT_FALSE(try_open());
}

TEST_F(JournalTest, OtherFilesAreLeftAlone) {
  disk_->overwrite("notes.txt", "mine");
  disk_->overwrite("1.journal", "not a name of ours");
  open();
  ASSERT_TRUE(append(record_of("a", 1, "line")));
  reopen();
  EXPECT_EQ(replayed_.records.size(), 1u);
  EXPECT_EQ(disk_->contents()["notes.txt"], "mine");
}

TEST_F(JournalTest, AnErrorOfReplayEndsTheOpen) {
  open();
  ASSERT_TRUE(append(record_of("a", 1, "line")));
  journal_.reset();
  const auto opened = Journal::open("journal", options_,
                                    [](const Record&) -> Result<void> { return invalid("no"); });
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Errc::kInvalid);
}

TEST_F(JournalTest, AnotherSegmentSizeIsUsedFromTheNextSegmentOn) {
  open();
  const std::vector<Record> records = fill_segments("a", 2);
  options_.segment_bytes *= 2;
  reopen();
  EXPECT_EQ(replayed_.records, records);
  journal_->release(WorkspaceId("a"), filled_);
  fill_segments("a", 1);
  reopen();
  EXPECT_EQ(replayed_.records.back().seq, filled_);
}

TEST_F(JournalTest, ManyThreadsKeepTheOrderOfEach) {
  open();
  constexpr int kThreads = 8;
  constexpr Sequence kEach = 300;
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t) {
      threads.emplace_back([this, t] {
        for (Sequence seq = 1; seq <= kEach; ++seq) {
          ASSERT_TRUE(append(record_of("w" + std::to_string(t), seq, "line")));
          if (seq % 50 == 0) journal_->release(WorkspaceId("w" + std::to_string(t)), seq - 25);
        }
      });
    }
  }
  reopen();
  std::map<std::string, Sequence> last;
  for (const Record& record : replayed_.records) {
    Sequence& seq = last[record.workspace.str()];
    if (seq != 0) EXPECT_EQ(record.seq, seq + 1);
    seq = record.seq;
  }
  EXPECT_EQ(last.size(), static_cast<std::size_t>(kThreads));
  for (const auto& [workspace, seq] : last) EXPECT_EQ(seq, kEach);
}

TEST(JournalOnDisk, WorksInARealFolderAndOnlyOnce) {
  std::string folder = ::testing::TempDir() + "journal-XXXXXX";
  ASSERT_NE(::mkdtemp(folder.data()), nullptr);
  Journal::Options options;
  options.segment_bytes = 1u << 20;
  options.line_bytes_max = 100'000;
  Replayed replayed;
  {
    auto journal = Journal::open(folder + "/deep/journal", options, replayed.collector());
    ASSERT_TRUE(journal) << journal.error().message;
    const auto second = Journal::open(folder + "/deep/journal", options, replayed.collector());
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().code, Errc::kConflict);
    Answers answers;
    for (Sequence seq = 1; seq <= 50; ++seq) {
      const Record record = record_of("a", seq, std::string(50'000, 'x'));
      (*journal)->append(record, answers.expect(record));
    }
    ASSERT_TRUE((*journal)->close());
    EXPECT_EQ(answers.acknowledged().size(), 50u);
  }
  auto journal = Journal::open(folder + "/deep/journal", options, replayed.collector());
  ASSERT_TRUE(journal) << journal.error().message;
  EXPECT_EQ(replayed.records.size(), 50u);
  journal->reset();
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace coditect::journal
