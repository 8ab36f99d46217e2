#pragma once

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/event.h"
#include "base/strong_id.h"

namespace coditect::lifecycle {

/// Notices tasks of which nothing is heard any more. It looks at events and the time alone: no
/// model is asked.
///
/// A task that waits (for a lock, a person, a budget, a rate limit) is not stuck, nor is one whose
/// tool runs within the time that the call allows it.
///
/// Threads:    one strand.
/// Invariants: only tasks that are started and not ended are watched; each is found once for each
///             time that nothing is heard of it.
class StuckWatch {
 public:
  struct Finding {
    TaskId task;
    std::chrono::milliseconds silent{};  ///< beyond what a tool may take
    std::string doing;                   ///< "a call of the model", "run_command"
  };

  explicit StuckWatch(std::chrono::milliseconds silence_max) : silence_max_(silence_max) {}

  /// Takes every event, at the time when it happens.
  void apply(const Event& event, SteadyTime now);
  /// A sign of life that is no event: the model's answer streams.
  void heard(const TaskId& task, SteadyTime now);
  /// Those of which nothing has been heard for too long.
  std::vector<Finding> look(SteadyTime now);

  std::chrono::milliseconds silence_max() const { return silence_max_; }

 private:
  struct Watched {
    SteadyTime heard_at{};
    std::string tool;                       ///< that runs; "" for none
    std::chrono::milliseconds tool_time{};  ///< what it may take
    bool waits = false;
    bool found = false;
  };

  const std::chrono::milliseconds silence_max_;
  std::map<TaskId, Watched> watched_;
};

}  // namespace coditect::lifecycle
