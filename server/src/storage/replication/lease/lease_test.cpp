#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <functional>

#include "storage/replication/lease/lease_observer.h"
#include "storage/replication/lease/lease_owner.h"
#include "storage/replication/lease/lease_record.h"

namespace coditect::replication {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart{seconds{1'000}};
const LeaseTimes kTimes{};  // 10 s, renewed every 3 s, margin 2 s

LeaseRecord record_of(std::uint64_t counter = 1) {
  LeaseRecord record;
  record.node = "a";
  record.epoch = 4;
  record.holder = "a";
  record.nonce = "n1";
  record.counter = counter;
  record.sealed_through = 2;
  return record;
}

LeaseOwner owner_of() { return LeaseOwner(kTimes, record_of(), "g1", kStart); }

template <class Order>
bool is(const LeaseOwner::Order& order) {
  return std::holds_alternative<Order>(order);
}

LeaseOwner::Write write_of(LeaseOwner& owner, SteadyTime now) {
  const LeaseOwner::Order order = owner.next(now);
  EXPECT_TRUE(is<LeaseOwner::Write>(order));
  return std::get<LeaseOwner::Write>(order);
}

TEST(LeaseRecord, IsReadAsItWasWritten) {
  const LeaseRecord record = record_of();
  const auto read = parse_lease(to_text(record));
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(*read, record);
}

TEST(LeaseRecord, RefusesWhatIsNone) {
  const std::string good = to_text(record_of());
  struct Case {
    const char* name;
    std::string from;
    std::string to;
  };
  const Case cases[] = {
      {"no node", R"("node":"a")", R"("node":"")"},
      {"a number for a node", R"("node":"a")", R"("node":1)"},
      {"no nonce", R"("nonce":"n1")", R"("nonce":"")"},
      {"no holder member", R"("holder")", R"("other")"},
      {"epoch 0", R"("epoch":4)", R"("epoch":0)"},
      {"an epoch below 0", R"("epoch":4)", R"("epoch":-4)"},
      {"its own epoch sealed", R"("sealed_through":2)", R"("sealed_through":4)"},
      {"no counter", R"("counter":1)", R"("counter":null)"},
      {"cut", "}", ""},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    std::string text = good;
    text.replace(text.find(each.from), each.from.size(), each.to);
    const auto read = parse_lease(text);
    ASSERT_FALSE(read.ok());
    EXPECT_EQ(read.error().code, Errc::kInternal);
    EXPECT_FALSE(read.error().hint.empty());
  }
}

TEST(LeaseRecord, ANewEpochKeepsWhatIsSealed) {
  const LeaseRecord next = next_epoch(record_of(9), "a", "b", "n2");
  EXPECT_EQ(next.epoch, 5u);
  EXPECT_EQ(next.counter, 10u);
  EXPECT_EQ(next.sealed_through, 2u);
  EXPECT_EQ(next.holder, "b");
  EXPECT_EQ(next_epoch(LeaseRecord{}, "a", "a", "n").epoch, 1u);
}

TEST(LeaseOwner, RenewsInTime) {
  LeaseOwner owner = owner_of();
  EXPECT_EQ(owner.valid_until(), kStart + seconds{8});
  const auto wait = owner.next(kStart + seconds{1});
  ASSERT_TRUE(is<LeaseOwner::Wait>(wait));
  EXPECT_EQ(std::get<LeaseOwner::Wait>(wait).until, kStart + seconds{3});
  const auto write = write_of(owner, kStart + seconds{3});
  EXPECT_EQ(write.if_generation, "g1");
  EXPECT_EQ(write.record.counter, 2u);
  owner.stored("g2");
  // It is good from when it was sent, not from when the answer came.
  EXPECT_EQ(owner.valid_until(), kStart + seconds{11});
  EXPECT_EQ(write_of(owner, kStart + seconds{6}).if_generation, "g2");
}

TEST(LeaseOwner, AnAnswerThatComesTooLateIsWorthNothing) {
  LeaseOwner owner = owner_of();
  static_cast<void>(write_of(owner, kStart + seconds{3}));
  EXPECT_EQ(owner.standing(kStart + seconds{8} - milliseconds{1}), LeaseStanding::kValid);
  EXPECT_EQ(owner.standing(kStart + seconds{8}), LeaseStanding::kFenced);
  owner.stored("g2");
  EXPECT_EQ(owner.standing(kStart + seconds{20}), LeaseStanding::kFenced);
  static_cast<void>(write_of(owner, kStart + seconds{20}));
  owner.stored("g3");
  EXPECT_EQ(owner.standing(kStart + seconds{20}), LeaseStanding::kValid);
}

TEST(LeaseOwner, TheSameBytesAreSentUntilTheirFateIsKnown) {
  LeaseOwner owner = owner_of();
  const auto first = write_of(owner, kStart + seconds{3});
  owner.failed(kStart + seconds{5});
  EXPECT_TRUE(is<LeaseOwner::Wait>(owner.next(kStart + seconds{5})));
  const auto second = write_of(owner, kStart + seconds{6});
  EXPECT_EQ(second.record, first.record);
  owner.stored("g2");
  EXPECT_EQ(owner.valid_until(), kStart + seconds{3 + 8});  // of the first attempt
}

TEST(LeaseOwner, FindsItsOwnWriteBehindARefusal) {
  LeaseOwner owner = owner_of();
  const auto write = write_of(owner, kStart + seconds{3});
  owner.refused();
  EXPECT_TRUE(is<LeaseOwner::Read>(owner.next(kStart + seconds{3})));
  owner.failed(kStart + seconds{3});  // the read
  EXPECT_TRUE(is<LeaseOwner::Wait>(owner.next(kStart + seconds{3})));
  EXPECT_TRUE(is<LeaseOwner::Read>(owner.next(kStart + seconds{4})));
  owner.found(write.record, "g2");
  EXPECT_EQ(owner.valid_until(), kStart + seconds{11});
  EXPECT_EQ(write_of(owner, kStart + seconds{6}).if_generation, "g2");
}

TEST(LeaseOwner, IsLostToAnybodyElse) {
  struct Case {
    const char* name;
    std::function<void(LeaseRecord&)> change;
  };
  const Case cases[] = {
      {"another holder and epoch",
       [](LeaseRecord& record) {
         ++record.epoch;
         record.holder = "b";
       }},
      {"another process of the same node", [](LeaseRecord& record) { record.nonce = "n2"; }},
      {"a write that was never made", [](LeaseRecord& record) { record.counter += 5; }},
      {"released", [](LeaseRecord& record) { record.holder.clear(); }},
  };
  for (const Case& each : cases) {
    SCOPED_TRACE(each.name);
    LeaseOwner owner = owner_of();
    LeaseRecord found = write_of(owner, kStart + seconds{3}).record;
    owner.refused();
    each.change(found);
    owner.found(found, "g9");
    EXPECT_EQ(owner.standing(kStart + seconds{3}), LeaseStanding::kLost);
    EXPECT_EQ(owner.valid_until(), SteadyTime::min());
    EXPECT_TRUE(is<LeaseOwner::Stop>(owner.next(kStart + seconds{60})));
    owner.release();
    EXPECT_TRUE(is<LeaseOwner::Stop>(owner.next(kStart + seconds{60})));
  }
}

TEST(LeaseOwner, IsLostWithItsObject) {
  LeaseOwner owner = owner_of();
  static_cast<void>(write_of(owner, kStart + seconds{3}));
  owner.refused();
  owner.absent();
  EXPECT_EQ(owner.standing(kStart + seconds{3}), LeaseStanding::kLost);
}

TEST(LeaseOwner, ReleaseWaitsForTheRenewalUnderWay) {
  LeaseOwner owner = owner_of();
  const auto renewal = write_of(owner, kStart + seconds{3});
  owner.release();
  EXPECT_EQ(owner.standing(kStart + seconds{3}), LeaseStanding::kFenced);
  EXPECT_EQ(write_of(owner, kStart + seconds{4}).record, renewal.record);
  owner.stored("g2");
  const auto release = write_of(owner, kStart + seconds{4});
  EXPECT_TRUE(release.record.released());
  EXPECT_EQ(release.if_generation, "g2");
  EXPECT_FALSE(owner.released());
  owner.stored("g3");
  EXPECT_TRUE(owner.released());
  EXPECT_TRUE(is<LeaseOwner::Stop>(owner.next(kStart + seconds{60})));
}

TEST(LeaseOwner, SaysThatThePastIsSealed) {
  LeaseOwner owner = owner_of();
  owner.seal_through(3);
  EXPECT_EQ(write_of(owner, kStart + seconds{3}).record.sealed_through, 3u);
}

TEST(LeaseObserver, WaitsForTheWholeTimeOfOneGeneration) {
  LeaseObserver observer(kTimes);
  struct Step {
    milliseconds at;
    const char* generation;
    bool quiet;
    bool expired;
  };
  const Step steps[] = {
      {seconds{0}, "g1", false, false},   {seconds{5}, "g1", false, false},
      {seconds{6}, "g1", true, false},    {seconds{11}, "g2", false, false},  // renewed at last
      {seconds{22}, "g2", true, false},   {milliseconds{22'999}, "g2", true, false},
      {seconds{23}, "g2", false, true},   {seconds{99}, "g2", false, true},
      {seconds{100}, "g3", false, false},
  };
  for (const Step& step : steps) {
    const auto verdict = observer.observe({{"a", step.generation}}, kStart + step.at);
    EXPECT_EQ(verdict.quiet.size(), step.quiet ? 1u : 0u) << step.at.count();
    EXPECT_EQ(verdict.expired.size(), step.expired ? 1u : 0u) << step.at.count();
  }
}

TEST(LeaseObserver, ForgetsALeaseThatIsGone) {
  LeaseObserver observer(kTimes);
  EXPECT_TRUE(observer.observe({{"a", "g1"}, {"b", "g1"}}, kStart).expired.empty());
  EXPECT_TRUE(observer.observe({{"b", "g1"}}, kStart + seconds{6}).expired.empty());
  const auto verdict = observer.observe({{"a", "g1"}, {"b", "g1"}}, kStart + seconds{12});
  ASSERT_EQ(verdict.expired.size(), 1u);
  EXPECT_EQ(verdict.expired[0].node, "b");
}

// Whatever becomes of its writes, an owner is never valid when a claimant may act: neither acts on
// the other's clock, and both begin at the same write.
RC_GTEST_PROP(LeaseProperty, NeverValidWhenAClaimantMayAct, ()) {
  LeaseOwner owner = owner_of();
  LeaseObserver observer(kTimes);
  SteadyTime now = kStart;
  std::uint64_t generation = 1;
  LeaseRecord stored = record_of();
  const auto steps = *rc::gen::inRange(1, 60);
  for (int i = 0; i < steps; ++i) {
    now += milliseconds{*rc::gen::inRange(0, 2'500)};
    const LeaseOwner::Order order = owner.next(now);
    if (const auto* write = std::get_if<LeaseOwner::Write>(&order)) {
      const bool arrives = *rc::gen::inRange(0, 3) > 0;
      const bool fits = write->if_generation == "g" + std::to_string(generation);
      if (arrives && fits) {
        stored = write->record;
        ++generation;
      }
      now += milliseconds{*rc::gen::inRange(0, 6'000)};
      if (!arrives || *rc::gen::inRange(0, 3) == 0) {
        owner.failed(now);
      } else if (fits) {
        owner.stored("g" + std::to_string(generation));
      } else {
        owner.refused();
      }
    } else if (is<LeaseOwner::Read>(order)) {
      owner.found(stored, "g" + std::to_string(generation));
    }
    const auto verdict = observer.observe({{"a", "g" + std::to_string(generation)}}, now);
    if (!verdict.expired.empty()) RC_ASSERT(owner.standing(now) != LeaseStanding::kValid);
    RC_ASSERT(owner.standing(now) != LeaseStanding::kLost);
  }
}

}  // namespace
}  // namespace coditect::replication
