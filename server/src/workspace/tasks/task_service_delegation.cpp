// How one task gives another agent work and waits for it.
#include <boost/asio/post.hpp>

#include <algorithm>

#include "base/check.h"
#include "workspace/tasks/task_service.h"

namespace coditect::workspace {

namespace {

std::string line_of(const std::vector<TaskId>& ids, const queue::TaskBoard& board) {
  std::string line;
  for (const TaskId& id : ids) {
    const queue::Task* task = board.find(id);
    line += (line.empty() ? "" : ", ") + id.str() + " of " + (task == nullptr ? "?" : task->agent);
  }
  return line;
}

}  // namespace

Result<std::vector<std::string>> TaskService::delegates(const std::string& caller,
                                                        const std::string& agent) const {
  if (agent == caller) return invalid("a task cannot be delegated to yourself", "do it yourself");
  std::vector<std::string> others;
  for (const std::string& name : parts_.directory.names()) {
    const bool meant = agent == "auto" || agent == "all" || agent == name;
    if (name != caller && meant) others.push_back(name);
  }
  if (others.empty()) return not_found("there is no other agent '" + agent + "'", "name another");
  std::erase_if(others,
                [&](const std::string& name) { return parts_.board.waits_for(name, caller); });
  if (others.empty()) {
    return Error{Errc::kConflict,
                 agent + " waits for a task of yours, and would never begin this one",
                 "do it yourself, or give it to another agent"};
  }
  if (agent == "auto") return std::vector{least_busy(others)};
  return others;
}

bool TaskService::all_finished(const std::vector<TaskId>& ids) const {
  return std::ranges::all_of(ids, [this](const TaskId& id) {
    const queue::Task* task = parts_.board.find(id);
    return task == nullptr || queue::is_finished(task->state);
  });
}

json::value TaskService::outcomes(const std::vector<TaskId>& ids) const {
  json::array rows;
  for (const TaskId& id : ids) {
    json::object row{{"id", id.str()}};
    // One that ended long ago is not kept.
    if (const queue::Task* task = parts_.board.find(id)) {
      row["agent"] = task->agent;
      row["state"] = to_string(task->state);
      if (task->result) row["result"] = *task->result;
      if (task->error) row["error"] = task->error->message;
    }
    rows.push_back(std::move(row));
  }
  return json::object{{"tasks", std::move(rows)}};
}

awaitable<Result<json::value>> TaskService::delegate(tools::Caller caller, std::string agent,
                                                     std::string prompt, std::stop_token stop) {
  check(strand_.running_in_this_thread());
  std::vector<TaskId> ids = parts_.board.untold(caller.task, prompt);
  if (ids.empty()) {
    TaskRequest request;
    CO_TRY(request.agents, delegates(caller.agent, agent));
    request.prompt = std::move(prompt);
    request.parent = caller.task;
    const Actor actor{caller.actor(), {}, caller.task.str()};
    CO_TRY(ids, co_await submit(actor, std::move(request)));
  }
  const std::stop_callback wake(
      stop, [this] { asio::post(strand_, [this] { task_ended_.notify_all(); }); });
  const std::string line = line_of(ids, parts_.board);
  if (!all_finished(ids)) {
    begin_wait(caller, "task", line);
    while (!all_finished(ids) && !stop.stop_requested() && !parts_.log.failed()) {
      co_await task_ended_.wait();
    }
    end_wait(caller, "task", line);
  }
  if (stop.stop_requested()) co_return Error{Errc::kCancelled, "cancelled", {}};
  CO_TRY_VOID(co_await parts_.log.durable(parts_.log.head()));
  co_return outcomes(ids);
}

}  // namespace coditect::workspace
