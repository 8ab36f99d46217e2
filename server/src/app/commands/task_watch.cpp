#include "app/commands/task_watch.h"

#include <algorithm>

#include "app/print/event_line.h"
#include "app/print/text.h"

namespace coditect::app {

namespace {

constexpr std::string_view kUser = "user:";
constexpr std::string_view kAgent = "agent:";

const json::object& data_of(const json::object& event) {
  static const json::object kNothing;
  const json::object* data = find_object(event, "data");
  return data == nullptr ? kNothing : *data;
}

}  // namespace

Result<TaskWatch> TaskWatch::make(const json::object& submitted) {
  const json::array* tasks = find_array(submitted, "tasks");
  TaskWatch watch;
  for (const json::value& each : tasks == nullptr ? json::array() : *tasks) {
    const json::object* task = each.if_object();
    if (task == nullptr) return internal("the server's answer to tasks.submit holds no task");
    TRY(const std::string id, need_string(*task, "id"));
    watch.tasks_[id] = {find_string(*task, "agent").value_or(""), {}};
  }
  if (watch.tasks_.empty()) return internal("the server's answer to tasks.submit holds no task");
  return watch;
}

bool TaskWatch::concerns(const json::object& event) const {
  const auto task = find_string(event, "task");
  return task && tasks_.contains(*task);
}

void TaskWatch::apply(const json::object& event) {
  if (find_string(event, "type") != "task_finished") return;
  const json::object& data = data_of(event);
  End end{find_string(data, "state").value_or("failed"), {}, {}};
  if (const json::object* error = find_object(data, "error")) {
    end.message = find_string(*error, "message").value_or("");
    end.hint = find_string(*error, "hint").value_or("");
  }
  tasks_.at(find_string(event, "task").value_or("")).end = std::move(end);
}

bool TaskWatch::all_finished() const {
  return std::ranges::all_of(tasks_, [](const auto& each) { return each.second.end.has_value(); });
}

Result<void> TaskWatch::outcome() const {
  for (const auto& [id, task] : tasks_) {
    if (task.end && task.end->state == "succeeded") continue;
    const std::string state = task.end ? task.end->state : "not finished";
    std::string message = "task " + id + " of " + task.agent + ": " + state;
    std::string hint = "`coditect log WORKSPACE` shows what it did";
    if (task.end && !task.end->message.empty()) message += ": " + task.end->message;
    if (task.end && !task.end->hint.empty()) hint = task.end->hint;
    return Error{Errc::kUnavailable, std::move(message), std::move(hint)};
  }
  return {};
}

std::string show_progress(const json::object& event) {
  const std::string type = find_string(event, "type").value_or("");
  std::string actor = find_string(event, "actor").value_or("");
  if (actor.starts_with(kAgent)) actor.erase(0, kAgent.size());
  actor = one_line(actor);
  if (type == "agent_message" && !actor.starts_with(kUser)) {
    return actor + ": " + paragraph(find_string(data_of(event), "text").value_or("")) + "\n";
  }
  if (type == "tool_call" || type == "task_retrying" || type == "task_waiting" ||
      type == "provider_failover") {
    return actor + "> " + describe_event(event) + "\n";
  }
  if (type == "task_finished") return describe_event(event) + "\n";
  return {};
}

}  // namespace coditect::app
