#include <atomic>
#include <string>
#include <thread>

#include "storage/databases/connection.h"
#include "storage/databases/test_workspace.h"

namespace coditect::databases {
namespace {

using enum DatabaseName;

/// Messages of one page each, so that the WAL grows by some pages with every event.
class CheckpointTest : public WorkspaceTest {
 protected:
  void talk(std::size_t events) {
    for (; events > 0; --events) {
      happen("agent_message", R"({"agent":"claude","text":")" + std::string(4000, 'x') + "\"}", "",
             "agent:claude");
    }
  }
  std::uintmax_t wal_bytes(DatabaseName name) const {
    return std::filesystem::file_size(file(name).string() + "-wal");
  }
  std::string count() { return rows(kMessages, "SELECT count(*) FROM messages"); }
  std::string expected() const { return "[[" + std::to_string(feed_.head()) + "]]"; }
};

TEST_F(CheckpointTest, ALongWalIsEmptiedBehindTheQueries) {
  while (catalogue_->stats().checkpoints < 3) {
    ASSERT_LT(feed_.head(), 30'000u) << "the background never came round";
    talk(20);
    ASSERT_EQ(count(), expected());
  }
  talk(1);
  EXPECT_EQ(count(), expected());
  EXPECT_LT(wal_bytes(kMessages) / 4096, 2 * kWalPagesMax);
  EXPECT_EQ(catalogue_->stats().checkpoints_failed, 0u);
}

TEST_F(CheckpointTest, AShortWalIsLeftAlone) {
  for (int i = 0; i < 20; ++i) {
    talk(1);
    ASSERT_EQ(count(), expected());
  }
  EXPECT_EQ(catalogue_->stats().checkpoints, 0u);
}

TEST_F(CheckpointTest, ALongCatchUpKeepsItsWalShort) {
  talk(12'000);
  ASSERT_EQ(count(), expected());
  const std::uintmax_t database_bytes = std::filesystem::file_size(file(kMessages));
  EXPECT_GT(database_bytes / 4096, 2 * kWalPagesMax) << "the test is to need more than one WAL";
  EXPECT_LT(wal_bytes(kMessages) / 4096, 3 * kWalPagesMax);
}

TEST_F(CheckpointTest, QueriesAndClosingRunBesideIt) {
  std::atomic<bool> done = false;
  std::thread closer([&] {
    while (!done) {
      EXPECT_TRUE(catalogue_->close(folder_.path() / "nobody"));
      EXPECT_TRUE(catalogue_->catch_up(workspace(), kSessions, feed_));
    }
  });
  for (int i = 0; i < 100; ++i) {
    talk(10);
    EXPECT_EQ(count(), expected());
  }
  done = true;
  closer.join();
  EXPECT_TRUE(catalogue_->close(workspace()));
  EXPECT_EQ(wal_bytes(kMessages), 0u);
  EXPECT_EQ(count(), expected());
}

}  // namespace
}  // namespace coditect::databases
