#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/image_ref.h"
#include "base/json.h"
#include "base/result.h"
#include "base/strong_id.h"
#include "coordination/queue/place.h"
#include "coordination/queue/worktree_mode.h"

namespace coditect::queue {

enum class TaskState { kQueued, kRunning, kWaiting, kPaused, kSucceeded, kFailed, kCancelled };
/// The public names: "queued", "running", "waiting", "paused", "succeeded", "failed", "cancelled".
std::string_view to_string(TaskState state);
Result<TaskState> parse_state(std::string_view text);

inline bool is_finished(TaskState state) {
  return state == TaskState::kSucceeded || state == TaskState::kFailed ||
         state == TaskState::kCancelled;
}
inline bool is_active(TaskState state) {
  return state == TaskState::kRunning || state == TaskState::kWaiting;
}

inline constexpr int kPriorityMax = 9;  ///< goes first
inline constexpr int kPriorityDefault = 5;

/// Why a task failed, as task_finished records it.
struct TaskError {
  std::string kind;
  std::string message;
  std::string hint;
};

/// What a person says to a task while it is not finished.
struct Steering {
  std::string id;    ///< of the message
  std::string from;  ///< an actor
  std::string text;
  std::vector<ImageRef> images = {};
};

/// One thing an agent is asked to do.
struct Task {
  TaskId id;
  std::string agent;
  std::string prompt;
  std::vector<ImageRef> images;  ///< that belong to the prompt
  std::int64_t image_bytes = 0;  ///< of all pictures that it was shown
  int priority = kPriorityDefault;
  std::vector<TaskId> depends_on;
  std::optional<double> budget_usd;
  std::optional<TaskId> parent;
  std::string group;  ///< of tasks that were submitted together; "" for one alone
  WorktreeMode worktree = WorktreeMode::kNone;
  bool told = false;  ///< the call of its parent that delegated it has ended
  std::string session;
  int attempt = 1;
  int first_attempt = 1;  ///< of the current series: a retry by a person begins a new one
  TaskState state = TaskState::kQueued;
  std::string waits_for;  ///< what a waiting task waits for, in words
  bool cancel_requested = false;
  int stuck = 0;                   ///< times in a row that nothing was heard of it
  std::string pause_requested_by;  ///< who wants an active task to stand still; "" for nobody
  std::vector<Steering> steering;  ///< said to it and not heard yet, oldest first
  std::optional<TaskError> error;
  std::optional<std::string> result;
  Time created_at{};
  std::optional<Time> started_at;  ///< of the current attempt
  std::optional<Time> finished_at;
  Sequence queued_seq = 0;             ///< of its task_queued
  Digits place;                        ///< within its priority; kept when it is queued again
  std::set<TaskId> open_dependencies;  ///< not succeeded yet
};

/// Their names, in order and each once.
json::array ids_json(const std::vector<TaskId>& ids);
/// None where the object has no such member.
Result<std::vector<TaskId>> parse_ids(const json::object& object, std::string_view key);
/// What was said to the task and not heard yet: [{id, from, text, images?}].
json::array steering_json(const Task& task);
/// Every field, for the board's snapshot and for clients.
json::object task_json(const Task& task);
Result<Task> parse_task(const json::object& object);

}  // namespace coditect::queue
