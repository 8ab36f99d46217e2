#include "agents/loop_guard.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>
#include <vector>

#include "agents/loop_limits.h"

namespace coditect::agents {
namespace {

using Shape = LoopGuard::Shape;
using Step = LoopGuard::Step;
using Finding = LoopGuard::Finding;
using limits::kLoopRoundsAfterTold;
using limits::kLoopRoundsUntilTold;
using limits::kLoopsToldMax;

constexpr int kGivenUpAt = kLoopRoundsUntilTold + kLoopRoundsAfterTold;

LoopGuard::Call call(int which, int result = 0) {
  return {"read_file", {{"path", "file" + std::to_string(which)}}, std::to_string(result)};
}

/// One answer for each call; what was found after each, "" where all is well.
std::vector<std::string> findings(LoopGuard& guard, const std::vector<LoopGuard::Call>& calls) {
  std::vector<std::string> found;
  for (const LoopGuard::Call& each : calls) {
    guard.saw(each);
    const auto finding = guard.end_of_answer();
    found.push_back(!finding ? ""
                    : finding->step == Step::kTell
                        ? "tell " + std::string(to_string(finding->shape))
                        : "end " + std::string(to_string(finding->shape)));
  }
  return found;
}

/// The places where something was found, counted from 1, and what.
std::vector<std::string> notable(const std::vector<std::string>& found) {
  std::vector<std::string> places;
  for (std::size_t i = 0; i < found.size(); ++i) {
    if (!found[i].empty()) places.push_back(std::to_string(i + 1) + " " + found[i]);
  }
  return places;
}

TEST(LoopGuard, TellsOnceAndThenGivesUp) {
  const struct {
    const char* name;
    std::vector<int> circle;
    std::vector<std::string> expected;
  } cases[] = {
      {"one call", {1}, {"4 tell repetition", "7 end repetition", "8 end repetition"}},
      {"two calls", {1, 2}, {"8 tell alternation", "14 end alternation", "15 end alternation"}},
      {"three calls", {1, 2, 3}, {}},
      {"one of two twice", {1, 1, 2}, {}},
  };
  for (const auto& c : cases) {
    std::vector<LoopGuard::Call> calls;
    const std::size_t length = c.circle.size() == 1 ? 8 : c.circle.size() == 2 ? 15 : 40;
    for (std::size_t i = 0; i < length; ++i) calls.push_back(call(c.circle[i % c.circle.size()]));
    LoopGuard guard;
    EXPECT_EQ(notable(findings(guard, calls)), c.expected) << c.name;
  }
}

TEST(LoopGuard, SaysWhatWasDone) {
  LoopGuard guard;
  std::optional<Finding> finding;
  for (int i = 0; i < kLoopRoundsUntilTold; ++i) {
    guard.saw(call(1));
    finding = guard.end_of_answer();
  }
  ASSERT_TRUE(finding);
  EXPECT_EQ(
      finding->what,
      "called read_file {\"path\":\"file1\"} 4 times in a row, each time with the same result");

  for (int i = 0; i < 2 * kLoopRoundsUntilTold; ++i) {
    guard.saw({"edit_file", {{"text", std::string(1'000, 'x') + std::to_string(i % 2)}}, "done"});
    finding = guard.end_of_answer();
  }
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->shape, Shape::kAlternation);
  EXPECT_LT(finding->what.size(), 2 * limits::kLoopCallBytesShown + 150) << "a call is cut";
  EXPECT_TRUE(finding->what.contains("edit_file")) << finding->what;
}

TEST(LoopGuard, AnswersWithoutACallAreAMonologue) {
  LoopGuard guard;
  std::vector<std::string> found;
  for (int i = 1; i <= kGivenUpAt; ++i) {
    const auto finding = guard.end_of_answer();
    found.push_back(!finding ? "" : finding->step == Step::kTell ? "tell" : "end");
    if (finding) EXPECT_EQ(finding->shape, Shape::kMonologue);
  }
  EXPECT_EQ(found, (std::vector<std::string>{"", "", "", "tell", "", "", "end"}));
  guard.saw(call(1));
  EXPECT_FALSE(guard.end_of_answer()) << "a call ends it";
  EXPECT_FALSE(guard.end_of_answer());
}

TEST(LoopGuard, CallsOfOneAnswerAreJudgedOnlyWhenItIsOver) {
  LoopGuard guard;
  for (int i = 0; i < 2 * kGivenUpAt; ++i) guard.saw(call(1));
  auto finding = guard.end_of_answer();
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->step, Step::kTell) << "nobody could tell the model before";
  guard.saw(call(1));
  EXPECT_FALSE(guard.end_of_answer());
  for (int i = 0; i < kLoopRoundsAfterTold; ++i) guard.saw(call(1));
  finding = guard.end_of_answer();
  ASSERT_TRUE(finding);
  EXPECT_EQ(finding->step, Step::kGiveUp);
}

TEST(LoopGuard, ACallIsKnownByEverythingThatBelongsToIt) {
  const LoopGuard::Call others[] = {{"list_files", {{"path", "file1"}}, "0"},
                                    {"read_file", {{"path", "file1"}, {"from_line", 2}}, "0"},
                                    {"read_file", {{"path", "file1"}}, "1"}};
  for (const LoopGuard::Call& other : others) {
    LoopGuard guard;
    for (int i = 0; i < kLoopRoundsUntilTold; ++i) {
      EXPECT_FALSE(guard.end_of_answer() && i > 0);
      guard.saw(i + 1 == kLoopRoundsUntilTold ? other : call(1));
    }
    EXPECT_FALSE(guard.end_of_answer()) << other.tool;
  }
  // A model may name the members of its input in any order.
  LoopGuard guard;
  std::optional<Finding> finding;
  for (int i = 0; i < kLoopRoundsUntilTold; ++i) {
    const json::object one{{"a", 1}, {"b", 2}};
    const json::object two{{"b", 2}, {"a", 1}};
    guard.saw({"read_file", i % 2 == 0 ? one : two, "0"});
    finding = guard.end_of_answer();
  }
  EXPECT_TRUE(finding);
}

TEST(LoopGuard, WhoFindsEverNewCirclesIsNotToldForever) {
  LoopGuard guard;
  for (int circle = 0; circle <= kLoopsToldMax; ++circle) {
    std::optional<Finding> finding;
    for (int i = 0; i < kLoopRoundsUntilTold; ++i) {
      guard.saw(call(circle));
      finding = guard.end_of_answer();
    }
    ASSERT_TRUE(finding) << circle;
    EXPECT_EQ(finding->step, circle < kLoopsToldMax ? Step::kTell : Step::kGiveUp) << circle;
  }
}

TEST(LoopGuard, ACircleThatWasLeftIsToldOfAgain) {
  LoopGuard guard;
  std::vector<LoopGuard::Call> calls(kLoopRoundsUntilTold, call(1));
  calls.push_back(call(2));
  calls.insert(calls.end(), kLoopRoundsUntilTold, call(1));
  EXPECT_EQ(notable(findings(guard, calls)),
            (std::vector<std::string>{"4 tell repetition", "9 tell repetition"}));
}

/// Whoever looks at the whole history each time, and knows nothing of counters.
struct Historian {
  /// How often the last `period` calls were made in a row.
  int rounds(std::size_t period) const {
    std::size_t equal = 0;
    while (equal + period < history.size() &&
           history[history.size() - 1 - equal] == history[history.size() - 1 - equal - period]) {
      ++equal;
    }
    return static_cast<int>((equal + period) / period);
  }
  std::string read(int which) {
    history.push_back(which);
    const bool one = rounds(1) > 1;
    const std::string shape = one ? "repetition" : "alternation";
    const int now = rounds(one ? 1 : 2);
    // The circle that the model was told of is left.
    if (now == 1 || shape != told_shape) told_at = 0;
    if (now < kLoopRoundsUntilTold) return "";
    if (told_at > 0) return now >= told_at + kLoopRoundsAfterTold ? "end " + shape : "";
    if (told == kLoopsToldMax) return "end " + shape;
    ++told;
    told_at = now;
    told_shape = shape;
    return "tell " + shape;
  }
  std::vector<int> history;
  std::string told_shape;
  int told_at = 0;
  int told = 0;
};

int below(int beyond) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond)); }

RC_GTEST_PROP(LoopGuardProperty, AgreesWithWhoReadsTheWholeHistory, ()) {
  std::vector<int> history;
  const int pieces = 1 + below(6);
  for (int piece = 0; piece < pieces; ++piece) {
    // A piece is a circle of one to three calls among three, so that pieces may run into each
    // other.
    std::vector<int> circle;
    for (int i = 0, length = 1 + below(3); i < length; ++i) circle.push_back(below(3));
    for (int i = 0, length = 1 + below(18); i < length; ++i) {
      history.push_back(circle[static_cast<std::size_t>(i) % circle.size()]);
    }
  }
  LoopGuard guard;
  Historian historian;
  std::vector<LoopGuard::Call> calls;
  std::vector<std::string> expected;
  for (const int which : history) {
    calls.push_back(call(which));
    expected.push_back(historian.read(which));
  }
  RC_ASSERT(findings(guard, calls) == expected);
}

RC_GTEST_PROP(LoopGuardProperty, WhateverCameBeforeACircleIsFoundInTime, ()) {
  LoopGuard guard;
  const int before = below(30);
  for (int i = 0; i < before; ++i) {
    guard.saw(call(100 + i));
    RC_ASSERT(!guard.end_of_answer());
  }
  const bool two = below(2) == 1;
  const int period = two ? 2 : 1;
  std::vector<LoopGuard::Call> calls;
  for (int i = 0; i < kGivenUpAt * period; ++i) calls.push_back(call(two ? i % 2 : 0));
  const std::string shape = two ? "alternation" : "repetition";
  const std::vector<std::string> expected{
      std::to_string(kLoopRoundsUntilTold * period) + " tell " + shape,
      std::to_string(kGivenUpAt * period) + " end " + shape};
  RC_ASSERT(notable(findings(guard, calls)) == expected);
}

RC_GTEST_PROP(LoopGuardProperty, WhoPollsWhatChangesIsLeftAlone, ()) {
  LoopGuard guard;
  const int period = 1 + below(2);
  for (int i = 0; i < 60; ++i) {
    guard.saw(call(i % period, i / period));
    RC_ASSERT(!guard.end_of_answer());
  }
}

RC_GTEST_PROP(LoopGuardProperty, NobodyIsGivenUpWhoWasNotTold, ()) {
  LoopGuard guard;
  int told = 0;
  for (int i = 0; i < 200; ++i) {
    const int calls = below(3);
    for (int each = 0; each < calls; ++each) guard.saw(call(below(2), below(8) == 0 ? i : 0));
    const auto finding = guard.end_of_answer();
    if (!finding) continue;
    if (finding->step == Step::kGiveUp) {
      RC_ASSERT(told > 0);
      return;
    }
    ++told;
    RC_ASSERT(told <= kLoopsToldMax);
  }
}

}  // namespace
}  // namespace coditect::agents
