#pragma once

#include <exception>
#include <functional>
#include <list>
#include <string>

#include "async/notifier.h"
#include "async/strand.h"

namespace coditect {

/// Owns background coroutines: each is joined, and somebody hears it fail.
///
/// Threads:    one strand; every method is called on it and every task runs on it.
/// Lifetime:   the last field of its owner. Await close() before destroying it.
/// Invariants: after close() no task runs and spawn() does nothing.
/// Errors:     an exception that leaves a task goes to the failure handler with the task's name.
class TaskGroup {
 public:
  using FailureHandler = std::function<void(std::string_view task, const std::string& what)>;

  TaskGroup(const Strand& strand, FailureHandler on_failure);
  ~TaskGroup();

  /// Starts `task`. Its state travels in its parameters, not in a capturing lambda.
  void spawn(std::string name, awaitable<void> task);
  /// Cancels every task (terminal) and returns when the last one has ended.
  awaitable<void> close();
  /// Returns when every task has ended by itself.
  awaitable<void> join();

  std::size_t size() const { return running_.size(); }

 private:
  struct Running {
    std::string name;
    asio::cancellation_signal cancel;
  };

  // Touched only on strand_.
  Strand strand_;
  FailureHandler on_failure_;
  std::list<Running> running_;
  Notifier ended_;
  bool closed_ = false;
};

}  // namespace coditect
