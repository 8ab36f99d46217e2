#include "coordination/locks/escalation.h"

#include <gtest/gtest.h>

#include "coordination/test_log.h"

namespace coditect::locks {
namespace {

using std::chrono::seconds;

constexpr Time kBegin{seconds{1'800'000'000}};
constexpr Ladder kLadder{seconds{10}, seconds{60}, seconds{120}, seconds{300}};

Time after(int count) { return kBegin + seconds{count}; }

LongWait wait_for(std::vector<Obstacle> obstacles, Time since = kBegin) {
  LongWait wait;
  wait.holder = "agent:claude";
  wait.task = "t_1";
  wait.path = "a.txt";
  wait.since = since;
  wait.obstacles = std::move(obstacles);
  return wait;
}

Obstacle idle(Token token, Time since = Time{}) {
  return {token, "user:ann", Time{}, false, since};
}
Obstacle working(Token token) { return {token, "agent:kimi", Time{}, true, Time{}}; }

std::string told(const Outlook& outlook) {
  std::string text;
  for (const DueStep& step : outlook.due) {
    text += std::to_string(step.wait) + " " + std::string(to_string(step.rung));
    for (const Token token : step.locks) text += " " + std::to_string(token);
    text += "; ";
  }
  return text;
}

TEST(Escalation, ClimbsOneRungAfterTheOther) {
  LongWait wait = wait_for({working(1)});
  EXPECT_EQ(look(kLadder, {wait}, after(0)).next, after(10));
  EXPECT_EQ(told(look(kLadder, {wait}, after(9))), "");
  EXPECT_EQ(told(look(kLadder, {wait}, after(10))), "0 told 1; ");
  wait.done.told.insert(1);
  EXPECT_EQ(told(look(kLadder, {wait}, after(119))), "") << "who works is not revoked";
  EXPECT_EQ(look(kLadder, {wait}, after(11)).next, after(120));
  EXPECT_EQ(told(look(kLadder, {wait}, after(120))), "0 asked 1; ");
  wait.done.question = "a_1";
  EXPECT_EQ(told(look(kLadder, {wait}, after(10'000))), "");
  EXPECT_EQ(look(kLadder, {wait}, after(10'000)).next, std::nullopt);
  wait.done.question.clear();
  wait.done.answered_at = after(130);
  EXPECT_EQ(told(look(kLadder, {wait}, after(429))), "");
  EXPECT_EQ(look(kLadder, {wait}, after(131)).next, after(430));
  EXPECT_EQ(told(look(kLadder, {wait}, after(430))), "0 asked 1; ");
}

TEST(Escalation, AnIdleHolderHasAsLongToHearOfItAsToBeIdle) {
  LongWait wait = wait_for({idle(1)});
  wait.done.told.insert(1);
  EXPECT_EQ(told(look(kLadder, {wait}, after(59))), "") << "it was idle long before the wait";
  EXPECT_EQ(told(look(kLadder, {wait}, after(60))), "0 revoked 1; ");
  wait.obstacles = {idle(1, after(30))};
  EXPECT_EQ(told(look(kLadder, {wait}, after(89))), "");
  EXPECT_EQ(look(kLadder, {wait}, after(89)).next, after(90));
  EXPECT_EQ(told(look(kLadder, {wait}, after(90))), "0 revoked 1; ");
}

TEST(Escalation, WhatComesIntoTheWayLaterHasItsOwnTime) {
  LongWait wait = wait_for({working(1)});
  wait.obstacles[0].granted_at = after(100);
  EXPECT_EQ(told(look(kLadder, {wait}, after(109))), "");
  EXPECT_EQ(told(look(kLadder, {wait}, after(110))), "0 told 1; ");
  wait.done.told.insert(1);
  EXPECT_EQ(told(look(kLadder, {wait}, after(219))), "");
  EXPECT_EQ(told(look(kLadder, {wait}, after(220))), "0 asked 1; ");
}

TEST(Escalation, OneQuestionForOneLockAndOneRevocation) {
  LongWait first = wait_for({working(1), idle(2)});
  LongWait second = wait_for({working(1), idle(2), working(3)});
  for (LongWait* wait : {&first, &second}) wait->done.told = {1, 2, 3};
  EXPECT_EQ(told(look(kLadder, {first, second}, after(120))),
            "0 revoked 2; 0 asked 1; 1 asked 3; ");
  first.done.question = "a_1";
  first.obstacles = second.obstacles = {working(1)};
  EXPECT_EQ(told(look(kLadder, {first, second}, after(500))), "");
}

TEST(Escalation, ARungOfZeroIsNeverReached) {
  const LongWait wait = wait_for({idle(1)});
  const Outlook never =
      look({seconds{0}, seconds{0}, seconds{0}, seconds{0}}, {wait}, after(9'999));
  EXPECT_EQ(told(never), "");
  EXPECT_EQ(never.next, std::nullopt);
  LongWait answered = wait_for({working(1)});
  answered.done.answered_at = after(200);
  EXPECT_EQ(told(look({seconds{0}, seconds{0}, seconds{1}, seconds{0}}, {answered}, after(9'999))),
            "");
}

/// A table, what the log makes of it, and what holders do.
class EscalationStory : public ::testing::Test {
 public:
  Token acquire(const std::string& holder, const std::string& path, const std::string& task = {},
                bool waits = false) {
    Request request;
    request.path = path;
    request.holder = holder;
    request.task = task;
    request.now = now;
    request.lease = std::chrono::minutes{30};
    auto decision = table.acquire(request);
    EXPECT_TRUE(decision.ok());
    EXPECT_EQ(std::holds_alternative<Waiting>(*decision), waits);
    if (auto* waiting = std::get_if<Waiting>(&*decision)) {
      for (EventDraft& draft : waiting->events) record(std::move(draft));
      return 0;
    }
    auto& granted = std::get<Granted>(*decision);
    for (EventDraft& draft : granted.events) record(std::move(draft));
    return granted.grant.token;
  }
  void record(EventDraft draft) {
    const Event event = log.record(table, std::move(draft), now);
    EXPECT_TRUE(book.apply(event).ok());
    activity.apply(event, table.held());
  }
  void tell(const std::string& type, const std::string& actor, const std::string& task,
            json::object data) {
    record({type, actor, {}, task, std::move(data)});
  }
  LongWait only_wait() {
    const auto waits = long_waits(table, book, activity);
    EXPECT_EQ(waits.size(), 1u);
    return waits.empty() ? LongWait{} : waits.front();
  }

  Time now = kBegin;
  testing::TestLog log;
  LockTable table;
  EscalationBook book;
  HolderActivity activity;
};

TEST_F(EscalationStory, TouchingALockIsWritingBelowItOrRenewingItInPerson) {
  const Token token = acquire("user:ann", "src/");
  now = after(100);
  acquire("agent:claude", "src/a.txt", "t_1", true);
  EXPECT_EQ(only_wait().obstacles.at(0).idle_since, kBegin);
  tell("file_edit", "user:bob", {}, {{"op", "write"}, {"path", "src/b.txt"}});
  tell("file_edit", "user:ann", {}, {{"op", "write"}, {"path", "other/b.txt"}});
  auto renewed = table.renew(token, "user:ann", seconds{600}, now, Renewal::kByItself);
  ASSERT_TRUE(renewed);
  EXPECT_EQ(find_bool(renewed->data, "in_person"), false);
  record(*std::move(renewed));
  EXPECT_EQ(only_wait().obstacles.at(0).idle_since, kBegin);
  tell("file_edit", "user:ann", {}, {{"op", "write"}, {"path", "src/b.txt"}});
  EXPECT_EQ(only_wait().obstacles.at(0).idle_since, after(100));
  now = after(130);
  record(*table.renew(token, "user:ann", seconds{600}, now));
  EXPECT_EQ(only_wait().obstacles.at(0).idle_since, after(130));
  HolderActivity restarted;
  restarted.begin(table.held(), after(200));
  EXPECT_EQ(long_waits(table, book, restarted).at(0).obstacles.at(0).idle_since, after(200));
}

TEST_F(EscalationStory, AnAgentWorksUntilItsTaskWaitsForWhatOthersMustDo) {
  tell("task_started", "agent:kimi", "t_2", {{"agent", "kimi"}, {"attempt", 1}});
  acquire("agent:kimi", "a.txt", "t_2");
  acquire("agent:claude", "a.txt", "t_1", true);
  EXPECT_TRUE(only_wait().obstacles.at(0).works);
  for (const char* kind : {"approval", "budget", "task"}) {
    now += seconds{10};
    tell("task_waiting", "agent:kimi", "t_2", {{"agent", "kimi"}, {"for", kind}, {"what", "it"}});
    EXPECT_FALSE(only_wait().obstacles.at(0).works) << kind;
    EXPECT_EQ(only_wait().obstacles.at(0).idle_since, now) << kind;
    tell("task_resumed", "agent:kimi", "t_2", {{"agent", "kimi"}, {"for", kind}, {"what", "it"}});
    EXPECT_TRUE(only_wait().obstacles.at(0).works) << kind;
  }
  tell("task_waiting", "agent:kimi", "t_2", {{"agent", "kimi"}, {"for", "lock"}, {"what", "b"}});
  EXPECT_TRUE(only_wait().obstacles.at(0).works) << "it is in the middle of a write";
  tell("task_paused", "agent:kimi", "t_2", {{"agent", "kimi"}, {"attempt", 2}, {"what", "x"}});
  EXPECT_FALSE(only_wait().obstacles.at(0).works);
  tell("task_resumed", "agent:kimi", "t_2", {{"agent", "kimi"}, {"for", "pause"}});
  EXPECT_FALSE(only_wait().obstacles.at(0).works) << "it is in the queue";
}

TEST_F(EscalationStory, AWaitIsTheSameOverARestartAndAnotherOneAfterItsEnd) {
  const Token token = acquire("user:ann", "a.txt");
  acquire("agent:claude", "a.txt", "t_1", true);
  now = after(120);
  const LongWait wait = only_wait();
  const Lock lock = table.locks().at(token);
  record(escalated_event(
      {wait.task, wait.path, wait.holder, wait.since, Rung::kTold, {lock}, "told", {}}));
  record(escalated_event(
      {wait.task, wait.path, wait.holder, wait.since, Rung::kAsked, {lock}, "asked", "a_1"}));
  EXPECT_EQ(only_wait().done.question, "a_1");

  // The process dies: nobody waits any more, and the task asks again.
  const json::array saved = book.snapshot();
  auto again = EscalationBook::restore(saved);
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->snapshot(), saved);
  table = testing::restored(table);
  tell("approval_expired", "system", "t_1", {{"id", "a_1"}, {"reason", "interrupted"}});
  now = after(130);
  acquire("agent:claude", "a.txt", "t_1", true);
  EXPECT_EQ(only_wait().since, kBegin);
  EXPECT_TRUE(only_wait().done.told.contains(token)) << "nobody is told twice";
  EXPECT_EQ(told(look(kLadder, {only_wait()}, now)), "0 revoked 1; ");

  const auto waiter = table.waiters().begin()->first;
  auto refused = table.refuse(waiter, {Errc::kLocked, "no", {}});
  ASSERT_TRUE(refused);
  for (EventDraft& draft : refused->events) record(std::move(draft));
  EXPECT_EQ(log.events().back().type, "lock_wait_ended");
  EXPECT_EQ(find_string(log.events().back().data, "reason"), "refused");
  EXPECT_EQ(book.size(), 0u);
  EXPECT_FALSE(table.refuse(waiter, {Errc::kLocked, "no", {}}));
}

TEST_F(EscalationStory, AWaitThatIsCutOffMayGoOnAndOneThatTimedOutDoesNot) {
  const Token token = acquire("user:ann", "a.txt");
  acquire("agent:claude", "a.txt", "t_1", true);
  record(escalated_event({"t_1",
                          "a.txt",
                          "agent:claude",
                          kBegin,
                          Rung::kTold,
                          {table.locks().at(token)},
                          "told",
                          {}}));
  auto cut_off = table.cancel(table.waiters().begin()->first);
  ASSERT_TRUE(cut_off);
  for (EventDraft& draft : cut_off->events) record(std::move(draft));
  EXPECT_EQ(book.size(), 1u) << "the server stops, and the task asks again";
  acquire("agent:claude", "a.txt", "t_1", true);
  EXPECT_TRUE(only_wait().done.told.contains(token));
  now = table.waiters().begin()->second.deadline;
  record(*table.renew(token, "user:ann", std::chrono::minutes{30}, now - seconds{1}));
  while (auto step = table.next_step(now)) {
    for (EventDraft& draft : step->events) record(std::move(draft));
  }
  EXPECT_TRUE(table.waiters().empty());
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(EscalationStory, AnAnswerIsRememberedAndATaskThatEndsIsForgotten) {
  const Token token = acquire("user:ann", "a.txt");
  acquire("agent:claude", "a.txt", "t_1", true);
  const Lock lock = table.locks().at(token);
  record(escalated_event(
      {"t_1", "a.txt", "agent:claude", kBegin, Rung::kAsked, {lock}, "asked", "a_1"}));
  now = after(7);
  tell("approval_answered", "user:ann", "t_1", {{"id", "a_2"}, {"decision", "wait"}});
  EXPECT_EQ(only_wait().done.question, "a_1");
  tell("approval_answered", "user:ann", "t_1", {{"id", "a_1"}, {"decision", "wait"}});
  EXPECT_EQ(only_wait().done.question, "");
  EXPECT_EQ(only_wait().done.answered_at, after(7));
  tell("task_finished", "agent:kimi", "t_9", {{"agent", "kimi"}, {"state", "failed"}});
  EXPECT_EQ(book.size(), 1u);
  tell("task_finished", "agent:claude", "t_1", {{"agent", "claude"}, {"state", "cancelled"}});
  EXPECT_EQ(book.size(), 0u);
}

TEST_F(EscalationStory, APersonsOwnWaitIsThePersons) {
  acquire("user:ann", "a.txt");
  acquire("user:bob", "a.txt", {}, true);
  EXPECT_TRUE(long_waits(table, book, activity).empty());
}

TEST(EscalationBook, RefusesWhatIsNoStep) {
  EscalationBook book;
  Event event;
  event.type = "lock_escalated";
  for (const char* missing : {"path", "step", "since", "tokens"}) {
    event.data = {{"path", "a"},
                  {"step", "told"},
                  {"since", "2026-11-20T12:00:00.000000Z"},
                  {"tokens", json::array{1}}};
    event.data.erase(missing);
    EXPECT_FALSE(book.apply(event)) << missing;
    event.data[missing] = json::array{"x"};
    EXPECT_FALSE(book.apply(event)) << missing;
  }
  EXPECT_EQ(book.size(), 0u);
}

}  // namespace
}  // namespace coditect::locks
