#pragma once

#include <map>
#include <optional>
#include <string>

#include "base/json.h"
#include "base/result.h"

namespace coditect::app {

/// Follows the tasks of one `coditect run` through the log: what to show of them, and how they end.
/// Pure.
class TaskWatch {
 public:
  /// Errc::kInternal when `submitted` is not what tasks.submit answers.
  static Result<TaskWatch> make(const json::object& submitted);

  /// Whether the event belongs to one of the tasks.
  bool concerns(const json::object& event) const;
  /// Takes an event that concerns a task.
  void apply(const json::object& event);
  bool all_finished() const;
  /// Nothing when every task succeeded; else what the first that did not says of it.
  Result<void> outcome() const;

 private:
  struct End {
    std::string state;
    std::string message;
    std::string hint;
  };
  struct Task {
    std::string agent;
    std::optional<End> end;
  };
  std::map<std::string, Task> tasks_;  // by id
};

/// What `coditect run --wait` shows of an event to people, with its newline; "" for nothing.
std::string show_progress(const json::object& event);

}  // namespace coditect::app
