#include "storage/replication/node/database_copy.h"

#include <gtest/gtest.h>

#include "base/storage_limits.h"
#include "storage/databases/test_workspace.h"

namespace coditect::replication {
namespace {

using enum databases::DatabaseName;
using Step = DatabaseCopy::Step;
using Found = DatabaseCopy::Found;
using Again = DatabaseCopy::Again;

/// One database, with its copy's life in the test's hands.
class DatabaseCopyTest : public databases::WorkspaceTest {
 protected:
  void SetUp() override {
    databases::WorkspaceTest::SetUp();
    change();
  }
  void change() {
    happen("agent_message", R"({"id":"m1","from":"user:ann","to":["claude"],"text":"x"})");
    ASSERT_TRUE(catalogue_->catch_up(workspace(), kMessages, feed_));
    copy_.touch();
  }
  DatabaseCopy::Source source() const {
    return {WorkspaceId("w1"), "w1", workspace(), kMessages, folder_.path() / "large"};
  }
  static LogPlace bundle(std::uint64_t number) { return {"n_a", 1, number}; }
  Found scan(DatabaseCopy& copy) {
    copy.begin(now_);
    const auto found = copy.scan(*catalogue_);
    EXPECT_TRUE(found) << found.error().message;
    copy.end_scan(*found, now_);
    return *found;
  }
  void ship(std::uint64_t number) {
    EXPECT_EQ(scan(copy_), Found::kDelta);
    copy_.send(bundle(number));
    copy_.acknowledge();
  }
  /// Stores the whole database.
  Manifest::DatabaseSnapshot store(const std::string& key) {
    copy_.begin(now_);
    const auto found = copy_.scan_whole(*catalogue_);
    EXPECT_TRUE(found && *found == Found::kLarge);
    copy_.end_scan(Found::kLarge, now_);
    Manifest::DatabaseSnapshot snapshot{key, copy_.head().applied_after,
                                        copy_.head().checksum_after, copy_.head().database_bytes()};
    copy_.store(snapshot, now_);
    return snapshot;
  }

  SteadyTime now_{std::chrono::hours{1}};
  DatabaseCopy copy_{source()};
};

TEST_F(DatabaseCopyTest, NeedsTheFirstBundleThatTheStoreAcknowledged) {
  EXPECT_TRUE(copy_.is_due(now_));
  ASSERT_EQ(scan(copy_), Found::kDelta);
  EXPECT_FALSE(copy_.first());
  EXPECT_EQ(copy_.send(bundle(7)).size(), copy_.head().encoded_bytes());
  EXPECT_FALSE(copy_.first()) << "it is not in the store yet";
  copy_.acknowledge();
  EXPECT_EQ(copy_.first(), bundle(7));
  change();
  ship(9);
  EXPECT_EQ(copy_.first(), bundle(7)) << "a delta stands on what came before";
  EXPECT_EQ(scan(copy_), Found::kNothing);
  EXPECT_FALSE(copy_.is_settled());
}

TEST_F(DatabaseCopyTest, WhatIsTakenBackIsDueAgain) {
  ASSERT_EQ(scan(copy_), Found::kDelta);
  copy_.take_back();
  EXPECT_EQ(copy_.step(), Step::kIdle);
  EXPECT_FALSE(copy_.is_due(now_)) << "not at once";
  now_ += limits::kPagesInterval;
  EXPECT_TRUE(copy_.is_due(now_));
  ASSERT_EQ(scan(copy_), Found::kDelta);
  copy_.send(bundle(3));
  copy_.take_back();
  EXPECT_FALSE(copy_.first());
  ship(4);
  EXPECT_EQ(copy_.first(), bundle(4));
}

TEST_F(DatabaseCopyTest, AnObjectStandsForTheBundlesBeforeIt) {
  ship(1);
  const auto snapshot = store("a");
  EXPECT_FALSE(copy_.first());
  ASSERT_NE(copy_.unnamed(), nullptr);
  EXPECT_EQ(*copy_.unnamed(), snapshot);
  EXPECT_FALSE(copy_.is_settled()) << "no manifest names it";
  copy_.on_named(snapshot);
  EXPECT_EQ(copy_.unnamed(), nullptr);
  EXPECT_TRUE(copy_.is_settled());
  change();
  ship(5);
  EXPECT_EQ(copy_.first(), bundle(5));
  EXPECT_FALSE(copy_.head().is_snapshot()) << "it goes on from the object";
}

TEST_F(DatabaseCopyTest, AnObjectWithoutANameIsForgottenInTime) {
  store("a");
  change();
  ship(5);
  now_ += limits::kGarbageGrace / 2;
  copy_.expire(now_);
  EXPECT_EQ(copy_.unnamed(), nullptr);
  EXPECT_FALSE(copy_.first()) << "its deltas stand on nothing";
  ASSERT_EQ(scan(copy_), Found::kDelta);
  EXPECT_TRUE(copy_.head().is_snapshot());
}

TEST_F(DatabaseCopyTest, RemembersWhatTheManifestNames) {
  struct Case {
    const char* what;
    std::uint64_t checksum_change;
    bool snapshot;
  };
  const auto stored = store("a");
  copy_.on_named(stored);
  ASSERT_TRUE(copy_.save());
  change();
  for (const Case& each : {Case{"the same object", 0, false}, Case{"another one", 1, true}}) {
    DatabaseCopy later(source());
    Manifest manifest;
    manifest.databases["messages"] = stored;
    manifest.databases["messages"].checksum ^= each.checksum_change;
    later.tell(manifest);
    EXPECT_TRUE(later.remember());
    later.compare();
    EXPECT_EQ(scan(later), Found::kDelta);
    EXPECT_EQ(later.head().is_snapshot(), each.snapshot) << each.what;
  }
}

TEST_F(DatabaseCopyTest, SaysATroubleOnce) {
  const Error trouble = internal("it is damaged");
  copy_.begin(now_);
  EXPECT_TRUE(copy_.fail(trouble, Again::kWhenItChanges, now_));
  EXPECT_TRUE(copy_.is_settled()) << "it is not tried again";
  copy_.begin(now_);
  EXPECT_FALSE(copy_.fail(trouble, Again::kWhenDue, now_));
  now_ += limits::kPagesInterval;
  EXPECT_TRUE(copy_.is_due(now_));
  ship(1);
  copy_.begin(now_);
  EXPECT_TRUE(copy_.fail(trouble, Again::kWhenDue, now_)) << "it had got over it";
  EXPECT_EQ(copy_.first(), bundle(1));
  copy_.let_go();
  EXPECT_FALSE(copy_.first());
}

}  // namespace
}  // namespace coditect::replication
