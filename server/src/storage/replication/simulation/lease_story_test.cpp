#include "storage/replication/lease/lease_watch.h"
#include "storage/replication/lease/node_lease.h"
#include "storage/replication/log/takeover.h"
#include "storage/replication/simulation/story.h"

namespace coditect::replication::simulation {
namespace {

constexpr milliseconds kPatience{60'000};
const LeaseTimes kTimes{};

class LeaseStory : public StoryTest {
 protected:
  awaitable<Result<WrittenLease>> claim(Actor& actor, std::string nonce, std::string holder = "a") {
    LeaseClaim claim{"a", std::move(holder), std::move(nonce)};
    return claim_lease(actor.store, actor.timing, kTimes, std::move(claim), kPatience);
  }
  std::unique_ptr<NodeLease> keep(Actor& actor, WrittenLease lease) {
    return std::make_unique<NodeLease>(world_.strand(), actor.store, actor.timing, kTimes,
                                       std::move(lease));
  }
  LeaseRecord stored() { return *parse_lease(*network_.bucket->get(lease_key("a"))->content); }

  Actor a_{network_};
  Actor b_{network_};
};

TEST_F(LeaseStory, IsRenewedForAsLongAsItIsHeld) {
  auto story = [this]() -> awaitable<void> {
    auto claimed = co_await claim(a_, "n1");
    EXPECT_EQ(claimed->stored.record.epoch, 1u);
    const auto lease = keep(a_, *std::move(claimed));
    for (int i = 0; i < 100; ++i) {
      EXPECT_TRUE(lease->valid());
      co_await a_.timing.sleep_for(milliseconds{997});
    }
    EXPECT_GE(stored().counter, 30u);
    lease->past_is_sealed();
    EXPECT_TRUE((co_await lease->release(kPatience)).ok());
    EXPECT_FALSE(lease->valid());
    EXPECT_TRUE(stored().released());
  };
  play(story());
}

TEST_F(LeaseStory, AReleasedLeaseIsTakenAtOnce) {
  auto story = [this]() -> awaitable<void> {
    const auto lease = keep(a_, *co_await claim(a_, "n1"));
    EXPECT_TRUE((co_await lease->release(kPatience)).ok());
    const SteadyTime begin = world_.now();
    const auto next = co_await claim(b_, "n2", "b");
    EXPECT_EQ(next->stored.record.epoch, 2u);
    EXPECT_LT(world_.now() - begin, seconds{1});
  };
  play(story());
}

TEST_F(LeaseStory, TheSameNodeStartsAtOnceAndItsOldProcessLosesTheLease) {
  auto story = [this]() -> awaitable<void> {
    const auto old = keep(a_, *co_await claim(a_, "n1"));
    std::vector<LeaseStanding> heard;
    old->listen([&heard](LeaseStanding standing) { heard.push_back(standing); });
    const auto next = co_await claim(b_, "n2");
    EXPECT_EQ(next->stored.record.epoch, 2u);
    co_await a_.timing.sleep_for(seconds{5});
    EXPECT_FALSE(old->valid());
    EXPECT_EQ(heard, (std::vector{LeaseStanding::kLost}));
    co_await old->close();
    EXPECT_EQ(stored().nonce, "n2");
  };
  play(story());
}

TEST_F(LeaseStory, SomebodyElseWaitsUntilItHasRunOut) {
  auto story = [this]() -> awaitable<void> {
    const auto lease = keep(a_, *co_await claim(a_, "n1"));
    co_await a_.timing.sleep_for(seconds{30});
    const SteadyTime begin = world_.now();
    a_.process->paused = true;
    const auto next = co_await claim(b_, "n2", "b");
    EXPECT_TRUE(next.ok());
    EXPECT_GE(world_.now() - begin, kTimes.claimant_time() - kTimes.renew_interval);
    world_.resume(*a_.process);
    EXPECT_FALSE(lease->valid());
    co_await b_.timing.sleep_for(seconds{5});
    EXPECT_EQ(lease->standing(), LeaseStanding::kLost);
    co_await lease->close();
  };
  play(story());
}

TEST_F(LeaseStory, NobodyTakesALeaseThatIsRenewed) {
  auto story = [this]() -> awaitable<void> {
    const auto lease = keep(a_, *co_await claim(a_, "n1"));
    const auto refused = co_await claim(b_, "n2", "b");
    EXPECT_FALSE(refused.ok());
    EXPECT_EQ(refused.error().code, Errc::kUnavailable);
    EXPECT_NE(refused.error().message.find("node a holds it in epoch 1"), std::string::npos);
    EXPECT_TRUE(lease->valid());
    co_await lease->close();
  };
  play(story());
}

TEST_F(LeaseStory, ACutNodeIsFencedAndResumes) {
  auto story = [this]() -> awaitable<void> {
    const auto lease = keep(a_, *co_await claim(a_, "n1"));
    std::vector<LeaseStanding> heard;
    lease->listen([&heard](LeaseStanding standing) { heard.push_back(standing); });
    a_.store.cut_until = world_.now() + seconds{60};
    co_await a_.timing.sleep_for(seconds{12});
    EXPECT_FALSE(lease->valid());
    EXPECT_TRUE(lease->trouble().has_value());
    co_await a_.timing.sleep_for(seconds{60});
    EXPECT_TRUE(lease->valid());
    EXPECT_FALSE(lease->trouble().has_value());
    EXPECT_EQ(heard, (std::vector{LeaseStanding::kFenced, LeaseStanding::kValid}));
    EXPECT_EQ(stored().epoch, 1u);
    co_await lease->close();
  };
  play(story());
}

TEST_F(LeaseStory, IsLostWithItsObject) {
  auto story = [this]() -> awaitable<void> {
    const auto lease = keep(a_, *co_await claim(a_, "n1"));
    network_.bucket->remove(lease_key("a"));
    co_await a_.timing.sleep_for(seconds{5});
    EXPECT_EQ(lease->standing(), LeaseStanding::kLost);
    EXPECT_TRUE((co_await lease->release(kPatience)).ok());
    EXPECT_FALSE(exists(lease_key("a")));
  };
  play(story());
}

TEST_F(LeaseStory, AReleaseThatCannotBeSentSaysSo) {
  auto story = [this]() -> awaitable<void> {
    const auto lease = keep(a_, *co_await claim(a_, "n1"));
    a_.store.cut_until = world_.now() + seconds{600};
    const auto released = co_await lease->release(seconds{5});
    EXPECT_FALSE(released.ok());
    EXPECT_EQ(released.error().code, Errc::kUnavailable);
    EXPECT_FALSE(lease->valid());
  };
  play(story());
}

TEST_F(LeaseStory, ADamagedLeaseIsNotTaken) {
  place(lease_key("a"), "{}");
  auto story = [this]() -> awaitable<void> {
    const auto claimed = co_await claim(a_, "n1");
    EXPECT_FALSE(claimed.ok());
    EXPECT_EQ(claimed.error().code, Errc::kInternal);
  };
  play(story());
}

TEST_F(LeaseStory, AForeignRecordUnderTheKeyIsNotTaken) {
  place(lease_key("a"), to_text(next_epoch({}, "z", "z", "n9")));
  auto story = [this]() -> awaitable<void> {
    const auto claimed = co_await claim(a_, "n1");
    EXPECT_FALSE(claimed.ok());
    EXPECT_EQ(claimed.error().code, Errc::kInternal);
  };
  play(story());
}

/// Polls until a vacancy of node a shows.
awaitable<LeaseWatch::Vacancy> await_vacancy(Actor& actor, LeaseWatch& watch) {
  while (true) {
    auto vacancies = co_await watch.poll();
    if (vacancies && !vacancies->empty()) co_return std::move(vacancies->front());
    co_await actor.timing.sleep_for(milliseconds{1'000});
  }
}

TEST_F(LeaseStory, TheWatchTellsExpiredFromReleased) {
  auto story = [this]() -> awaitable<void> {
    auto lease = keep(a_, *co_await claim(a_, "n1"));
    LeaseWatch watch(b_.store, b_.timing, kTimes);
    for (int i = 0; i < 30; ++i) {
      EXPECT_TRUE((co_await watch.poll())->empty());
      co_await b_.timing.sleep_for(milliseconds{1'000});
    }
    co_await lease->close();
    EXPECT_EQ((co_await await_vacancy(b_, watch)).reason, LeaseWatch::Vacancy::Reason::kExpired);
    lease = keep(a_, *co_await claim(a_, "n2"));
    EXPECT_TRUE((co_await lease->release(kPatience)).ok());
    const SteadyTime begin = world_.now();
    EXPECT_EQ((co_await await_vacancy(b_, watch)).reason, LeaseWatch::Vacancy::Reason::kReleased);
    EXPECT_LT(world_.now() - begin, kTimes.time);
  };
  play(story());
}

awaitable<void> take(Actor& actor, StoredLease vacant, std::string by, int& taken, int& refused) {
  const auto held = co_await take_over(actor.store, actor.timing, kTimes, std::move(vacant), by,
                                       "t_" + by, kPatience);
  ++(held ? taken : refused);
  if (held) {
    EXPECT_EQ(held->record.epoch, 2u);
    EXPECT_EQ(held->record.sealed_through, 1u);
  } else {
    EXPECT_EQ(held.error().code, Errc::kConflict);
  }
}

TEST_F(LeaseStory, OfAHundredClaimantsOneTakesThePlace) {
  network_.lost_permille = 150;
  network_.twice_permille = 150;
  std::vector<std::unique_ptr<Actor>> claimants;
  for (int i = 0; i < 100; ++i) claimants.push_back(std::make_unique<Actor>(network_));
  int taken = 0;
  int refused = 0;
  auto story = [&]() -> awaitable<void> {
    co_await keep(a_, *co_await claim(a_, "n1"))->close();
    LeaseWatch watch(b_.store, b_.timing, kTimes);
    const LeaseWatch::Vacancy vacancy = co_await await_vacancy(b_, watch);
    TaskGroup tasks(world_.strand(),
                    [](std::string_view, const std::string& what) { ADD_FAILURE() << what; });
    for (std::size_t i = 0; i < claimants.size(); ++i) {
      tasks.spawn("claimant",
                  take(*claimants[i], vacancy.lease, "c" + std::to_string(i), taken, refused));
    }
    co_await tasks.join();
  };
  play(story());
  EXPECT_EQ(taken, 1);
  EXPECT_EQ(refused, 99);
}

TEST_F(LeaseStory, ATakeoverThatEndsLetsTheNodeStartAgain) {
  auto story = [this]() -> awaitable<void> {
    co_await keep(a_, *co_await claim(a_, "n1"))->close();
    LeaseWatch watch(b_.store, b_.timing, kTimes);
    LeaseWatch::Vacancy vacancy = co_await await_vacancy(b_, watch);
    auto held = co_await take_over(b_.store, b_.timing, kTimes, std::move(vacancy.lease), "b", "n2",
                                   kPatience);
    EXPECT_TRUE(exists(bundle_key({"a", 1, 1})));  // the seal
    EXPECT_TRUE(
        (co_await end_takeover(b_.store, b_.timing, kTimes, *std::move(held), kPatience)).ok());
    const auto again = co_await claim(a_, "n3");
    EXPECT_EQ(again->stored.record.epoch, 3u);
    EXPECT_EQ(again->stored.record.sealed_through, 1u);
  };
  play(story());
}

}  // namespace
}  // namespace coditect::replication::simulation
