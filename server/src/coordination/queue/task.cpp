#include "coordination/queue/task.h"

#include <array>
#include <utility>

namespace coditect::queue {

namespace {

constexpr std::array<std::pair<TaskState, std::string_view>, 7> kStates{{
    {TaskState::kQueued, "queued"},
    {TaskState::kRunning, "running"},
    {TaskState::kWaiting, "waiting"},
    {TaskState::kPaused, "paused"},
    {TaskState::kSucceeded, "succeeded"},
    {TaskState::kFailed, "failed"},
    {TaskState::kCancelled, "cancelled"},
}};

Result<std::optional<Time>> find_time(const json::object& object, std::string_view key) {
  const auto text = find_string(object, key);
  if (!text) return std::optional<Time>{};
  TRY(Time time, parse_rfc3339(*text));
  return std::optional<Time>{time};
}

Result<void> parse_outcome(const json::object& object, Task& task) {
  task.result = find_string(object, "result");
  const json::object* error = find_object(object, "error");
  if (error == nullptr) return {};
  TaskError parsed;
  TRY(parsed.kind, need_string(*error, "kind"));
  TRY(parsed.message, need_string(*error, "message"));
  parsed.hint = find_string(*error, "hint").value_or("");
  task.error = std::move(parsed);
  return {};
}

Result<void> parse_steering(const json::object& object, Task& task) {
  task.pause_requested_by = find_string(object, "pause_requested_by").value_or("");
  task.stuck = static_cast<int>(find_int(object, "stuck").value_or(0));
  const json::array* said = find_array(object, "steering");
  for (const json::value& value : said == nullptr ? json::array() : *said) {
    if (!value.is_object()) return invalid("'steering' holds something that nobody said");
    const json::object& each = value.get_object();
    Steering steering;
    TRY(steering.id, need_string(each, "id"));
    TRY(steering.from, need_string(each, "from"));
    TRY(steering.text, need_string(each, "text"));
    TRY(steering.images, parse_images(each));
    task.steering.push_back(std::move(steering));
  }
  return {};
}

Result<void> parse_times(const json::object& object, Task& task) {
  TRY(std::string created, need_string(object, "created_at"));
  TRY(task.created_at, parse_rfc3339(created));
  TRY(task.started_at, find_time(object, "started_at"));
  TRY(task.finished_at, find_time(object, "finished_at"));
  return {};
}

void put_outcome(const Task& task, json::object& object) {
  if (task.result) object["result"] = *task.result;
  if (task.error) {
    object["error"] = {
        {"kind", task.error->kind}, {"message", task.error->message}, {"hint", task.error->hint}};
  }
}

}  // namespace

json::array ids_json(const std::vector<TaskId>& ids) {
  json::array array;
  for (const TaskId& id : std::set<TaskId>(ids.begin(), ids.end())) array.emplace_back(id.str());
  return array;
}

Result<std::vector<TaskId>> parse_ids(const json::object& object, std::string_view key) {
  std::vector<TaskId> ids;
  const json::array* array = find_array(object, key);
  if (array == nullptr) return ids;
  for (const json::value& value : *array) {
    if (!value.is_string()) return invalid("'" + std::string(key) + "' holds no task id");
    ids.emplace_back(std::string(value.get_string()));
  }
  return ids;
}

std::string_view to_string(TaskState state) {
  for (const auto& [known, name] : kStates) {
    if (known == state) return name;
  }
  return "queued";
}

Result<TaskState> parse_state(std::string_view text) {
  for (const auto& [state, name] : kStates) {
    if (name == text) return state;
  }
  return invalid("'" + std::string(text) + "' is not a task's state");
}

json::array steering_json(const Task& task) {
  json::array said;
  for (const Steering& each : task.steering) {
    json::object object{{"id", each.id}, {"from", each.from}, {"text", each.text}};
    if (!each.images.empty()) object["images"] = to_json(each.images);
    said.push_back(std::move(object));
  }
  return said;
}

json::object task_json(const Task& task) {
  json::object object;
  object["id"] = task.id.str();
  object["agent"] = task.agent;
  object["state"] = to_string(task.state);
  object["priority"] = task.priority;
  object["prompt"] = task.prompt;
  if (!task.images.empty()) object["images"] = to_json(task.images);
  if (task.image_bytes > 0) object["image_bytes"] = task.image_bytes;
  object["depends_on"] = ids_json(task.depends_on);
  object["open_dependencies"] =
      ids_json({task.open_dependencies.begin(), task.open_dependencies.end()});
  if (task.budget_usd) object["budget_usd"] = *task.budget_usd;
  if (task.parent) object["parent"] = task.parent->str();
  if (!task.group.empty()) object["group"] = task.group;
  if (task.worktree != WorktreeMode::kNone) object["worktree"] = to_string(task.worktree);
  if (task.told) object["told"] = true;
  if (!task.session.empty()) object["session"] = task.session;
  object["attempt"] = task.attempt;
  object["first_attempt"] = task.first_attempt;
  if (!task.waits_for.empty()) object["waits_for"] = task.waits_for;
  object["cancel_requested"] = task.cancel_requested;
  if (task.stuck > 0) object["stuck"] = task.stuck;
  if (!task.pause_requested_by.empty()) object["pause_requested_by"] = task.pause_requested_by;
  if (!task.steering.empty()) object["steering"] = steering_json(task);
  put_outcome(task, object);
  object["created_at"] = to_rfc3339(task.created_at);
  if (task.started_at) object["started_at"] = to_rfc3339(*task.started_at);
  if (task.finished_at) object["finished_at"] = to_rfc3339(*task.finished_at);
  object["queued_seq"] = static_cast<std::int64_t>(task.queued_seq);
  object["place"] = digits_json(task.place);
  return object;
}

Result<Task> parse_task(const json::object& object) {
  Task task;
  TRY(std::string id, need_string(object, "id"));
  task.id = TaskId{id};
  TRY(task.agent, need_string(object, "agent"));
  TRY(std::string state, need_string(object, "state"));
  TRY(task.state, parse_state(state));
  TRY(std::int64_t priority, need_int(object, "priority"));
  task.priority = static_cast<int>(priority);
  TRY(task.prompt, need_string(object, "prompt"));
  TRY(task.images, parse_images(object));
  task.image_bytes = find_int(object, "image_bytes").value_or(bytes_of(task.images));
  TRY(task.depends_on, parse_ids(object, "depends_on"));
  TRY(std::vector<TaskId> open, parse_ids(object, "open_dependencies"));
  task.open_dependencies = {open.begin(), open.end()};
  task.budget_usd = find_double(object, "budget_usd");
  if (const auto parent = find_string(object, "parent")) task.parent = TaskId{*parent};
  task.group = find_string(object, "group").value_or("");
  TRY(task.worktree, parse_worktree_mode(find_string(object, "worktree").value_or("none")));
  task.told = find_bool(object, "told").value_or(false);
  task.session = find_string(object, "session").value_or("");
  TRY(std::int64_t attempt, need_int(object, "attempt"));
  task.attempt = static_cast<int>(attempt);
  TRY(std::int64_t first_attempt, need_int(object, "first_attempt"));
  task.first_attempt = static_cast<int>(first_attempt);
  task.waits_for = find_string(object, "waits_for").value_or("");
  task.cancel_requested = find_bool(object, "cancel_requested").value_or(false);
  TRY_VOID(parse_steering(object, task));
  TRY_VOID(parse_outcome(object, task));
  TRY_VOID(parse_times(object, task));
  TRY(std::int64_t queued_seq, need_int(object, "queued_seq"));
  task.queued_seq = static_cast<Sequence>(queued_seq);
  const json::value* place = object.if_contains("place");
  if (place == nullptr) return invalid("a task has no place");
  TRY(task.place, parse_digits(*place));
  return task;
}

}  // namespace coditect::queue
