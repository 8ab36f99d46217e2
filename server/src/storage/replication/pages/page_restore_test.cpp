#include "storage/replication/pages/page_restore.h"

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "storage/databases/test_workspace.h"
#include "storage/replication/pages/database_check.h"
#include "storage/replication/pages/delta_writer.h"
#include "storage/replication/pages/pages_test_support.h"

namespace coditect::replication {
namespace {

// A snapshot and three deltas: rows, more rows, fewer rows.
class PageRestoreTest : public testing::Test {
 protected:
  void SetUp() override {
    source_.insert(300, 400);
    ship_one();
    source_.insert(300, 400);
    ship_one();
    source_.transact("DELETE FROM rows WHERE id>100");
    ship_one();
    source_.transact("UPDATE rows SET text='x' WHERE id=3");
    ship_one();
    ASSERT_FALSE(shipments_.back().head.is_snapshot());
  }
  void ship_one() {
    shipments_.push_back(ship(tracker_, source_));
    images_.push_back(source_.image());
  }
  std::filesystem::path path() const { return folder_.path() / "restored.db"; }
  std::filesystem::path beside(const char* suffix) const {
    std::filesystem::path file = path();
    file += suffix;
    return file;
  }
  std::unique_ptr<PageRestore> begun() {
    auto restore = PageRestore::begin(path());
    EXPECT_TRUE(restore);
    return *std::move(restore);
  }

  TemporaryFolder folder_;
  SourceDatabase source_{folder_.path() / "source.db", {.page_size = 4096, .auto_vacuum = "FULL"}};
  PageTracker tracker_{ChainLimits{.deltas_max = 10, .bytes_min = 1u << 30}};
  std::vector<Shipment> shipments_;
  std::vector<std::string> images_;
};

TEST_F(PageRestoreTest, GivesTheSameBytesAfterEachDelta) {
  for (std::size_t count = 1; count <= shipments_.size(); ++count) {
    const auto state =
        restore(path(), {shipments_.begin(), shipments_.begin() + static_cast<long>(count)});
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(content_of(path()) == images_[count - 1], true) << count;
    EXPECT_EQ(state->watermark.seq, count);
    EXPECT_EQ(state->chain.deltas, count - 1);
    EXPECT_EQ(std::filesystem::file_size(beside("-wal")), 0u);
    EXPECT_FALSE(std::filesystem::exists(beside("-shm")));
    EXPECT_FALSE(std::filesystem::exists(beside(".restored")));
    EXPECT_FALSE(std::filesystem::exists(beside(".restored-wal")));
    EXPECT_FALSE(std::filesystem::exists(beside(".restored-shm")));
  }
  EXPECT_LT(images_[2].size(), images_[1].size()) << "the database shrinks";
}

TEST_F(PageRestoreTest, ATrackerGoesOnFromWhatWasRestored) {
  const auto state = restore(path(), shipments_);
  ASSERT_TRUE(state);
  EXPECT_EQ(*state, *tracker_.shipped()) << "what the shipper remembers";
  PageTracker next;
  next.continue_from(*state);
  EXPECT_FALSE(collect(next, source_.reader()));
  source_.insert(1, 10);
  const Shipment shipment = ship(next, source_);
  EXPECT_FALSE(shipment.head.is_snapshot());
  shipments_.push_back(shipment);
  ASSERT_TRUE(restore(path(), shipments_));
  EXPECT_EQ(content_of(path()), source_.image());
}

TEST_F(PageRestoreTest, RefusesAnyOtherOrder) {
  const std::vector<std::vector<std::size_t>> orders = {{1},       {3},       {0, 2},    {0, 3},
                                                        {0, 1, 3}, {0, 1, 1}, {0, 2, 1}, {1, 0}};
  for (const auto& order : orders) {
    const auto restore = begun();
    Result<void> applied;
    std::size_t good = 0;
    for (const std::size_t place : order) {
      applied = restore->apply(shipments_[place].bytes);
      if (!applied) break;
      ++good;
    }
    ASSERT_FALSE(applied);
    EXPECT_EQ(applied.error().code, Errc::kConflict);
    EXPECT_FALSE(applied.error().hint.empty());
    EXPECT_EQ(restore->state().watermark.seq, good) << "the state is that of the last good delta";
  }
  EXPECT_FALSE(std::filesystem::exists(path()));
  EXPECT_FALSE(std::filesystem::exists(beside(".restored")));
}

TEST_F(PageRestoreTest, KeepsTheStateBeforeADeltaThatIsRefused) {
  const auto restore = begun();
  ASSERT_TRUE(restore->apply(shipments_[0].bytes));
  ASSERT_TRUE(restore->apply(shipments_[1].bytes));
  for (const std::size_t at :
       {std::size_t{3}, std::size_t{50}, std::size_t{100}, shipments_[2].bytes.size() - 5}) {
    std::string damaged = shipments_[2].bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x20);
    const auto applied = restore->apply(damaged);
    ASSERT_FALSE(applied) << "byte " << at;
    EXPECT_EQ(applied.error().code, Errc::kInternal);
  }
  EXPECT_FALSE(restore->apply(std::string_view(shipments_[2].bytes).substr(0, 5000))) << "cut";
  EXPECT_FALSE(restore->apply("")) << "empty";
  EXPECT_FALSE(restore->apply(shipments_[3].bytes));
  const auto state = restore->finish();
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(content_of(path()) == images_[1], true);
}

TEST_F(PageRestoreTest, ADamagedSnapshotLeavesNothing) {
  const auto restore = begun();
  ASSERT_TRUE(restore->apply(shipments_[0].bytes));
  std::string damaged = shipments_[0].bytes;
  damaged[damaged.size() / 2] ^= 1;
  ASSERT_FALSE(restore->apply(damaged));
  EXPECT_FALSE(restore->apply(shipments_[1].bytes)) << "there is nothing to continue from";
  EXPECT_FALSE(restore->finish());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(PageRestoreTest, ASnapshotReplacesWhatWasThere) {
  PageTracker other;
  source_.transact("DELETE FROM rows");
  const Shipment snapshot = ship(other, source_);
  shipments_.push_back(snapshot);
  const auto state = restore(path(), shipments_);
  ASSERT_TRUE(state) << state.error().message;
  EXPECT_EQ(content_of(path()), source_.image());
  EXPECT_EQ(state->chain.deltas, 0u);
}

TEST_F(PageRestoreTest, LeavesWhatIsThereUntilTheNewOneIsChecked) {
  std::ofstream(path()) << "old";
  std::ofstream(beside("-wal")) << "old";
  {
    const auto restore = begun();
    ASSERT_TRUE(restore->apply(shipments_[0].bytes));
  }
  EXPECT_EQ(content_of(path()), "old");
  EXPECT_FALSE(restore(path(), {shipments_[0], shipments_[2]}));
  EXPECT_EQ(content_of(path()), "old");
  ASSERT_TRUE(restore(path(), {shipments_[0]}));
  EXPECT_EQ(content_of(path()) == images_[0], true);
  EXPECT_EQ(content_of(beside("-wal")), "");
}

// Deltas with good checksums all over, written by somebody who is wrong.
class LyingDeltaTest : public PageRestoreTest {
 protected:
  // The last delta's pages under another head, but with the rolling checksum that belongs to them.
  Result<PageState> restore_with(DeltaHead head,
                                 std::vector<std::pair<std::uint32_t, std::string>> pages) {
    const auto restore = begun();
    for (std::size_t i = 0; i + 1 < shipments_.size(); ++i) {
      TRY_VOID(restore->apply(shipments_[i].bytes));
    }
    std::vector<std::uint64_t> hashes = restore->state().hashes;
    hashes.resize(head.page_count);
    for (const auto& [number, page] : pages) hashes[number - 1] = page_hash(number, page);
    head.checksum_after = 0;
    for (const std::uint64_t hash : hashes) head.checksum_after ^= hash;
    head.pages = static_cast<std::uint32_t>(pages.size());
    std::string bytes;
    TRY(PartSink sink, into(bytes)(head));
    DeltaWriter writer(head, std::move(sink));
    for (const auto& [number, page] : pages) TRY_VOID(writer.add(number, page));
    TRY_VOID(writer.finish());
    TRY_VOID(restore->apply(bytes));
    return restore->finish();
  }
  std::string page_of_last(std::uint32_t number) {
    return images_.back().substr((number - 1) * std::size_t{4096}, 4096);
  }
};

TEST_F(LyingDeltaTest, TheWatermarkInTheFileIsTheOneThatCounts) {
  DeltaHead head = shipments_.back().head;
  // Claims the event, but lacks the pages that hold it.
  const auto state = restore_with(head, {{2, images_[2].substr(4096, 4096)}});
  ASSERT_FALSE(state);
  EXPECT_NE(state.error().message.find("applied event 3, not 4"), std::string::npos)
      << state.error().message;
}

TEST_F(LyingDeltaTest, PagesThatMakeNoDatabaseAreRefused) {
  DeltaHead head = shipments_.back().head;
  std::vector<std::pair<std::uint32_t, std::string>> pages;
  for (std::uint32_t number = 1; number <= head.page_count; ++number) {
    pages.emplace_back(number, page_of_last(number));
  }
  const auto sound = restore_with(head, pages);
  ASSERT_TRUE(sound) << sound.error().message;
  std::swap(pages[pages.size() - 1].second, pages[pages.size() - 2].second);
  const auto swapped = restore_with(head, pages);
  ASSERT_FALSE(swapped);
  EXPECT_NE(swapped.error().message.find("quick_check"), std::string::npos)
      << swapped.error().message;
  pages[0].second[18] = 1;
  const auto other_mode = restore_with(head, pages);
  ASSERT_FALSE(other_mode);
  EXPECT_NE(other_mode.error().message.find("WAL"), std::string::npos);
}

TEST_F(LyingDeltaTest, PagesByWhichTheDatabaseGrowsMustBeThere) {
  DeltaHead head = shipments_.back().head;
  head.page_count += 2;
  const auto state = restore_with(head, {{head.page_count, page_of_last(2)}});
  ASSERT_FALSE(state);
  EXPECT_NE(state.error().message.find("grows"), std::string::npos) << state.error().message;
}

TEST_F(PageRestoreTest, ChecksTheFileThatIsThere) {
  const auto state = restore(path(), shipments_);
  ASSERT_TRUE(state);
  ASSERT_TRUE(check_database(path(), *state));
  const std::string good = content_of(path());
  const auto refused = [&](const std::string& content) {
    std::ofstream(path(), std::ios::binary | std::ios::trunc) << content;
    return !check_database(path(), *state);
  };
  EXPECT_FALSE(refused(good));
  EXPECT_TRUE(refused(good.substr(0, good.size() - 4096)));
  EXPECT_TRUE(refused(good + std::string(4096, '\0')));
  EXPECT_TRUE(refused(good.substr(0, good.size() - 1)));
  EXPECT_TRUE(refused(""));
  for (std::size_t at = 5; at < good.size(); at += 4096) {
    std::string damaged = good;
    damaged[at] ^= 1;
    EXPECT_TRUE(refused(damaged)) << at;
  }
  std::filesystem::remove(path());
  EXPECT_FALSE(check_database(path(), *state));
}

// The catalogue's own databases, all six: what it finds after a restore is its own.
class CatalogueRestoreTest : public databases::WorkspaceTest {};

TEST_F(CatalogueRestoreTest, TheCatalogueGoesOnFromWhatWasRestored) {
  using databases::DatabaseName;
  std::map<DatabaseName, PageTracker> trackers;
  std::map<DatabaseName, std::vector<Shipment>> shipments;
  const auto scan_all = [&] {
    for (const DatabaseName name : databases::kDatabaseNames) {
      ASSERT_TRUE(catalogue_->catch_up(workspace(), name, feed_));
      ASSERT_TRUE(catalogue_->scan(workspace(), name,
                                   [&](databases::Connection& connection) -> Result<void> {
                                     auto shipment = collect(trackers[name], connection);
                                     EXPECT_TRUE(shipment);
                                     EXPECT_TRUE(trackers[name].commit(shipment->head));
                                     shipments[name].push_back(*std::move(shipment));
                                     return {};
                                   }));
    }
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 40; ++i) {
      happen("agent_message", R"({"id":"m)" + std::to_string(round * 100 + i) +
                                  R"(","from":"a","to":["b"],"text":"some words to search"})");
      happen("file_edit", R"({"op":"write","path":"a.txt","hash":"h","size":1,"text":"x"})");
    }
    scan_all();
  }
  std::string before;
  for (const DatabaseName name : databases::kDatabaseNames) before += dump(name);
  const Sequence head = feed_.head();

  start(1000);  // a new catalogue, as another node has
  for (const DatabaseName name : databases::kDatabaseNames) {
    std::filesystem::remove(file(name));
    const auto state = restore(file(name), shipments[name]);
    ASSERT_TRUE(state) << state.error().message;
    EXPECT_EQ(state->watermark.seq, head);
  }
  const auto created = catalogue_->stats().databases_created;
  happen("file_edit", R"({"op":"write","path":"b.txt","hash":"h","size":1,"text":"x"})");
  feed_.cut_after(head);
  std::string after;
  for (const DatabaseName name : databases::kDatabaseNames) after += dump(name);
  EXPECT_EQ(after == before, true);
  EXPECT_EQ(catalogue_->stats().databases_created, created) << "none was rebuilt";
  EXPECT_EQ(catalogue_->stats().events_applied, 0u);
  happen("file_edit", R"({"op":"write","path":"b.txt","hash":"h","size":1,"text":"x"})");
  EXPECT_EQ(rows(DatabaseName::kWorkspaceIndex, "SELECT path FROM files ORDER BY path"),
            R"([["a.txt"],["b.txt"]])");
  EXPECT_EQ(catalogue_->stats().events_applied, 1u);
}

}  // namespace
}  // namespace coditect::replication
