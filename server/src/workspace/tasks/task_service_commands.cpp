// What people do with tasks that are queued or under way.
#include <algorithm>

#include "workspace/tasks/task_service.h"

namespace coditect::workspace {

awaitable<Result<void>> TaskService::cancel(TaskId id, Actor actor) {
  co_return co_await record(parts_.board.cancel(id, actor.name, parts_.clock.now()));
}

awaitable<Result<void>> TaskService::retry(TaskId id, Actor actor) {
  CO_TRY_VOID(parts_.log.admit());
  co_return co_await record(parts_.board.retry(id, actor.name));
}

awaitable<Result<void>> TaskService::promote(TaskId id, Actor actor) {
  CO_TRY_VOID(parts_.log.admit());
  co_return co_await record(parts_.board.promote(id, actor.name));
}

awaitable<Result<void>> TaskService::move(TaskId id, queue::Move wanted, Actor actor) {
  CO_TRY_VOID(parts_.log.admit());
  const std::vector<std::string> known = parts_.directory.names();
  co_return co_await record(parts_.board.move(id, wanted, actor.name, known));
}

awaitable<Result<void>> TaskService::depend(TaskId id, std::vector<TaskId> depends_on,
                                            Actor actor) {
  CO_TRY_VOID(parts_.log.admit());
  co_return co_await record(parts_.board.depend(id, depends_on, actor.name));
}

awaitable<Result<void>> TaskService::pause(TaskId id, Actor actor) {
  CO_TRY_VOID(parts_.log.admit());
  const queue::Task* task = parts_.board.find(id);
  const bool waits = task != nullptr && task->state == queue::TaskState::kWaiting;
  auto draft = parts_.board.pause(id, actor.name);
  if (draft && waits) interrupt(id);
  co_return co_await record(std::move(draft));
}

void TaskService::interrupt(const TaskId& id) {
  for (auto& [agent, running] : running_) {
    if (running.task != id) continue;
    running.interrupted = true;
    running.stop.request_stop();
  }
}

bool TaskService::interrupted(const TaskId& id) const {
  return std::ranges::any_of(running_, [&id](const auto& each) {
    return each.second.task == id && each.second.interrupted;
  });
}

awaitable<Result<void>> TaskService::resume(TaskId id, Actor actor) {
  CO_TRY_VOID(parts_.log.admit());
  if (interrupted(id)) {
    co_return Error{Errc::kConflict, "task " + id.str() + " is just coming to stand still",
                    "resume it once its state is paused"};
  }
  co_return co_await record(parts_.board.resume(id, actor.name));
}

awaitable<Result<std::string>> TaskService::steer(TaskId id, Actor actor, std::string text,
                                                  std::vector<ImageRef> images) {
  CO_TRY_VOID(parts_.log.admit());
  const queue::Steering said{parts_.random.id("m_"), actor.name, std::move(text),
                             std::move(images)};
  auto draft = parts_.board.steer(id, said);
  if (draft) draft->session = actor.session;
  CO_TRY_VOID(co_await record(std::move(draft)));
  co_return said.id;
}

}  // namespace coditect::workspace
