#include "coordination/lifecycle/stuck_watch.h"

#include <algorithm>

#include "base/limits.h"

namespace coditect::lifecycle {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// How long a call of a tool may take by itself; the others take as good as no time.
milliseconds time_of(const std::string& tool, const json::object* input) {
  if (tool != "run_command" && tool != "git") return {};
  const auto asked = input == nullptr ? std::nullopt : find_int(*input, "timeout_s");
  if (!asked) return limits::kCommandTimeDefault;
  return std::clamp(seconds(*asked), seconds(0), limits::kCommandTimeMax);
}

}  // namespace

void StuckWatch::apply(const Event& event, SteadyTime now) {
  if (event.task.empty() || event.type == "agent_stuck") return;
  const TaskId id(event.task);
  if (event.type == "task_started") watched_[id] = {};
  if (event.type == "task_finished" || event.type == "task_requeued" ||
      event.type == "task_paused") {
    watched_.erase(id);
  }
  const auto found = watched_.find(id);
  if (found == watched_.end()) return;
  Watched& task = found->second;
  task.heard_at = now;
  task.found = false;
  if (event.type == "agent_state_change") task.waits = find_string(event.data, "to") == "waiting";
  if (event.type != "tool_call") return;
  const bool starts = find_string(event.data, "phase") == "started";
  task.tool = starts ? find_string(event.data, "tool").value_or("") : "";
  task.tool_time = starts ? time_of(task.tool, find_object(event.data, "input")) : milliseconds{};
}

void StuckWatch::heard(const TaskId& task, SteadyTime now) {
  const auto found = watched_.find(task);
  if (found == watched_.end()) return;
  found->second.heard_at = now;
  found->second.found = false;
}

std::vector<StuckWatch::Finding> StuckWatch::look(SteadyTime now) {
  std::vector<Finding> stuck;
  for (auto& [id, task] : watched_) {
    if (task.waits || task.found) continue;
    const auto silent =
        std::chrono::duration_cast<milliseconds>(now - task.heard_at) - task.tool_time;
    if (silent < silence_max_) continue;
    task.found = true;
    stuck.push_back({id, silent, task.tool.empty() ? "a call of the model" : task.tool});
  }
  return stuck;
}

}  // namespace coditect::lifecycle
