#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/json.h"

namespace coditect::agents {

/// Notices that a model does the same again and again without getting anywhere.
///
/// Three shapes: one call repeated, two calls in turn, and answers that call nothing although the
/// task goes on. A call counts as the same only if its result is the same too, so that whoever
/// polls something that changes is left alone. Calls of one answer are seen one by one; what comes
/// of them is decided when the answer is over, for only then can the model be told.
///
/// Pure: no clock, no I/O.
/// Threads:    one at a time.
/// Invariants: never gives up on a circle that the model has not been told of, unless it was told
///             of kLoopsToldMax others before; what it holds does not grow with the task.
class LoopGuard {
 public:
  /// A tool call and what came of it.
  struct Call {
    std::string tool;
    json::object input;
    std::string output;
    bool operator==(const Call&) const = default;
  };
  enum class Shape { kRepetition, kAlternation, kMonologue };
  enum class Step {
    kTell,    ///< once for each circle
    kGiveUp,  ///< it went on although it was told
  };
  struct Finding {
    Step step = Step::kTell;
    Shape shape = Shape::kRepetition;
    std::string what;  ///< "called read_file {"path":"a"} 4 times in a row, …"
  };

  /// A call has been answered.
  void saw(Call call);
  /// All calls of an answer have been answered; it may have had none. Nothing where all is well.
  std::optional<Finding> end_of_answer();

 private:
  /// How often in a row one shape was seen, and how often when the model was told.
  struct Circle {
    int rounds = 0;
    int told_at = 0;  ///< 0: not told
  };

  std::optional<Finding> judge(Circle& circle, Shape shape);
  std::string describe(Shape shape, int rounds) const;

  std::optional<Call> last_;
  std::optional<Call> before_last_;
  int same_as_last_ = 0;         ///< calls in a row that equal the one before them
  int same_as_before_last_ = 0;  ///< calls in a row that equal the one two before them
  bool called_ = false;          ///< in the answer under way
  Circle repetition_;
  Circle alternation_;
  Circle monologue_;
  int told_ = 0;
};

/// "repetition", "alternation", "monologue".
std::string_view to_string(LoopGuard::Shape shape);

}  // namespace coditect::agents
