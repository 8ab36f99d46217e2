#include "agents/loop_guard.h"

#include <utility>

#include "agents/loop_limits.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::agents {

namespace {

std::string shown(const LoopGuard::Call& call) {
  const std::string input = json::serialize(call.input);
  const std::size_t kept = tools::utf8_prefix(input, limits::kLoopCallBytesShown);
  return call.tool + " " + input.substr(0, kept) + (kept < input.size() ? "…" : "");
}

}  // namespace

void LoopGuard::saw(Call call) {
  called_ = true;
  same_as_last_ = last_ == call ? same_as_last_ + 1 : 0;
  same_as_before_last_ = before_last_ == call ? same_as_before_last_ + 1 : 0;
  before_last_ = std::exchange(last_, std::move(call));
  const auto count = [](Circle& circle, int rounds) {
    // A circle that was left and is entered again is another one.
    if (rounds < circle.rounds) circle.told_at = 0;
    circle.rounds = rounds;
  };
  count(repetition_, same_as_last_ + 1);
  // Two equal calls are one call repeated. A round is over when both have been made.
  count(alternation_, same_as_last_ > 0 ? 0 : (same_as_before_last_ + 2) / 2);
}

std::optional<LoopGuard::Finding> LoopGuard::end_of_answer() {
  if (std::exchange(called_, false)) {
    monologue_ = {};
    if (auto finding = judge(repetition_, Shape::kRepetition)) return finding;
    return judge(alternation_, Shape::kAlternation);
  }
  ++monologue_.rounds;
  return judge(monologue_, Shape::kMonologue);
}

std::optional<LoopGuard::Finding> LoopGuard::judge(Circle& circle, Shape shape) {
  if (circle.rounds < limits::kLoopRoundsUntilTold) return std::nullopt;
  const bool told = circle.told_at > 0;
  if (told && circle.rounds < circle.told_at + limits::kLoopRoundsAfterTold) return std::nullopt;
  const std::string what = describe(shape, circle.rounds);
  if (told || told_ == limits::kLoopsToldMax) return Finding{Step::kGiveUp, shape, what};
  circle.told_at = circle.rounds;
  ++told_;
  return Finding{Step::kTell, shape, what};
}

std::string LoopGuard::describe(Shape shape, int rounds) const {
  const std::string times = std::to_string(rounds) + " times";
  switch (shape) {
    case Shape::kRepetition:
      return "called " + shown(*last_) + " " + times + " in a row, each time with the same result";
    case Shape::kAlternation:
      return "called " + shown(*before_last_) + " and " + shown(*last_) + " in turn, " + times +
             ", each time with the same results";
    case Shape::kMonologue: break;
  }
  return "answered " + times + " in a row without calling a tool";
}

std::string_view to_string(LoopGuard::Shape shape) {
  switch (shape) {
    case LoopGuard::Shape::kRepetition: return "repetition";
    case LoopGuard::Shape::kAlternation: return "alternation";
    case LoopGuard::Shape::kMonologue: break;
  }
  return "monologue";
}

}  // namespace coditect::agents
