#include "coordination/locks/lock_table.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordination/test_log.h"

namespace coditect::locks {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// A small vocabulary for stories about locks. Holders are "agent:NAME".
class LockTableTest : public ::testing::Test {
 protected:
  Request request(std::string holder, std::string path, Mode mode) {
    Request made;
    made.holder = std::move(holder);
    made.path = std::move(path);
    made.mode = mode;
    made.now = now;
    made.session = "s_1";
    made.task = "t_1";
    return made;
  }

  /// The token; 0 when it waits, with the waiter in `waiter`, or is refused, with `error`.
  Token acquire(Request made) {
    auto decision = table.acquire(made);
    EXPECT_TRUE(decision.ok()) << (decision.ok() ? "" : decision.error().message);
    if (auto* got = std::get_if<Granted>(&*decision)) {
      log.record_all(table, std::move(got->events), now);
      kind = got->grant.kind;
      return got->grant.token;
    }
    if (auto* wait = std::get_if<Waiting>(&*decision)) {
      log.record_all(table, std::move(wait->events), now);
      waiter = wait->waiter;
      waits_for = wait->waits_for;
      return 0;
    }
    auto& refused = std::get<Refused>(*decision);
    log.record_all(table, std::move(refused.events), now);
    error = refused.error;
    return 0;
  }
  Token write(std::string holder, std::string path) {
    return acquire(request(std::move(holder), std::move(path), Mode::kWrite));
  }
  Token read(std::string holder, std::string path) {
    return acquire(request(std::move(holder), std::move(path), Mode::kRead));
  }
  void release(std::string_view holder, Token token) {
    auto events = table.release("", token, holder);
    ASSERT_TRUE(events);
    log.record_all(table, *std::move(events), now);
  }
  void settle() {
    while (auto step = table.next_step(now)) take(*std::move(step));
  }
  void take(Step step) {
    log.record_all(table, std::move(step.events), now);
    if (!step.wakeup) return;
    if (step.wakeup->outcome) {
      granted[step.wakeup->waiter] = step.wakeup->outcome->token;
    } else {
      ended.emplace(step.wakeup->waiter, step.wakeup->outcome.error());
    }
  }
  const Event& last() const { return log.events().back(); }

  LockTable table;
  coditect::testing::TestLog log;
  Time now{seconds{1'800'000'000}};
  // What the last acquire() said.
  GrantKind kind = GrantKind::kNew;
  WaiterId waiter{};
  std::vector<std::string> waits_for;
  Error error;
  // What settle() brought.
  std::map<WaiterId, Token> granted;
  std::map<WaiterId, Error> ended;
};

TEST_F(LockTableTest, RecordsWhatTheEventPageSays) {
  const Token token = write("agent:a", "./src/x.cpp");
  EXPECT_EQ(token, 1u);
  EXPECT_EQ(last().type, "lock_acquired");
  EXPECT_EQ(last().actor, "agent:a");
  EXPECT_EQ(last().session, "s_1");
  EXPECT_EQ(last().task, "t_1");
  EXPECT_EQ(json::serialize(last().data),
            R"({"path":"src/x.cpp","mode":"write","token":1,"holder":"agent:a",)"
            R"("expires_at":"2027-01-15T08:01:00.000000Z"})");
  write("agent:b", "src/");
  EXPECT_EQ(json::serialize(last().data),
            R"({"path":"src/","mode":"write","holder":"agent:b","waits_for":["agent:a"]})");
  release("agent:a", token);
  EXPECT_EQ(json::serialize(last().data),
            R"({"path":"src/x.cpp","mode":"write","token":1,"holder":"agent:a",)"
            R"("reason":"released"})");
}

TEST_F(LockTableTest, ReadersShareAndAWriterWaits) {
  const Token a = read("agent:a", "x");
  const Token b = read("agent:b", "x");
  EXPECT_NE(a, 0u);
  EXPECT_NE(b, 0u);
  EXPECT_EQ(write("agent:c", "x"), 0u);
  EXPECT_EQ(waits_for.size(), 2u);
  const WaiterId writer = waiter;
  release("agent:a", a);
  settle();
  EXPECT_TRUE(granted.empty());
  release("agent:b", b);
  settle();
  EXPECT_EQ(granted.at(writer), 3u);
}

TEST_F(LockTableTest, AReaderDoesNotOvertakeAWaitingWriter) {
  const Token a = read("agent:a", "src/x");
  EXPECT_EQ(write("agent:b", "src/"), 0u);
  const WaiterId writer = waiter;
  EXPECT_EQ(read("agent:c", "src/y"), 0u);
  const WaiterId reader = waiter;
  EXPECT_EQ(waits_for, std::vector<std::string>{"agent:b"});
  EXPECT_NE(read("agent:d", "lib/y"), 0u) << "it does not overlap";
  release("agent:a", a);
  settle();
  ASSERT_TRUE(granted.contains(writer));
  EXPECT_FALSE(granted.contains(reader));
  release("agent:b", granted[writer]);
  settle();
  EXPECT_TRUE(granted.contains(reader));
}

TEST_F(LockTableTest, WhoeverBlocksAWaiterMayOvertakeIt) {
  read("agent:a", "src/x");
  EXPECT_EQ(write("agent:b", "src/"), 0u);
  EXPECT_NE(read("agent:a", "src/y"), 0u) << "to wait for b would be to wait for itself";
}

TEST_F(LockTableTest, ReentrantForTheSameAndForCoveredPaths) {
  const Token folder = write("agent:a", "src/");
  for (std::string_view path : {"src/", "src/x", "src/a/", "src/*.c"}) {
    EXPECT_EQ(write("agent:a", std::string(path)), folder);
    EXPECT_EQ(kind, GrantKind::kAlreadyHeld);
    EXPECT_EQ(read("agent:a", std::string(path)), folder);
  }
  EXPECT_NE(write("agent:a", "**"), folder);
  EXPECT_EQ(kind, GrantKind::kNew);
  EXPECT_EQ(log.events().size(), 2u);
}

TEST_F(LockTableTest, AskingAgainLateRenews) {
  const Token token = write("agent:a", "x");
  now += limits::kLockLease - seconds{1};
  EXPECT_EQ(write("agent:a", "x"), token);
  EXPECT_EQ(last().type, "lock_renewed");
  EXPECT_EQ(table.locks().at(token).expires_at, now + limits::kLockLease);
}

TEST_F(LockTableTest, ACoveredPathIsNotReleasedOnItsOwn) {
  const Token folder = write("agent:a", "src/");
  const auto covered = table.release("src/x", folder, "agent:a");
  ASSERT_TRUE(covered);
  EXPECT_TRUE(covered->empty());
  EXPECT_FALSE(table.release("lib/x", folder, "agent:a"));
  EXPECT_EQ(table.release("./src/", folder, "agent:a")->size(), 1u);
}

TEST_F(LockTableTest, UpgradeWaitsForTheOtherReaders) {
  const Token a = read("agent:a", "x");
  const Token b = read("agent:b", "x");
  EXPECT_EQ(write("agent:a", "x"), 0u);
  const WaiterId upgrade = waiter;
  release("agent:b", b);
  settle();
  const Token upgraded = granted.at(upgrade);
  EXPECT_GT(upgraded, b);
  EXPECT_EQ(table.locks().size(), 1u) << "in place of the read lock";
  EXPECT_EQ(table.release("x", a, "agent:a").error().code, Errc::kConflict);
}

TEST_F(LockTableTest, TwoUpgradesAreADeadlock) {
  read("agent:a", "x");
  read("agent:b", "x");
  EXPECT_EQ(write("agent:a", "x"), 0u);
  EXPECT_EQ(write("agent:b", "x"), 0u);
  EXPECT_EQ(error.code, Errc::kLocked);
  EXPECT_NE(error.message.find("deadlock"), std::string::npos);
  EXPECT_EQ(last().type, "lock_wait_ended");
  EXPECT_EQ(last().data.at("reason"), "deadlock");
  EXPECT_EQ(table.waiters().size(), 1u);
}

TEST_F(LockTableTest, TheNewestOfARingIsRefusedAndToldTheRing) {
  write("agent:a", "x");
  write("agent:b", "y");
  write("agent:c", "z");
  EXPECT_EQ(write("agent:a", "y"), 0u);
  EXPECT_EQ(write("agent:b", "z"), 0u);
  EXPECT_EQ(write("agent:c", "x"), 0u);
  EXPECT_EQ(error.code, Errc::kLocked);
  for (const char* part : {"agent:c waits for x, which agent:a", "agent:a waits for y",
                           "agent:b waits for z, which agent:c"}) {
    EXPECT_NE(error.message.find(part), std::string::npos) << error.message;
  }
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(LockTableTest, ARingThatAReleaseClosesEndsItsNewestWait) {
  // While h reads l, its request for l/2 may overtake c; when h gives l up, it is behind c, who
  // waits for d, who waits for h.
  const Token l = read("agent:h", "l/1");
  write("agent:h", "m");
  write("agent:d", "l/3");
  read("agent:x", "l/2");
  EXPECT_EQ(write("agent:c", "l/"), 0u);
  EXPECT_EQ(write("agent:h", "l/2"), 0u);
  const WaiterId of_h = waiter;
  EXPECT_EQ(error.message, "");
  EXPECT_EQ(write("agent:d", "m"), 0u);
  const WaiterId of_d = waiter;
  EXPECT_EQ(error.message, "");
  release("agent:h", l);
  settle();
  ASSERT_EQ(ended.size(), 1u);
  EXPECT_TRUE(ended.contains(std::max(of_h, of_d)));
  EXPECT_NE(ended.begin()->second.message.find("deadlock"), std::string::npos);
}

TEST_F(LockTableTest, ZeroTimeoutRefusesAtOnce) {
  write("agent:a", "x");
  Request made = request("agent:b", "x", Mode::kRead);
  made.timeout = milliseconds{0};
  EXPECT_EQ(acquire(made), 0u);
  EXPECT_EQ(error.code, Errc::kLocked);
  EXPECT_NE(error.message.find("agent:a"), std::string::npos);
  EXPECT_TRUE(table.waiters().empty());
  EXPECT_EQ(log.events().size(), 1u);
}

TEST_F(LockTableTest, WaitsTimeOut) {
  Request first = request("agent:a", "x", Mode::kWrite);
  first.lease = seconds{90};
  acquire(first);
  Request made = request("agent:b", "x", Mode::kWrite);
  made.timeout = seconds{30};
  acquire(made);
  EXPECT_EQ(table.next_deadline(), now + seconds{30});
  now += seconds{30} - milliseconds{1};
  settle();
  EXPECT_TRUE(ended.empty());
  now += milliseconds{1};
  settle();
  EXPECT_EQ(ended.at(waiter).code, Errc::kLocked);
  EXPECT_EQ(last().data.at("reason"), "timeout");
  EXPECT_EQ(table.next_deadline(), now + seconds{60});
}

TEST_F(LockTableTest, AnExpiredLeaseGoesToTheNext) {
  const Token a = write("agent:a", "x");
  EXPECT_EQ(write("agent:b", "x"), 0u);
  now += limits::kLockLease;
  settle();
  EXPECT_EQ(granted.at(waiter), 2u);
  const auto stale = table.check_write("x", "agent:a", a, now);
  ASSERT_FALSE(stale);
  EXPECT_EQ(stale.error().code, Errc::kConflict);
  EXPECT_FALSE(stale.error().hint.empty());
  EXPECT_FALSE(table.renew(a, "agent:a", seconds{1}, now));
}

TEST_F(LockTableTest, AnExpiredLeaseAdmitsNothingEvenBeforeItsRelease) {
  const Token a = write("agent:a", "x");
  now += limits::kLockLease;
  EXPECT_EQ(table.check_write("x", "agent:a", a, now).error().code, Errc::kConflict);
  EXPECT_EQ(table.renew(a, "agent:a", seconds{1}, now).error().code, Errc::kConflict);
  EXPECT_NE(write("agent:a", "x"), a);
}

TEST_F(LockTableTest, RenewNeverShortens) {
  const Token a = write("agent:a", "x");
  auto renewed = table.renew(a, "agent:a", seconds{1}, now);
  ASSERT_TRUE(renewed);
  log.record(table, *std::move(renewed), now);
  EXPECT_EQ(table.locks().at(a).expires_at, now + limits::kLockLease);
  renewed = table.renew(a, "agent:a", seconds{120}, now);
  log.record(table, *std::move(renewed), now);
  EXPECT_EQ(table.locks().at(a).expires_at, now + seconds{120});
  EXPECT_FALSE(table.renew(a, "agent:b", seconds{1}, now));
  EXPECT_FALSE(table.renew(a, "agent:a", seconds{0}, now));
  EXPECT_FALSE(table.renew(a, "agent:a", limits::kLockLeaseMax + milliseconds{1}, now));
}

TEST_F(LockTableTest, CheckWrite) {
  const Token a = write("agent:a", "src/");
  const Token r = read("agent:a", "lib/");
  const struct {
    std::string_view path;
    std::string_view holder;
    std::optional<Token> token;
    std::optional<Errc> refused;
  } cases[] = {{"src/x", "agent:a", a, {}},
               {"src/x", "agent:a", {}, {}},
               {"other", "agent:b", {}, {}},
               {"src/x", "agent:b", {}, Errc::kLocked},
               {"lib/x", "agent:b", {}, Errc::kLocked},
               {"src/x", "agent:b", a, Errc::kDenied},
               {"lib/x", "agent:a", r, Errc::kDenied},
               {"other", "agent:a", a, Errc::kInvalid},
               {"src/x", "agent:a", r + 1, Errc::kNotFound},
               {"../x", "agent:a", a, Errc::kInvalid},
               {"src/", "agent:a", a, Errc::kInvalid}};
  for (const auto& test : cases) {
    const auto allowed = table.check_write(test.path, test.holder, test.token, now);
    ASSERT_EQ(allowed.ok(), !test.refused) << test.path << " by " << test.holder;
    if (test.refused) EXPECT_EQ(allowed.error().code, *test.refused) << allowed.error().message;
  }
}

TEST_F(LockTableTest, AFileWithBracketsInItsNameIsProtected) {
  write("agent:a", "app/[id]/page.tsx");
  EXPECT_FALSE(table.check_write("app/[id]/page.tsx", "agent:b", {}, now));
}

TEST_F(LockTableTest, RevokeTakesTheLockAway) {
  const Token a = write("agent:a", "x");
  auto revoked = table.revoke(a, "user:anna");
  ASSERT_TRUE(revoked);
  log.record(table, *std::move(revoked), now);
  EXPECT_EQ(last().actor, "user:anna");
  EXPECT_EQ(last().data.at("reason"), "revoked");
  EXPECT_EQ(table.revoke(a, "user:anna").error().code, Errc::kConflict);
  EXPECT_EQ(table.check_write("x", "agent:a", a, now).error().code, Errc::kConflict);
}

TEST_F(LockTableTest, AHolderThatIsGoneLeavesNothingBehind) {
  write("agent:a", "x");
  write("agent:a", "y/");
  write("agent:b", "z");
  write("agent:a", "z");
  const WaiterId of_a = waiter;
  write("agent:c", "y/1");
  const WaiterId of_c = waiter;
  for (Step& step : table.release_all("agent:a", ReleaseReason::kHolderGone, "system")) {
    take(std::move(step));
  }
  settle();
  EXPECT_EQ(ended.at(of_a).code, Errc::kCancelled);
  EXPECT_TRUE(granted.contains(of_c));
  for (const auto& [token, lock] : table.locks()) EXPECT_NE(lock.holder, "agent:a");
}

TEST_F(LockTableTest, ACancelledWaitLetsTheNextOneGo) {
  read("agent:a", "x");
  write("agent:b", "x");
  const WaiterId writer = waiter;
  read("agent:c", "x");
  const WaiterId reader = waiter;
  auto step = table.cancel(writer);
  ASSERT_TRUE(step);
  take(*std::move(step));
  settle();
  EXPECT_TRUE(granted.contains(reader));
  EXPECT_EQ(table.cancel(writer).error().code, Errc::kNotFound);
}

TEST_F(LockTableTest, RefusesRequestsThatMakeNoSense) {
  const auto refusal = [&](auto change) {
    Request made = request("agent:a", "x", Mode::kWrite);
    change(made);
    const auto decision = table.acquire(made);
    return decision.ok() ? std::string() : std::string(to_string(decision.error().code));
  };
  EXPECT_EQ(refusal([](Request& r) { r.path = "../x"; }), "invalid");
  EXPECT_EQ(refusal([](Request& r) { r.path = ""; }), "invalid");
  EXPECT_EQ(refusal([](Request& r) { r.holder = ""; }), "invalid");
  EXPECT_EQ(refusal([](Request& r) { r.lease = milliseconds{0}; }), "invalid");
  EXPECT_EQ(refusal([](Request& r) { r.lease = std::chrono::hours{1}; }), "invalid");
  EXPECT_EQ(refusal([](Request& r) { r.timeout = milliseconds{-1}; }), "invalid");
  EXPECT_TRUE(log.events().empty());
}

TEST_F(LockTableTest, HoldsAtMostSoMany) {
  for (std::size_t i = 0; i < limits::kLocksMax; ++i) {
    const auto decision = table.acquire(request("agent:a", "f" + std::to_string(i), Mode::kWrite));
    const auto& drafts = std::get<Granted>(*decision).events;
    Event event;
    event.type = drafts[0].type;
    event.data = drafts[0].data;
    ASSERT_TRUE(table.apply(event));
  }
  const auto refused = table.acquire(request("agent:a", "one_more", Mode::kWrite));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kLimit);
  EXPECT_TRUE(table.acquire(request("agent:a", "f0", Mode::kWrite))) << "it has that one";
}

TEST_F(LockTableTest, TokensSurviveASnapshotWithoutLocks) {
  release("agent:a", write("agent:a", "x"));
  LockTable again = coditect::testing::restored(table);
  EXPECT_EQ(again.last_token(), 1u);
  std::swap(table, again);
  EXPECT_EQ(write("agent:b", "x"), 2u);
}

TEST_F(LockTableTest, AnEventThatDoesNotFitChangesNothing) {
  const Token a = write("agent:a", "x");
  const std::string before = coditect::testing::text_of(table);
  const std::pair<const char*, const char*> cases[] = {
      {"lock_released", R"({"token":9})"},
      {"lock_released", R"({})"},
      {"lock_renewed", R"({"token":9,"expires_at":"2027-01-15T08:01:00Z"})"},
      {"lock_renewed", R"({"token":1})"},
      {"lock_acquired", R"({"path":"x","mode":"write","token":1,"holder":"b",)"
                        R"("expires_at":"2027-01-15T08:01:00Z"})"},
      {"lock_acquired", R"({"path":"../x","mode":"write","token":2,"holder":"b",)"
                        R"("expires_at":"2027-01-15T08:01:00Z"})"},
      {"lock_acquired", R"({"path":"y","mode":"both","token":2,"holder":"b",)"
                        R"("expires_at":"2027-01-15T08:01:00Z"})"},
      {"lock_acquired", R"({"path":"y","mode":"read","token":0,"holder":"b",)"
                        R"("expires_at":"2027-01-15T08:01:00Z"})"}};
  for (const auto& [type, data] : cases) {
    Event event;
    event.type = type;
    event.data = *parse_json_object(data);
    EXPECT_FALSE(table.apply(event)) << type << data;
  }
  EXPECT_EQ(coditect::testing::text_of(table), before);
  EXPECT_EQ(table.last_token(), a);
}

}  // namespace
}  // namespace coditect::locks
