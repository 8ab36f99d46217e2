#include "storage/replication/node/sweeper.h"

#include <gtest/gtest.h>

#include "storage/replication/keys.h"
#include "storage/replication/node/page_shipping_test_support.h"

namespace coditect::replication {
namespace {

using std::chrono::minutes;
using Ids = std::vector<WorkspaceId>;

/// A workspace with objects in a store, and the clock of its node.
class SweeperTest : public testing::Test {
 protected:
  SweeperTest() {
    replica_.workspace_.say("hello");
    EXPECT_TRUE(replica_.sync(SyncReason::kSleep));
  }
  /// A snapshot that no manifest names.
  void put_garbage(Sequence applied) {
    const std::string key = snapshot_key(kTestFolder, "sessions", applied, 1);
    const auto put = replica_.player_.play(replica_.store_->put(key, "x", objects::Always{}));
    ASSERT_TRUE(put);
  }
  Result<SweepReport> sweep() {
    return replica_.player_.play(sweeper_.sweep(id_, replica_.owner_));
  }

  const WorkspaceId id_ = ReplicatedWorkspace::id();
  Replica replica_;
  HandTiming timing_;
  Sweeper sweeper_{*replica_.store_, timing_};
};

TEST_F(SweeperTest, LooksAfterACopyAndOnceAnHour) {
  EXPECT_EQ(sweeper_.due(), Ids{});
  sweeper_.on_copied(id_, kTestFolder);
  EXPECT_EQ(sweeper_.due(), Ids{id_});
  ASSERT_TRUE(sweep());
  EXPECT_EQ(sweeper_.due(), Ids{});
  timing_.pass(minutes(30));
  sweeper_.on_copied(id_, kTestFolder);
  EXPECT_EQ(sweeper_.due(), Ids{}) << "a look an hour is enough";
  timing_.pass(minutes(32));
  EXPECT_EQ(sweeper_.due(), Ids{id_});
  ASSERT_TRUE(sweep());
  timing_.pass(minutes(62));
  EXPECT_EQ(sweeper_.due(), Ids{}) << "nothing was copied since, and nothing was garbage";
}

TEST_F(SweeperTest, RemovesWhatNobodyNamesAfterTheGrace) {
  put_garbage(7);
  sweeper_.on_copied(id_, kTestFolder);
  const auto first = sweep();
  ASSERT_TRUE(first);
  EXPECT_EQ(first->garbage, 1u);
  EXPECT_EQ(first->removed, 0u);
  timing_.pass(minutes(62));
  EXPECT_EQ(sweeper_.due(), Ids{id_}) << "garbage is waiting, though nothing was copied";
  const auto second = sweep();
  ASSERT_TRUE(second);
  EXPECT_EQ(second->removed, 1u);
  EXPECT_EQ(sweeper_.removed(), 1u);
  timing_.pass(minutes(62));
  EXPECT_EQ(sweeper_.due(), Ids{});
  EXPECT_TRUE(replica_.restore(replica_.scratch_.path() / "b"));
}

TEST_F(SweeperTest, TriesAgainWhatFailed) {
  sweeper_.on_copied(id_, kTestFolder);
  const Manifest::Owner stranger{"n_b", 9};
  const auto refused = replica_.player_.play(sweeper_.sweep(id_, stranger));
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_EQ(sweeper_.due(), Ids{}) << "not at once";
  timing_.pass(minutes(62));
  EXPECT_EQ(sweeper_.due(), Ids{id_});
  sweeper_.forget(id_);
  EXPECT_EQ(sweeper_.due(), Ids{});
  EXPECT_TRUE(sweep()) << "one that is forgotten is left alone";
}

}  // namespace
}  // namespace coditect::replication
