#include "storage/replication/manifest_store.h"

#include <gtest/gtest.h>

#include <boost/asio/post.hpp>

#include <set>

#include "storage/replication/replication_test_support.h"
#include "storage/replication/sync/for_each.h"

namespace coditect::replication {
namespace {

using objects::Fault;
using objects::StoreCall;

Manifest first_manifest() {
  Manifest manifest;
  manifest.workspace = WorkspaceId("w_1");
  manifest.epoch = 1;
  return manifest;
}

Claim claim_of(const std::string& node, std::uint64_t node_epoch) {
  return {{node, node_epoch}, 1, std::nullopt};
}

/// A workspace in a bucket: one way to it with faults, one without.
class ManifestStoreTest : public testing::Test {
 protected:
  ManifestStoreTest() { EXPECT_TRUE(player_.play(sound_.create(first_manifest()))); }
  Manifest now() { return player_.play(sound_.load())->value; }
  Result<Versioned<Manifest>> acquire(const Claim& claim) {
    return player_.play(sound_.acquire(claim));
  }
  /// What the next put suffers, once.
  void fault_at_next_put(Fault::Kind kind, std::size_t late_calls = 0) {
    faults_.decide = [kind, late_calls, done = false](StoreCall call, std::string_view) mutable {
      Fault fault;
      if (call != StoreCall::kPut || done) return fault;
      done = true;
      fault.kind = kind;
      fault.late_calls = late_calls;
      return fault;
    };
  }

  Player player_;
  std::shared_ptr<objects::MemoryBucket> bucket_ = std::make_shared<objects::MemoryBucket>();
  WatchedFaults faults_;
  objects::MemoryStore sound_store_{bucket_};
  objects::MemoryStore faulty_store_{bucket_, faults_, objects::sleep_on_timer};
  ManifestStore sound_{sound_store_, kTestFolder};
  ManifestStore faulty_{faulty_store_, kTestFolder};
};

TEST_F(ManifestStoreTest, CreatesOnlyOnce) {
  EXPECT_EQ(player_.play(sound_.create(first_manifest())).error().code, Errc::kConflict);
  EXPECT_EQ(player_.play(ManifestStore(sound_store_, "elsewhere").load()).error().code,
            Errc::kNotFound);
  Manifest bad = first_manifest();
  bad.epoch = 0;
  EXPECT_EQ(player_.play(ManifestStore(sound_store_, "elsewhere").create(bad)).error().code,
            Errc::kInvalid);
}

TEST_F(ManifestStoreTest, GivesAFreeWorkspaceToWhoAsksFirst) {
  const auto taken = acquire({{"n_a", 5}, 17, std::nullopt});
  ASSERT_TRUE(taken);
  EXPECT_EQ(taken->value.epoch, 2u);
  EXPECT_EQ(taken->value.owner, (Manifest::Owner{"n_a", 5}));
  EXPECT_EQ(taken->value.logs, (std::vector<LogPlace>{{"n_a", 5, 17}}));
  const auto refused = acquire(claim_of("n_b", 9));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kConflict);
  EXPECT_NE(refused.error().message.find("n_a"), std::string::npos);
  EXPECT_FALSE(refused.error().hint.empty());
  EXPECT_EQ(now(), taken->value);
}

TEST_F(ManifestStoreTest, AcquiringTwiceChangesNothing) {
  const auto first = acquire(claim_of("n_a", 5));
  const auto second = acquire(claim_of("n_a", 5));
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->value, second->value);
  EXPECT_EQ(first->generation, second->generation);
}

TEST_F(ManifestStoreTest, ALaterStartTakesItsOwnWorkspaceAndAnEarlierOneDoesNot) {
  ASSERT_TRUE(acquire(claim_of("n_a", 5)));
  const auto again = acquire({{"n_a", 6}, 1, std::nullopt});
  ASSERT_TRUE(again);
  EXPECT_EQ(again->value.epoch, 3u);
  EXPECT_EQ(again->value.logs, (std::vector<LogPlace>{{"n_a", 5, 1}, {"n_a", 6, 1}}));
  EXPECT_EQ(acquire(claim_of("n_a", 5)).error().code, Errc::kConflict);
}

TEST_F(ManifestStoreTest, TakesOverOnlyFromTheNodeWhoseLeaseWasTaken) {
  ASSERT_TRUE(acquire(claim_of("n_a", 5)));
  struct Case {
    const char* name;
    Manifest::Owner taken_over;
    bool allowed;
  };
  const Case cases[] = {
      {"another node", {"n_c", 5}, false},
      {"an earlier epoch of it", {"n_a", 4}, false},
      {"that epoch", {"n_a", 5}, true},
  };
  for (const Case& each : cases) {
    const auto taken = acquire({{"n_b", 1}, 3, each.taken_over});
    EXPECT_EQ(taken.ok(), each.allowed) << each.name;
  }
  EXPECT_EQ(now().owner, (Manifest::Owner{"n_b", 1}));
  EXPECT_EQ(now().logs, (std::vector<LogPlace>{{"n_a", 5, 1}, {"n_b", 1, 3}}));
}

TEST_F(ManifestStoreTest, ReleasesWhatIsOnesOwn) {
  ASSERT_TRUE(acquire(claim_of("n_a", 5)));
  EXPECT_EQ(player_.play(sound_.release({"n_b", 1})).error().code, Errc::kConflict);
  ASSERT_TRUE(player_.play(sound_.release({"n_a", 5})));
  ASSERT_TRUE(player_.play(sound_.release({"n_a", 5}))) << "it is free already";
  EXPECT_EQ(now().owner, std::nullopt);
  EXPECT_EQ(now().epoch, 2u);
  EXPECT_TRUE(acquire(claim_of("n_b", 1)));
  EXPECT_EQ(now().epoch, 3u);
}

TEST_F(ManifestStoreTest, UpdatesOnlyForItsOwner) {
  const ManifestStore::Change rename = [](Manifest& manifest) {
    manifest.meta["name"] = "new";
    return Result<void>();
  };
  EXPECT_EQ(player_.play(sound_.update({"n_a", 5}, rename)).error().code, Errc::kConflict);
  ASSERT_TRUE(acquire(claim_of("n_a", 5)));
  EXPECT_EQ(player_.play(sound_.update({"n_a", 4}, rename)).error().code, Errc::kConflict);
  ASSERT_TRUE(player_.play(sound_.update({"n_a", 5}, rename)));
  EXPECT_EQ(now().meta["name"], "new");
  const auto refused = player_.play(
      sound_.update({"n_a", 5}, [](Manifest&) { return Result<void>(invalid("no")); }));
  EXPECT_EQ(refused.error().message, "no");
}

TEST_F(ManifestStoreTest, KnowsItsOwnChangeByItsBytes) {
  for (const Fault::Kind kind :
       {Fault::Kind::kRequestLost, Fault::Kind::kAnswerLost, Fault::Kind::kLate}) {
    // A late put arrives before, at, and after the next attempt.
    for (std::size_t late_calls = 0; late_calls < 4; ++late_calls) {
      const Manifest before = now();
      const std::uint64_t next = before.owner ? before.owner->node_epoch + 1 : 1;
      fault_at_next_put(kind, late_calls);
      const auto taken = player_.play(faulty_.acquire(claim_of("n_a", next)));
      ASSERT_TRUE(taken) << taken.error().message;
      EXPECT_EQ(taken->value.epoch, before.epoch + 1);
      bucket_->settle();
      EXPECT_EQ(now(), taken->value) << "once, and as it was answered";
    }
  }
}

TEST_F(ManifestStoreTest, SaysThatItDoesNotKnow) {
  faults_.decide = [](StoreCall, std::string_view) {
    Fault fault;
    fault.kind = Fault::Kind::kRequestLost;
    return fault;
  };
  EXPECT_EQ(player_.play(faulty_.acquire(claim_of("n_a", 1))).error().code, Errc::kUnavailable);
  EXPECT_EQ(now(), first_manifest());
}

TEST_F(ManifestStoreTest, NamesADamagedManifest) {
  ASSERT_TRUE(player_.play(sound_store_.put(manifest_key(kTestFolder), "{}\n", objects::Always{})));
  const auto loaded = player_.play(sound_.load());
  ASSERT_FALSE(loaded);
  EXPECT_EQ(loaded.error().code, Errc::kInternal);
  EXPECT_NE(loaded.error().message.find(kTestFolder), std::string::npos);
}

/// A claimant that goes on asking while it does not know.
awaitable<Result<void>> compete(ManifestStore& store, std::size_t number,
                                std::vector<std::string>& winners) {
  const std::string node = "n_" + std::to_string(number);
  while (true) {
    auto taken = co_await store.acquire(claim_of(node, 1));
    if (taken) {
      winners.push_back(node);
      co_return Result<void>{};
    }
    if (taken.error().code == Errc::kConflict) co_return Result<void>{};
    if (taken.error().code != Errc::kUnavailable) co_return std::move(taken).error();
  }
}

TEST_F(ManifestStoreTest, OfAHundredClaimantsExactlyOneWins) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    auto bucket = std::make_shared<objects::MemoryBucket>();
    objects::SeededFaults faults(seed, {.request_lost_permille = 100,
                                        .answer_lost_permille = 150,
                                        .late_permille = 100,
                                        .late_calls_max = 50,
                                        .delay_permille = 300,
                                        .delay_max = std::chrono::milliseconds(1),
                                        .storm_permille = 5,
                                        .storm_calls_max = 10});
    // Delays become turns of the others.
    const objects::Sleep yield = [](std::chrono::milliseconds) -> awaitable<void> {
      co_await asio::post(co_await asio::this_coro::executor, asio::use_awaitable);
    };
    objects::MemoryStore store(bucket, faults, yield);
    objects::MemoryStore sound_store(bucket);
    ManifestStore sound(sound_store, kTestFolder);
    ManifestStore claimed(store, kTestFolder);
    ASSERT_TRUE(player_.play(sound.create(first_manifest())));
    std::vector<std::string> winners;
    const auto ended = player_.play(
        for_each(100, 100, [&](std::size_t i) { return compete(claimed, i, winners); }));
    ASSERT_TRUE(ended) << ended.error().message;
    bucket->settle();
    const auto manifest = player_.play(sound.load());
    ASSERT_TRUE(manifest);
    ASSERT_EQ(winners.size(), 1u) << "seed " << seed;
    EXPECT_EQ(manifest->value.owner, (Manifest::Owner{winners[0], 1})) << "seed " << seed;
    EXPECT_EQ(manifest->value.epoch, 2u) << "seed " << seed;
  }
}

}  // namespace
}  // namespace coditect::replication
