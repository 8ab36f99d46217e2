#include "storage/replication/node/page_shipping.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <fstream>

#include "storage/replication/node/page_shipping_test_support.h"

namespace coditect::replication {
namespace {

using enum databases::DatabaseName;
using Names = std::vector<std::string>;
using objects::Fault;
using objects::StoreCall;

class PageShippingTest : public testing::Test {
 protected:
  void SetUp() override { node_.workspace().say("the first event"); }
  /// Puts more into a database than a bundle takes as a snapshot.
  void grow_messages() {
    for (int i = 0; i < 50; ++i) node_.workspace().say(std::string(100'000, 'x'));
    node_.ask(kMessages);
  }
  std::size_t all() const { return databases::kDatabaseNames.size(); }

  ShippedDatabases node_;
};

TEST_F(PageShippingTest, BringsBackWhatWasInBundles) {
  node_.ask_all();
  EXPECT_EQ(node_.read_and_collect().size(), all());
  node_.acknowledge();
  node_.workspace().write("a.txt", "one\n");
  node_.ask(kArtifacts);
  EXPECT_EQ(node_.read_and_collect(), Names{"artifacts"});
  node_.acknowledge();
  EXPECT_EQ(node_.restored().size(), all());
  ASSERT_TRUE(node_.sync(SyncReason::kPeriodic));
  EXPECT_EQ(node_.restored().size(), all()) << "the manifest goes on naming their bundles";
  EXPECT_TRUE(node_.snapshots().empty());
}

TEST_F(PageShippingTest, ReadsNothingBeforeItsTime) {
  node_.ask_all();
  EXPECT_EQ(node_.read_and_collect().size(), all());
  node_.acknowledge();
  node_.workspace().say("more");
  node_.ask_all();
  node_.timing_.pass(limits::kPagesInterval - std::chrono::seconds{1});
  for (int round = 0; round < 2; ++round) {
    EXPECT_TRUE(node_.collect().empty());
    node_.acknowledge();
  }
  EXPECT_EQ(node_.read_and_collect().size(), all());
}

TEST_F(PageShippingTest, ASleepingWorkspaceNeedsNoBundle) {
  node_.ask_all();
  node_.ship_all();
  EXPECT_EQ(node_.settle(SyncReason::kPeriodic).needed.size(), all());
  const auto slept = node_.sync(SyncReason::kSleep);
  ASSERT_TRUE(slept) << slept.error().message;
  EXPECT_TRUE(slept->needed.empty());
  EXPECT_EQ(slept->snapshots.size(), all());
  EXPECT_EQ(node_.replica_.manifest().databases.size(), all());
  node_.replica_.tail_.logs.clear();
  EXPECT_EQ(node_.restored().size(), all());
}

TEST_F(PageShippingTest, ASecondSleepStoresNothing) {
  node_.ask_all();
  ASSERT_TRUE(node_.sync(SyncReason::kSleep));
  const auto keys = node_.replica_.bucket_->keys();
  const auto puts = node_.faults_.puts;
  for (int process = 0; process < 2; ++process) {
    const std::size_t calls = node_.replica_.bucket_->calls();
    const auto standing = node_.settle(SyncReason::kSleep);
    EXPECT_TRUE(standing.needed.empty() && standing.snapshots.empty());
    EXPECT_EQ(node_.replica_.bucket_->calls() - calls, 1u) << "more than the manifest was read";
    node_.stop();
    node_.start();
  }
  EXPECT_EQ(node_.faults_.puts, puts);
  EXPECT_EQ(node_.replica_.bucket_->keys(), keys);
}

TEST_F(PageShippingTest, GoesOnFromWhatItKeptOnTheDisk) {
  node_.ask_all();
  ASSERT_TRUE(node_.sync(SyncReason::kSleep));
  node_.workspace().say("more");
  node_.ask_all();
  const std::size_t calls = node_.replica_.bucket_->calls();
  EXPECT_EQ(node_.read_and_collect().size(), all());
  EXPECT_EQ(node_.replica_.bucket_->calls() - calls, 1u) << "one manifest, however many databases";
  for (const PageSource::Pages& each : node_.sending_->pages) {
    EXPECT_GT(each.entry.first, 0u) << each.entry.name << " is a snapshot";
  }
  node_.acknowledge();
  EXPECT_EQ(node_.restored().size(), all());
}

TEST_F(PageShippingTest, TrustsTheDiskOnlyWhereTheManifestSaysTheSame) {
  node_.ask(kSessions);
  ASSERT_TRUE(node_.sync(SyncReason::kSleep));
  const auto kept = read_file(node_.file(kSessions, ".pages"));
  ASSERT_TRUE(kept);
  node_.workspace().say("more");
  node_.ask(kSessions);
  ASSERT_TRUE(node_.sync(SyncReason::kSleep));
  ASSERT_TRUE(write_file_atomically(node_.file(kSessions, ".pages"), *kept));
  node_.workspace().say("still more");
  node_.ask(kSessions);
  EXPECT_EQ(node_.read_and_collect(), Names{"sessions"});
  EXPECT_EQ(node_.sending_->pages[0].entry.first, 0u) << "it continues from another object";
  node_.acknowledge();
  EXPECT_EQ(node_.restored(), Names{"sessions"});
}

TEST_F(PageShippingTest, ALargeSnapshotIsAnObject) {
  grow_messages();
  EXPECT_TRUE(node_.read_and_collect().empty());
  EXPECT_EQ(node_.snapshots().size(), 1u);
  EXPECT_EQ(node_.stored_, 1) << "nobody was told that it waits for its name";
  node_.acknowledge();
  const auto synced = node_.sync(SyncReason::kPeriodic);
  ASSERT_TRUE(synced);
  EXPECT_TRUE(synced->needed.empty());
  EXPECT_EQ(node_.restored(), Names{"messages"});
  node_.workspace().say("more");
  node_.ask(kMessages);
  EXPECT_EQ(node_.read_and_collect(), Names{"messages"});
  EXPECT_GT(node_.sending_->pages[0].entry.first, 0u);
  node_.acknowledge();
  const auto standing = node_.settle(SyncReason::kPeriodic);
  EXPECT_EQ(standing.needed.size(), 1u);
  EXPECT_TRUE(standing.snapshots.empty());
  EXPECT_EQ(node_.restored(), Names{"messages"});
  EXPECT_TRUE(fs::is_empty(node_.data() / "node" / "snapshots"));
}

TEST_F(PageShippingTest, ALargeSnapshotThatIsNotStoredIsTriedAgain) {
  grow_messages();
  node_.faults_.decide = [](StoreCall call, std::string_view) {
    Fault fault;
    if (call == StoreCall::kPut) fault.kind = Fault::Kind::kRequestLost;
    return fault;
  };
  EXPECT_TRUE(node_.read_and_collect().empty());
  EXPECT_EQ(node_.stored_, 0);
  EXPECT_TRUE(fs::is_empty(node_.data() / "node" / "snapshots"));
  const auto standing = node_.settle(SyncReason::kSleep);
  EXPECT_TRUE(standing.snapshots.empty());
  node_.faults_.decide = nullptr;
  node_.acknowledge();
  EXPECT_TRUE(node_.read_and_collect().empty());
  EXPECT_EQ(node_.stored_, 1);
}

TEST_F(PageShippingTest, AnObjectThatWasNotNamedInTimeIsMadeAgain) {
  grow_messages();
  EXPECT_TRUE(node_.read_and_collect().empty());
  node_.acknowledge();
  EXPECT_EQ(node_.settle(SyncReason::kPeriodic).snapshots.size(), 1u);
  node_.timing_.pass(limits::kGarbageGrace);
  EXPECT_TRUE(node_.settle(SyncReason::kPeriodic).snapshots.empty()) << "it may be gone";
  for (const std::string& key : node_.snapshots()) node_.replica_.bucket_->remove(key);
  EXPECT_TRUE(node_.read_and_collect().empty());
  node_.acknowledge();
  ASSERT_TRUE(node_.sync(SyncReason::kPeriodic));
  EXPECT_EQ(node_.restored(), Names{"messages"});
}

TEST_F(PageShippingTest, ADamagedDatabaseHoldsNothingBack) {
  node_.ask_all();
  node_.ship_all();
  node_.workspace().say("more");
  node_.ask_all();
  ASSERT_TRUE(node_.catalogue_->close(node_.workspace().root()));
  std::ofstream(node_.file(kArtifacts), std::ios::binary) << std::string(8'192, 'x');
  fs::remove(node_.file(kSessions, ".db-wal"));
  EXPECT_EQ(node_.read_and_collect().size(), all() - 2);
  node_.acknowledge();
  EXPECT_TRUE(node_.read_and_collect().empty());
  node_.acknowledge();
  node_.ask_all();  // makes them anew
  EXPECT_EQ(node_.read_and_collect(), (Names{"sessions", "artifacts"}));
  node_.acknowledge();
  EXPECT_EQ(node_.restored().size(), all());
}

TEST_F(PageShippingTest, ADatabaseThatIsLostHoldsNoBundleAtSleep) {
  node_.ask_all();
  node_.ship_all();
  ASSERT_TRUE(node_.catalogue_->close(node_.workspace().root()));
  std::ofstream(node_.file(kArtifacts), std::ios::binary) << std::string(8'192, 'x');
  fs::remove(node_.file(kSessions, ".db-wal"));
  const auto slept = node_.sync(SyncReason::kSleep);
  ASSERT_TRUE(slept);
  EXPECT_TRUE(slept->needed.empty());
  EXPECT_EQ(slept->snapshots.size(), all() - 2);
  EXPECT_EQ(node_.restored().size(), all() - 2) << "the two are rebuilt from the events";
}

TEST_F(PageShippingTest, WhatIsLostIsCollectedAgain) {
  node_.ask_all();
  const Names first = node_.read_and_collect();
  const auto pages = node_.sending_->pages;
  node_.lose();
  EXPECT_TRUE(node_.collect().empty());
  node_.lose();
  EXPECT_EQ(node_.read_and_collect(), first);
  for (std::size_t i = 0; i < pages.size(); ++i) {
    EXPECT_EQ(node_.sending_->pages[i].content, pages[i].content);
  }
  node_.acknowledge();
  EXPECT_EQ(node_.restored().size(), all());
}

TEST_F(PageShippingTest, WaitsUntilTheNodeOwnsTheWorkspace) {
  node_.table_.remove(ReplicatedWorkspace::id());
  node_.table_.add(ReplicatedWorkspace::id(), kTestFolder);
  node_.ask_all();
  const std::size_t calls = node_.replica_.bucket_->calls();
  EXPECT_TRUE(node_.read_and_collect().empty());
  EXPECT_EQ(node_.replica_.bucket_->calls(), calls);
  node_.acknowledge();
  node_.table_.on_acquired(ReplicatedWorkspace::id());
  EXPECT_EQ(node_.read_and_collect().size(), all());
}

TEST_F(PageShippingTest, WhatNeedsOldBundlesBecomesAnObject) {
  node_.ask_all();
  node_.ship_all();
  EXPECT_EQ(node_.settle(SyncReason::kPeriodic).needed.size(), all());
  node_.bundles_skipped_ = PageShipping::kBundlesBehindMax + 1;
  EXPECT_TRUE(node_.read_and_collect().empty());
  EXPECT_EQ(node_.stored_, static_cast<int>(all()));
  node_.acknowledge();
  const auto standing = node_.settle(SyncReason::kPeriodic);
  EXPECT_TRUE(standing.needed.empty());
  EXPECT_EQ(standing.snapshots.size(), all());
}

/// Up to where a database comes before its workspace leaves.
enum class Stage { kIdle, kBusy, kReady, kSending, kStoring };

class PageShippingForgetTest : public PageShippingTest, public testing::WithParamInterface<Stage> {
 protected:
  void reach(Stage stage) {
    if (stage == Stage::kStoring) grow_messages();
    node_.ask_all();
    node_.timing_.pass(limits::kPagesInterval);
    if (stage == Stage::kIdle) return;
    node_.begin(run_on(node_.strand_, node_.pages_->collect(limits::kBundleBytesMax)));
    node_.run_some(stage == Stage::kBusy ? 8 : stage == Stage::kStoring ? 60 : 0);
    if (stage == Stage::kBusy || stage == Stage::kStoring) return;
    node_.quiesce();
    if (stage == Stage::kSending) EXPECT_EQ(node_.collect().size(), all());
  }
};

TEST_P(PageShippingForgetTest, EndsWhateverIsUnderWayAndBeginsAnew) {
  reach(GetParam());
  node_.forget();
  if (node_.sending_) node_.acknowledge();
  EXPECT_TRUE(node_.collect().empty());
  node_.acknowledge();
  const auto standing = node_.settle(SyncReason::kPeriodic);
  EXPECT_TRUE(standing.needed.empty() && standing.snapshots.empty());
  node_.workspace().say("it is back");
  node_.ask_all();
  node_.ship_all();
  ASSERT_TRUE(node_.sync(SyncReason::kSleep));
  EXPECT_EQ(node_.restored().size(), all());
}

TEST_P(PageShippingForgetTest, ASettlingEndsWithoutWaiting) {
  reach(GetParam());
  const auto standing =
      node_.begin(node_.pages_->settle(ReplicatedWorkspace::id(), SyncReason::kSleep));
  node_.run_some(20);
  EXPECT_FALSE(standing->has_value());
  node_.begin(ShippedDatabases::finish(node_.pages_->forget(ReplicatedWorkspace::id())));
  node_.run_some(200);
  EXPECT_TRUE(standing->has_value()) << "it waits for what nobody ends";
  if (node_.sending_) node_.lose();
  node_.workspace().say("it is back");
  node_.ask_all();
  node_.ship_all();
  ASSERT_TRUE(node_.sync(SyncReason::kPeriodic));
  EXPECT_EQ(node_.restored().size(), all());
}

INSTANTIATE_TEST_SUITE_P(Stages, PageShippingForgetTest,
                         testing::Values(Stage::kIdle, Stage::kBusy, Stage::kReady, Stage::kSending,
                                         Stage::kStoring));

/// What happens on a node, in any order.
class Shifts {
 public:
  Shifts(ShippedDatabases& node, std::uint64_t seed) : node_(node), random_(seed) {}

  void step() {
    switch (random_.below(12)) {
      case 0:
      case 1: node_.workspace().say(std::string(random_.below(9'000), 'x')); break;
      case 2: node_.workspace().write("a.txt", random_.id("text_")); break;
      case 3:
      case 4: node_.ask(databases::kDatabaseNames[random_.below(6)]); break;
      case 5: node_.timing_.pass(std::chrono::seconds{random_.below(60)}); break;
      case 6:
      case 7:
        if (!node_.sending_) node_.collect();
        break;
      case 8: end_sending(); break;
      case 9: node_.begin(node_.pages_->settle(id(), SyncReason::kPeriodic)); break;
      case 10: sync(random_.below(2) == 0 ? SyncReason::kPeriodic : SyncReason::kSleep); break;
      default: restart();
    }
    if (random_.below(3) == 0) node_.run_some(random_.below(10));
  }

 private:
  static WorkspaceId id() { return ReplicatedWorkspace::id(); }
  void end_sending() {
    if (!node_.sending_) return;
    random_.below(3) == 0 ? node_.lose() : node_.acknowledge();
  }
  /// A bundle that is on its way ends while it settles.
  void sync(SyncReason reason) {
    SyncPoint point = node_.replica_.point();
    const auto standing = node_.begin(node_.pages_->settle(id(), reason));
    node_.run_some(random_.below(30));
    end_sending();
    node_.quiesce();
    RC_ASSERT(standing->has_value());
    if (random_.below(4) == 0) return;  // the manifest does not get that far
    const auto synced = node_.sync(reason, std::move(point), **standing);
    RC_ASSERT(synced.ok());
  }
  void restart() {
    if (random_.below(4) != 0) return;
    node_.stop();
    node_.start();
  }

  ShippedDatabases& node_;
  SeededRandom random_;
};

RC_GTEST_PROP(PageShipping, BringsBackWhatItShippedInWhateverOrder, (std::uint64_t seed)) {
  ShippedDatabases node;
  node.workspace().say("the first event");
  Shifts shifts(node, seed);
  SeededRandom random(seed ^ 1);
  for (std::uint64_t steps = random.below(20); steps > 0; --steps) shifts.step();
  node.quiesce();
  node.workspace().say("the last event");
  node.ask_all();
  if (random.below(2) == 0) node.ship_all();
  const SyncReason reason = random.below(2) == 0 ? SyncReason::kPeriodic : SyncReason::kSleep;
  if (node.sending_) node.acknowledge();
  const bool whole = reason == SyncReason::kSleep;
  if (!whole) node.ship_all();
  const auto synced = node.sync(reason);
  RC_ASSERT(synced.ok());
  RC_ASSERT(!whole || synced->needed.empty());
  RC_ASSERT(node.restored().size() == databases::kDatabaseNames.size());
  RC_ASSERT(!testing::Test::HasFailure());
}

}  // namespace
}  // namespace coditect::replication
