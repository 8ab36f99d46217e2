#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

#include "storage/journal/format.h"
#include "storage/journal/journal.h"
#include "storage/journal/journal_test_support.h"

namespace coditect::journal {
namespace {

class JournalReadTest : public ::testing::Test {
 protected:
  void open() {
    journal_.reset();
    replayed_.records.clear();
    auto opened = Journal::open("journal", options_, replayed_.collector());
    ASSERT_TRUE(opened) << opened.error().message;
    journal_ = *std::move(opened);
  }
  void append(const Record& record) {
    std::promise<bool> answered;
    journal_->append(record, [&](const Result<void>& result) { answered.set_value(result.ok()); });
    ASSERT_TRUE(answered.get_future().get());
    appended_.push_back(record);
  }
  /// Appends so many records of 2,000 bytes: seven fill a segment.
  void fill(std::size_t records) {
    for (std::size_t i = 0; i < records; ++i) {
      append(record_of("a", appended_.size() + 1, std::string(2000, 'x')));
    }
  }
  void release_all() { journal_->release(WorkspaceId("a"), appended_.size()); }
  std::optional<Errc> refusal(Position from) {
    const auto chunk = journal_->read(from, 1000);
    if (chunk) return std::nullopt;
    EXPECT_FALSE(chunk.error().hint.empty()) << chunk.error().message;
    return chunk.error().code;
  }

  std::shared_ptr<MemoryDisk> disk_ = std::make_shared<MemoryDisk>();
  Journal::Options options_ = small_options(disk_);
  Replayed replayed_;
  std::unique_ptr<Journal> journal_;
  std::vector<Record> appended_;
};

TEST_F(JournalReadTest, AnEmptyJournalHasNothingToRead) {
  open();
  EXPECT_EQ(journal_->oldest_position(), journal_->durable_position());
  const auto chunk = journal_->read(journal_->oldest_position(), 1000);
  ASSERT_TRUE(chunk);
  EXPECT_TRUE(chunk->records.empty());
  append(record_of("a", 1, "first"));
  const auto first = journal_->read(chunk->next, 1000);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->records, appended_);
  EXPECT_EQ(first->next, journal_->durable_position());
}

TEST_F(JournalReadTest, ReadsEveryRecordOnceInOrderWhateverTheChunk) {
  open();
  fill(20);
  append(record_of("b", 1, ""));
  append(record_of("b", 2, std::string(options_.line_bytes_max, 'y')));
  fill(20);
  for (const std::size_t bytes_max : {0u, 1u, 31u, 32u, 2040u, 5000u, 1u << 20}) {
    SCOPED_TRACE(bytes_max);
    EXPECT_EQ(read_all(*journal_, journal_->oldest_position(), bytes_max), appended_);
  }
}

TEST_F(JournalReadTest, AChunkHoldsAsMuchAsWasAskedForAndOneRecordAtLeast) {
  open();
  fill(5);
  const std::size_t each = encoded_bytes(appended_.front());
  const std::pair<std::size_t, std::size_t> cases[] = {
      {0, 1}, {each - 1, 1}, {each, 1}, {2 * each - 1, 1}, {2 * each, 2}, {9 * each, 5}};
  for (const auto& [bytes_max, records] : cases) {
    SCOPED_TRACE(bytes_max);
    const auto chunk = journal_->read(journal_->oldest_position(), bytes_max);
    ASSERT_TRUE(chunk);
    EXPECT_EQ(chunk->records.size(), records);
    EXPECT_EQ(chunk->next.offset, kHeaderBytes + records * each);
  }
}

TEST_F(JournalReadTest, RefusesPositionsThatItNeverGave) {
  open();
  fill(10);
  const Position oldest = journal_->oldest_position();
  const Position end = journal_->durable_position();
  EXPECT_EQ(refusal({0, 0}), Errc::kNotFound);
  EXPECT_EQ(refusal({oldest.segment, 0}), Errc::kInvalid);
  EXPECT_EQ(refusal({oldest.segment, options_.segment_bytes}), Errc::kInvalid);
  EXPECT_EQ(refusal({end.segment, end.offset + 8}), Errc::kInvalid);
  EXPECT_EQ(refusal({end.segment + 1, kHeaderBytes}), Errc::kInvalid);
  EXPECT_EQ(refusal({UINT64_MAX, kHeaderBytes}), Errc::kInvalid);
  EXPECT_EQ(refusal({oldest.segment, oldest.offset + 8}), Errc::kInternal);
  EXPECT_EQ(refusal({oldest.segment, oldest.offset + 1}), Errc::kInternal);
}

TEST_F(JournalReadTest, WhatWasRecycledIsNotFound) {
  open();
  const Position begin = journal_->oldest_position();
  fill(30);
  release_all();
  EXPECT_EQ(refusal(begin), Errc::kNotFound);
  const std::vector<Record> left = read_all(*journal_, journal_->oldest_position(), 5000);
  ASSERT_FALSE(left.empty());
  EXPECT_EQ(left.back(), appended_.back());
}

TEST_F(JournalReadTest, HeldSegmentsAreKeptAlthoughReleased) {
  open();
  journal_->hold(journal_->oldest_position());
  fill(30);
  release_all();
  EXPECT_GE(journal_->stats().held_segments, 3u);
  EXPECT_EQ(read_all(*journal_, journal_->oldest_position(), 5000), appended_);
  const Position begin = journal_->oldest_position();
  const auto chunk = journal_->read(begin, 1u << 20);
  ASSERT_TRUE(chunk);
  journal_->hold({begin.segment + 1, kHeaderBytes});
  EXPECT_EQ(refusal(begin), Errc::kNotFound);
  EXPECT_EQ(journal_->oldest_position(), (Position{begin.segment + 1, kHeaderBytes}));
  journal_->hold(journal_->durable_position());
  EXPECT_EQ(journal_->stats().held_segments, 0u);
  EXPECT_EQ(journal_->stats().live_segments, 1u);
}

TEST_F(JournalReadTest, TheEndOfASegmentLeadsToTheNext) {
  open();
  journal_->hold(journal_->oldest_position());
  fill(8);
  const Position begin = journal_->oldest_position();
  const auto whole = journal_->read(begin, 1u << 20);
  ASSERT_TRUE(whole);
  EXPECT_EQ(whole->next.segment, begin.segment);
  journal_->hold(whole->next);
  release_all();
  const auto after = journal_->read(whole->next, 1u << 20);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->next.segment, begin.segment + 1);
  EXPECT_EQ(whole->records.size() + after->records.size(), appended_.size());
}

TEST_F(JournalReadTest, AReaderGoesOnAfterARestart) {
  options_.hold_from_start = Journal::Options::Hold::kEverything;
  open();
  fill(9);
  const auto first = journal_->read(journal_->oldest_position(), 5000);
  ASSERT_TRUE(first);
  journal_->hold(first->next);
  release_all();
  const Position end = journal_->durable_position();
  open();
  release_all();
  EXPECT_EQ(journal_->durable_position(), end);
  std::vector<Record> records = first->records;
  for (const Record& record : read_all(*journal_, first->next, 5000)) records.push_back(record);
  EXPECT_EQ(records, appended_);
  fill(9);
  const std::vector<Record> later = read_all(*journal_, end, 5000);
  EXPECT_EQ(later, std::vector<Record>(appended_.end() - 9, appended_.end()));
}

TEST_F(JournalReadTest, DamageIsReportedWithFileAndOffset) {
  open();
  fill(3);
  const std::string name = segments_by_id(*disk_).front();
  std::string bytes = disk_->contents()[name];
  const std::size_t second = kHeaderBytes + encoded_bytes(appended_.front());
  bytes[second + kRecordHeaderBytes] ^= 1;
  disk_->overwrite(name, bytes);
  const auto first = journal_->read(journal_->oldest_position(), 1u << 20);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->records.size(), 1u);
  const auto damaged = journal_->read(first->next, 1u << 20);
  ASSERT_FALSE(damaged);
  EXPECT_EQ(damaged.error().code, Errc::kInternal);
  EXPECT_NE(damaged.error().message.find(name), std::string::npos);
  EXPECT_NE(damaged.error().message.find(std::to_string(second)), std::string::npos);
  disk_->overwrite(name, bytes.substr(0, second));
  EXPECT_EQ(refusal(first->next), Errc::kInternal);
}

TEST_F(JournalReadTest, WhatIsDurableCanBeReadAfterTheDiskFailed) {
  open();
  fill(3);
  MemoryDisk::Faults faults;
  faults.sync_fails_after = 0;
  disk_->set_faults(faults);
  std::promise<bool> answered;
  journal_->append(record_of("a", 4, "lost"),
                   [&](const Result<void>& result) { answered.set_value(result.ok()); });
  ASSERT_FALSE(answered.get_future().get());
  EXPECT_EQ(read_all(*journal_, journal_->oldest_position(), 5000), appended_);
}

/// Writers append and release at once; the fixture's reader runs beside them.
class JournalReadConcurrencyTest : public JournalReadTest {
 protected:
  static constexpr std::size_t kWriters = 3;
  static constexpr Sequence kEach = 400;

  void start_writers() {
    for (std::size_t i = 0; i < kWriters; ++i) {
      writers_.emplace_back([this, i] {
        const WorkspaceId workspace("w" + std::to_string(i));
        for (Sequence seq = 1; seq <= kEach; ++seq) {
          std::promise<bool> answered;
          journal_->append({workspace, seq, std::string(seq * 7 % 900, 'x')},
                           [&](const Result<void>& r) { answered.set_value(r.ok()); });
          ASSERT_TRUE(answered.get_future().get());
          journal_->release(workspace, seq);
        }
        ++finished_;
      });
    }
  }
  bool writing() const { return finished_ < kWriters; }
  void TearDown() override {
    for (std::thread& writer : writers_) writer.join();
  }
  enum class Gaps { kNone, kPermitted };
  /// Each workspace's records come in order.
  void take(const Chunk& chunk, Gaps gaps) {
    for (const Record& record : chunk.records) {
      Sequence& last = last_[record.workspace.str()];
      EXPECT_EQ(record.line.size(), record.seq * 7 % 900);
      EXPECT_GT(record.seq, last);
      if (gaps == Gaps::kNone) EXPECT_EQ(record.seq, last + 1);
      last = record.seq;
    }
  }

  std::vector<std::thread> writers_;
  std::atomic<std::size_t> finished_ = 0;
  std::map<std::string, Sequence> last_;
};

TEST_F(JournalReadConcurrencyTest, AHoldingReaderMissesNothing) {
  options_.hold_from_start = Journal::Options::Hold::kEverything;
  open();
  Position at = journal_->oldest_position();
  start_writers();
  for (bool last_round = false; !last_round;) {
    last_round = !writing();
    while (at < journal_->durable_position()) {
      const auto chunk = journal_->read(at, 3000);
      ASSERT_TRUE(chunk) << chunk.error().message;
      take(*chunk, Gaps::kNone);
      at = chunk->next;
      journal_->hold(at);
    }
    std::this_thread::yield();
  }
  EXPECT_EQ(last_.size(), kWriters);
  for (const auto& [workspace, seq] : last_) EXPECT_EQ(seq, kEach) << workspace;
  EXPECT_LE(journal_->stats().live_segments, 2u);
}

TEST_F(JournalReadConcurrencyTest, AReaderThatHoldsNothingGetsGoodRecordsOrIsToldSo) {
  open();
  Position at = journal_->oldest_position();
  start_writers();
  while (writing()) {
    const auto chunk = journal_->read(at, 3000);
    if (chunk) {
      take(*chunk, Gaps::kPermitted);
      at = chunk->next;
    } else {
      ASSERT_EQ(chunk.error().code, Errc::kNotFound) << chunk.error().message;
      at = journal_->oldest_position();
    }
  }
}

}  // namespace
}  // namespace coditect::journal
