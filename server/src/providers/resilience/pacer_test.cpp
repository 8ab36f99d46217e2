#include "providers/resilience/pacer.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <deque>

namespace coditect::providers {
namespace {

using Answer = Pacer::Answer;
using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart{seconds{1000}};

std::vector<RateLimit> requests(std::int64_t remaining, milliseconds resets_in) {
  return {{"requests", 10, remaining, resets_in}};
}

/// Joins and goes out at once.
Pacer::Ticket go(Pacer& pacer, SteadyTime now, std::int64_t tokens = 0) {
  const auto ticket = pacer.join(tokens);
  EXPECT_FALSE(pacer.ask(ticket, now));
  return ticket;
}

TEST(Pacer, LetsEverybodyPassUntilItHearsOfALimit) {
  Pacer pacer;
  for (int i = 0; i < 100; ++i) go(pacer, kStart, 1'000'000);
  EXPECT_EQ(pacer.under_way(), 100u);
}

TEST(Pacer, WaitsForALimitThatIsUsedUp) {
  Pacer pacer;
  pacer.heard(go(pacer, kStart), Answer::kTaken, requests(0, seconds{7}), kStart);
  const auto next = pacer.join(0);
  const auto wait = pacer.ask(next, kStart);
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->until, kStart + seconds{7});
  EXPECT_EQ(wait->reason, "the rate limit of requests is used up");
  EXPECT_TRUE(pacer.ask(next, kStart + milliseconds{6999}));
  EXPECT_FALSE(pacer.ask(next, kStart + seconds{7}));
}

TEST(Pacer, CountsWhatWentOutSince) {
  Pacer pacer;
  pacer.heard(go(pacer, kStart), Answer::kTaken, requests(2, seconds{7}), kStart);
  go(pacer, kStart);
  go(pacer, kStart);
  EXPECT_TRUE(pacer.ask(pacer.join(0), kStart));
}

TEST(Pacer, CountsWhatIsUnderWayAgainstWhatItHears) {
  Pacer pacer;
  const auto first = go(pacer, kStart);
  const auto second = go(pacer, kStart);
  pacer.heard(first, Answer::kTaken, requests(1, seconds{7}), kStart);
  const auto third = pacer.join(0);
  EXPECT_TRUE(pacer.ask(third, kStart)) << "the last one may be the second's";
  pacer.heard(second, Answer::kTaken, requests(1, seconds{7}), kStart);
  EXPECT_FALSE(pacer.ask(third, kStart)) << "it was not";
}

TEST(Pacer, ALimitOfTokensHasRoomOrNot) {
  Pacer pacer;
  const std::vector<RateLimit> tokens{{"tokens", 1000, 300, seconds{60}}};
  pacer.heard(go(pacer, kStart), Answer::kTaken, tokens, kStart);
  EXPECT_FALSE(pacer.ask(pacer.join(300), kStart));
  EXPECT_TRUE(pacer.ask(pacer.join(1), kStart));
}

TEST(Pacer, ACallLargerThanALimitGoesOutWhenAllOfItIsFree) {
  Pacer pacer;
  const std::vector<RateLimit> tokens{{"tokens", 1000, 999, seconds{60}}};
  pacer.heard(go(pacer, kStart), Answer::kTaken, tokens, kStart);
  const auto large = pacer.join(5000);
  EXPECT_TRUE(pacer.ask(large, kStart));
  EXPECT_FALSE(pacer.ask(large, kStart + seconds{60}));
}

TEST(Pacer, ALongLimitComesBackEvenly) {
  Pacer pacer;
  const std::vector<RateLimit> daily{{"requests", 200, 0, std::chrono::hours{24}}};
  pacer.heard(go(pacer, kStart), Answer::kTaken, daily, kStart);
  const auto first = pacer.join(0);
  const auto wait = pacer.ask(first, kStart);
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->until, kStart + seconds{432});
  EXPECT_FALSE(pacer.ask(first, kStart + seconds{432}));
  const auto second = pacer.ask(pacer.join(0), kStart + seconds{432});
  ASSERT_TRUE(second);
  EXPECT_EQ(second->until, kStart + seconds{864});
}

TEST(Pacer, WhoDoesNotAskKeepsTheOthersBackForTwoSecondsOnly) {
  Pacer pacer;
  pacer.hold(seconds{1}, kStart);
  pacer.join(0);
  const auto second = pacer.join(0);
  const SteadyTime now = kStart + seconds{1};
  const auto wait = pacer.ask(second, now);
  ASSERT_TRUE(wait);
  EXPECT_EQ(wait->until, now + seconds{2});
  EXPECT_TRUE(pacer.ask(second, now + seconds{1}));
  EXPECT_FALSE(pacer.ask(second, now + seconds{2}));
}

TEST(Pacer, AfterA429EverybodyWaitsAndComesBackInTurn) {
  Pacer pacer;
  const auto refused = go(pacer, kStart);
  pacer.heard(refused, Answer::kRefused, {}, kStart);
  pacer.hold(seconds{3}, kStart);
  std::vector<Pacer::Ticket> line;
  for (int i = 0; i < 8; ++i) line.push_back(pacer.join(0));
  for (const auto ticket : line) EXPECT_TRUE(pacer.ask(ticket, kStart + milliseconds{2999}));
  const SteadyTime now = kStart + seconds{3};
  EXPECT_TRUE(pacer.ask(line[1], now)) << "first come, first served";
  EXPECT_FALSE(pacer.ask(line[0], now));
  EXPECT_TRUE(pacer.ask(line[1], now)) << "one at a time";
  pacer.heard(line[0], Answer::kTaken, {}, now);
  EXPECT_FALSE(pacer.ask(line[1], now));
  EXPECT_FALSE(pacer.ask(line[2], now));
  EXPECT_TRUE(pacer.ask(line[3], now)) << "two at a time";
  pacer.heard(line[1], Answer::kRefused, {}, now);
  pacer.hold(seconds{1}, now);
  EXPECT_TRUE(pacer.ask(line[3], now + milliseconds{999}));
  pacer.leave(line[2]);
  EXPECT_FALSE(pacer.ask(line[3], now + seconds{1}));
  EXPECT_TRUE(pacer.ask(line[4], now + seconds{1})) << "and again one at a time";
}

TEST(Pacer, AnAnswerThatIsLongInComingKeepsNobodyBack) {
  Pacer pacer;
  pacer.hold(seconds{1}, kStart);
  const SteadyTime now = kStart + seconds{1};
  go(pacer, now);
  const auto next = pacer.join(0);
  const auto wait = pacer.ask(next, now);
  ASSERT_TRUE(wait);
  EXPECT_FALSE(pacer.ask(next, wait->until));
}

TEST(Pacer, WhoLeavesTheLineIsNotWaitedFor) {
  Pacer pacer;
  pacer.hold(seconds{1}, kStart);
  const auto first = pacer.join(0);
  const auto second = pacer.join(0);
  pacer.leave(first);
  pacer.leave(first);
  EXPECT_FALSE(pacer.ask(second, kStart + seconds{1}));
}

/// Many callers of one key, one step at a time, and what must hold whatever they do.
class World {
 public:
  void step() {
    switch (*rc::gen::inRange(0, 7)) {
      case 0:
      case 1: line_.push_back(pacer_.join(*rc::gen::inRange(0, 500))); break;
      case 2: now_ += milliseconds{*rc::gen::inRange(0, 4000)}; break;
      case 3: ask_all(); break;
      case 4: answer(); break;
      case 5: refuse(); break;
      case 6: give_up(); break;
    }
  }

  /// Nobody waits for ever: time alone brings everybody out, in the order in which they came.
  void everybody_gets_out() {
    for (int turns = 0; !line_.empty(); ++turns) {
      RC_ASSERT(turns < 10'000);
      const auto wait = pacer_.ask(line_.front(), now_);
      if (!wait) {
        line_.pop_front();
        continue;
      }
      RC_ASSERT(wait->until > now_);
      now_ = wait->until;
    }
  }

 private:
  void ask_all() {
    for (bool again = true; again && !line_.empty();) {
      again = false;
      for (std::size_t i = 0; i < line_.size(); ++i) {
        if (pacer_.ask(line_[i], now_)) continue;
        RC_ASSERT(i == 0u);  // first come, first served
        RC_ASSERT(now_ >= held_until_);
        if (now_ < resets_at_) RC_ASSERT(left_-- > 0);
        if (coming_back_ && answers_since_hold_ < 7) {
          // Twice as many at once with each answer; one more for each two seconds without.
          const auto at_once = std::int64_t{1} << answers_since_hold_;
          const auto in_time = (now_ - held_until_) / seconds{2};
          RC_ASSERT(out_since_hold_++ < answers_since_hold_ + at_once + in_time);
        }
        out_.push_back(line_.front());
        line_.pop_front();
        again = true;
        break;
      }
    }
  }
  std::optional<Pacer::Ticket> take_one_out() {
    if (out_.empty()) return std::nullopt;
    const auto index = *rc::gen::inRange<std::size_t>(0, out_.size());
    const auto ticket = out_[index];
    out_.erase(out_.begin() + static_cast<std::ptrdiff_t>(index));
    return ticket;
  }
  void answer() {
    const auto ticket = take_one_out();
    if (!ticket) return;
    const milliseconds resets_in{*rc::gen::inRange(0, 5000)};
    left_ = *rc::gen::inRange(0, 5);
    resets_at_ = now_ + resets_in;
    pacer_.heard(*ticket, Answer::kTaken, requests(left_, resets_in), now_);
    pacer_.leave(*ticket);
    left_ -= static_cast<std::int64_t>(out_.size());
    ++answers_since_hold_;
  }
  void refuse() {
    const auto ticket = take_one_out();
    if (!ticket) return;
    const milliseconds wait{*rc::gen::inRange(0, 5000)};
    pacer_.heard(*ticket, Answer::kRefused, {}, now_);
    pacer_.hold(wait, now_);
    pacer_.leave(*ticket);
    held_until_ = std::max(held_until_, now_ + wait);
    coming_back_ = out_.empty();  // else earlier answers let more come back
    answers_since_hold_ = out_since_hold_ = 0;
  }
  void give_up() {
    if (line_.empty()) return;
    const auto index = *rc::gen::inRange<std::size_t>(0, line_.size());
    pacer_.leave(line_[index]);
    line_.erase(line_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  Pacer pacer_;
  SteadyTime now_ = kStart;
  std::deque<Pacer::Ticket> line_;
  std::vector<Pacer::Ticket> out_;
  // The vendor's side.
  SteadyTime held_until_ = kStart;
  SteadyTime resets_at_ = kStart;
  std::int64_t left_ = 0;
  bool coming_back_ = false;
  std::int64_t answers_since_hold_ = 0;
  std::int64_t out_since_hold_ = 0;
};

RC_GTEST_PROP(Pacer, KeepsEveryLimitAndLetsEverybodyOut, ()) {
  World world;
  const int steps = *rc::gen::inRange(0, 200);
  for (int i = 0; i < steps; ++i) world.step();
  world.everybody_gets_out();
}

}  // namespace
}  // namespace coditect::providers
