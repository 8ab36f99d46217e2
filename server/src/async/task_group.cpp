#include "async/task_group.h"

#include "base/check.h"

namespace coditect {

TaskGroup::TaskGroup(const Strand& strand, FailureHandler on_failure)
    : strand_(strand), on_failure_(std::move(on_failure)), ended_(strand) {
  check(on_failure_ != nullptr, "a TaskGroup needs somebody who hears a task fail");
}

TaskGroup::~TaskGroup() {
  check(running_.empty(), "a TaskGroup is destroyed while its tasks run; await close() first");
}

void TaskGroup::spawn(std::string name, awaitable<void> task) {
  check(strand_.running_in_this_thread());
  if (closed_) return;
  const auto place = running_.emplace(running_.end());
  place->name = std::move(name);
  auto when_done = [this, place](std::exception_ptr failure) {
    if (failure && !closed_) {
      try {
        std::rethrow_exception(failure);
      } catch (const std::exception& error) {
        on_failure_(place->name, error.what());
      }
    }
    running_.erase(place);
    ended_.notify_all();
  };
  asio::co_spawn(strand_, std::move(task),
                 asio::bind_cancellation_slot(place->cancel.slot(), std::move(when_done)));
}

awaitable<void> TaskGroup::close() {
  check(strand_.running_in_this_thread());
  closed_ = true;
  // A task may end, and leave the list, while its own signal is emitted.
  for (auto place = running_.begin(); place != running_.end();) {
    auto next = std::next(place);
    place->cancel.emit(asio::cancellation_type::terminal);
    place = next;
  }
  co_await join();
}

awaitable<void> TaskGroup::join() {
  check(strand_.running_in_this_thread());
  while (!running_.empty()) co_await ended_.wait();
}

}  // namespace coditect
