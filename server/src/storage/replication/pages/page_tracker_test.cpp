#include "storage/replication/pages/page_tracker.h"

#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include "storage/replication/pages/database_check.h"
#include "storage/replication/pages/page_scan.h"
#include "storage/replication/pages/pages_test_support.h"

namespace coditect::replication {
namespace {

class PageTrackerTest : public testing::Test {
 protected:
  std::filesystem::path restored() const { return folder_.path() / "restored.db"; }

  TemporaryFolder folder_;
  SourceDatabase source_{folder_.path() / "source.db"};
  PageTracker tracker_;
};

TEST_F(PageTrackerTest, ShipsNothingBeforeTheFirstEvent) {
  EXPECT_FALSE(collect(tracker_, source_.reader()));
}

TEST_F(PageTrackerTest, BeginsWithASnapshotAndGoesOnWithDeltas) {
  source_.insert(200, 400);
  const Shipment first = ship(tracker_, source_);
  EXPECT_TRUE(first.head.is_snapshot());
  EXPECT_EQ(first.head.applied_after, 1u);
  EXPECT_EQ(first.head.database_bytes(), source_.image().size());
  EXPECT_FALSE(collect(tracker_, source_.reader())) << "nothing happened since";

  source_.transact("UPDATE rows SET text='x' WHERE id=100");
  const Shipment second = ship(tracker_, source_);
  EXPECT_FALSE(second.head.is_snapshot());
  EXPECT_EQ(second.head.applied_before, 1u);
  EXPECT_EQ(second.head.applied_after, 2u);
  EXPECT_EQ(second.head.checksum_before, first.head.checksum_after);
  EXPECT_LE(second.head.pages, 3u) << "meta's page, the row's, and perhaps the header";
  EXPECT_EQ(tracker_.shipped()->chain.deltas, 1u);
  EXPECT_EQ(tracker_.shipped()->chain.bytes, second.bytes.size());
  EXPECT_EQ(tracker_.shipped()->chain.checksum, first.head.checksum_after);
}

TEST_F(PageTrackerTest, ShipsAPageOnceHoweverOftenItChanged) {
  source_.insert(10, 100);
  ship(tracker_, source_);
  for (int i = 0; i < 50; ++i) source_.transact("UPDATE rows SET text=" + std::to_string(i));
  const Shipment all = ship(tracker_, source_);
  EXPECT_EQ(all.head.applied_after, 51u);
  EXPECT_LE(all.head.pages, 3u);
}

TEST_F(PageTrackerTest, WhatIsNotCommittedIsShippedAgain) {
  source_.insert(50, 200);
  const Shipment first = ship(tracker_, source_);
  source_.transact("UPDATE rows SET text='lost' WHERE id=1");
  const auto lost = collect(tracker_, source_.reader());
  ASSERT_TRUE(lost);
  source_.transact("UPDATE rows SET text='kept' WHERE id=50");
  const auto kept = collect(tracker_, source_.reader());
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->head.applied_before, 1u);
  EXPECT_EQ(kept->head.applied_after, 3u);
  const auto late = tracker_.commit(lost->head);
  ASSERT_FALSE(late) << "it was overtaken";
  EXPECT_EQ(late.error().code, Errc::kConflict);
  ASSERT_TRUE(tracker_.commit(kept->head));
  EXPECT_FALSE(tracker_.commit(kept->head)) << "committed once";
  ASSERT_TRUE(restore(restored(), {first, *kept}));
  EXPECT_EQ(content_of(restored()), source_.image());
}

TEST_F(PageTrackerTest, NeverShipsWhatIsRolledBackOrNotCommitted) {
  source_.insert(50, 200);
  const Shipment first = ship(tracker_, source_);
  source_.roll_back("UPDATE rows SET text='rolled back'");
  EXPECT_FALSE(collect(tracker_, source_.reader()));
  const std::string before = source_.image();
  // More than the page cache holds, so that pages of the open transaction are in the WAL already.
  source_.run(
      "PRAGMA cache_size=1; BEGIN IMMEDIATE; UPDATE rows SET text=hex(randomblob(2000));"
      "UPDATE meta SET value=99 WHERE key='applied_seq'");
  EXPECT_FALSE(collect(tracker_, source_.reader()));
  source_.run("ROLLBACK");
  source_.transact("UPDATE rows SET text='committed' WHERE id=7");
  const Shipment second = ship(tracker_, source_);
  ASSERT_TRUE(restore(restored(), {first, second}));
  EXPECT_EQ(content_of(restored()), source_.image());
  EXPECT_EQ(content_of(restored()).find("rolled back"), std::string::npos);
}

TEST_F(PageTrackerTest, ChoosesBetweenADeltaAndASnapshot) {
  struct Case {
    const char* what;
    ChainLimits limits;
    int rows_changed;
    std::vector<bool> snapshots;
  };
  const ChainLimits loose{.deltas_max = 1000, .bytes_min = 1u << 30, .delta_bytes_max = 1u << 30};
  ChainLimits short_chain = loose;
  short_chain.deltas_max = 2;
  ChainLimits few_bytes = loose;
  few_bytes.bytes_min = 0;
  ChainLimits small_deltas = loose;
  small_deltas.delta_bytes_max = 20'000;
  const Case cases[] = {
      {"loose limits", loose, 1000, {true, false, false, false, false}},
      {"a chain of two", short_chain, 1, {true, false, false, true, false, false, true}},
      {"small deltas up to half the database", few_bytes, 1, {true, false, false, false}},
      {"deltas of more than half the database", few_bytes, 700, {true, true, true}},
      {"a third of the database each: one fits", few_bytes, 330, {true, false, true, false}},
      {"small deltas only", small_deltas, 500, {true, true, true}},
      {"a small delta", small_deltas, 1, {true, false, false}},
  };
  source_.insert(1000, 400);
  for (const Case& c : cases) {
    PageTracker tracker(c.limits);
    for (std::size_t i = 0; i < c.snapshots.size(); ++i) {
      source_.transact("UPDATE rows SET text=hex(randomblob(200)) WHERE id<=" +
                       std::to_string(c.rows_changed));
      EXPECT_EQ(ship(tracker, source_).head.is_snapshot(), c.snapshots[i]) << c.what << ", " << i;
    }
  }
}

TEST_F(PageTrackerTest, AnotherHistoryBeginsWithASnapshot) {
  source_.insert(500, 400);
  source_.transact("SELECT 1");
  ship(tracker_, source_);
  source_.transact_at(2, "another", "UPDATE rows SET text='x' WHERE id=1");
  EXPECT_TRUE(ship(tracker_, source_).head.is_snapshot()) << "the same number, another event";
  source_.transact_at(1, "mark", "UPDATE rows SET text='y' WHERE id=1");
  EXPECT_TRUE(ship(tracker_, source_).head.is_snapshot()) << "an earlier event";
  source_.transact_at(2, "mark", "UPDATE rows SET text='z' WHERE id=1");
  EXPECT_FALSE(ship(tracker_, source_).head.is_snapshot());
}

TEST_F(PageTrackerTest, ForgettingMakesASnapshot) {
  source_.insert(500, 400);
  ship(tracker_, source_);
  tracker_.forget();
  EXPECT_TRUE(ship(tracker_, source_).head.is_snapshot()) << "even where nothing happened";
}

TEST_F(PageTrackerTest, GoesOnAfterARestart) {
  const auto path = page_state_path(source_.path());
  EXPECT_EQ(path.filename(), "source.pages");
  source_.insert(500, 400);
  const Shipment first = ship(tracker_, source_);
  ASSERT_TRUE(tracker_.save(path));
  PageTracker next;
  ASSERT_TRUE(next.load(path));
  EXPECT_EQ(next.shipped(), tracker_.shipped());
  EXPECT_FALSE(collect(next, source_.reader()));
  source_.insert(3, 400);
  const Shipment second = ship(next, source_);
  EXPECT_FALSE(second.head.is_snapshot());
  ASSERT_TRUE(restore(restored(), {first, second}));
  EXPECT_EQ(content_of(restored()), source_.image());
}

TEST_F(PageTrackerTest, ALostOrDamagedStateMakesASnapshot) {
  const auto path = page_state_path(source_.path());
  source_.insert(500, 400);
  ship(tracker_, source_);
  ASSERT_TRUE(tracker_.save(path));
  const std::string saved = content_of(path);
  PageTracker next;
  for (std::size_t at = 0; at < saved.size(); at += 7) {
    std::string damaged = saved;
    damaged[at] = static_cast<char>(damaged[at] ^ 4);
    std::ofstream(path, std::ios::binary) << damaged;
    const auto loaded = next.load(path);
    ASSERT_FALSE(loaded) << "byte " << at;
    EXPECT_EQ(loaded.error().code, Errc::kInternal);
  }
  for (const std::size_t size : {std::size_t{0}, std::size_t{71}, saved.size() - 8}) {
    std::ofstream(path, std::ios::binary) << saved.substr(0, size);
    EXPECT_FALSE(next.load(path)) << size;
  }
  std::filesystem::remove(path);
  const auto missing = next.load(path);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::kNotFound);
  EXPECT_FALSE(next.shipped());
  EXPECT_TRUE(ship(next, source_).head.is_snapshot());
  ASSERT_TRUE(PageTracker().save(path));
  EXPECT_FALSE(std::filesystem::exists(path)) << "nothing to save";
}

TEST_F(PageTrackerTest, ATargetsErrorLeavesEverythingAsItWas) {
  source_.insert(500, 400);
  const Shipment first = ship(tracker_, source_);
  source_.insert(500, 400);
  const auto refuses = [](const DeltaHead&) -> Result<PartSink> { return unavailable("no room"); };
  const auto fails = [](const DeltaHead&) -> Result<PartSink> {
    return PartSink([](std::string_view) -> Result<void> { return unavailable("no room"); });
  };
  for (const DeltaTarget& target : {DeltaTarget(refuses), DeltaTarget(fails)}) {
    const auto collected = tracker_.collect(source_.reader(), target);
    ASSERT_FALSE(collected);
    EXPECT_EQ(collected.error().message, "no room");
    EXPECT_FALSE(tracker_.commit(first.head));
  }
  EXPECT_EQ(ship(tracker_, source_).head.applied_before, 1u);
}

TEST_F(PageTrackerTest, AnUnreadableDatabaseIsAnError) {
  source_.run("DROP TABLE meta");
  std::string bytes;
  EXPECT_FALSE(tracker_.collect(source_.reader(), into(bytes)));
  source_.run("CREATE TABLE meta(key, value); INSERT INTO meta VALUES('applied_seq', 5)");
  EXPECT_TRUE(collect(tracker_, source_.reader())) << "the failed scan ended its transaction";
}

// The watermark that a delta names is in its pages, and what belongs to it is too: each transaction
// writes its number into every row, while scans run all the time.
TEST_F(PageTrackerTest, AScanSeesOneMomentOfABusyDatabase) {
  constexpr int kShipments = 25;
  source_.insert(300, 2000);
  std::atomic<bool> enough = false;
  std::vector<Shipment> shipments;
  {
    const std::jthread writer([&] {
      for (int i = 0; !enough; ++i) {
        const std::string number = std::to_string(source_.applied() + 1);
        // Growing and shrinking, so that pages change their use.
        source_.transact("UPDATE rows SET text=printf('%d %.*c', " + number + ", " +
                         std::to_string(i % 3 * 1500) + ", 'x')");
        if (i % 5 == 0) source_.run("PRAGMA wal_checkpoint(RESTART)");
      }
    });
    while (shipments.size() < kShipments) {
      auto shipment = collect(tracker_, source_.reader());
      if (!shipment) continue;
      EXPECT_TRUE(tracker_.commit(shipment->head));
      shipments.push_back(*std::move(shipment));
      if (shipments.size() % 5 != 0) continue;
      const auto state = restore(restored(), shipments);
      EXPECT_TRUE(state) << state.error().message;
      auto copy = databases::Connection::open(restored(), databases::Connection::Mode::kReader);
      ASSERT_TRUE(copy);
      auto rows = (*copy)->prepare("SELECT min(text+0), max(text+0) FROM rows");
      ASSERT_TRUE(rows && *rows->step());
      const auto applied = static_cast<std::int64_t>(shipments.back().head.applied_after);
      if (applied > 1) {
        EXPECT_EQ(rows->integer(0), applied);
        EXPECT_EQ(rows->integer(1), applied);
      }
    }
    enough = true;
  }
}

TEST_F(PageTrackerTest, AScanHoldsItsMomentWhileTheDatabaseChanges) {
  source_.insert(300, 2000);
  const std::string before = source_.image();
  auto scan = PageScan::begin(source_.reader());
  ASSERT_TRUE(scan);
  std::string seen;
  ASSERT_TRUE((*scan)->each([&](std::uint32_t number, std::string_view page) -> Result<void> {
    if (number % 20 == 0)
      source_.transact("DELETE FROM rows WHERE id%7=" + std::to_string(number / 20 % 7));
    seen += page;
    return {};
  }));
  EXPECT_EQ((*scan)->watermark().seq, 1u);
  EXPECT_GT(source_.applied(), 3u);
  EXPECT_EQ(seen == before, true);
  scan->reset();
  EXPECT_NE(source_.image(), before);
}

}  // namespace
}  // namespace coditect::replication
