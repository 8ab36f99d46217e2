#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tools/sandbox/command.h"

namespace coditect::workspace {

/// What a terminal's thread has read and the strand has not yet passed on: bounded, because the
/// thread waits for room, and with it the program that prints.
///
/// Threads:    append() and finish() on the terminal's thread, take() and end() on any.
/// Lifetime:   shared by both sides.
/// Invariants: at most `bytes_max` bytes, and one chunk more once a stop is requested; `on_ready`
///             is called once for each time that there is something after there was nothing.
class TerminalOutput {
 public:
  /// `on_ready` is called on the terminal's thread and must not block.
  TerminalOutput(std::size_t bytes_max, std::function<void()> on_ready);

  /// Waits for room. Once `stop` is requested nobody is to see the rest: what has no room is
  /// dropped.
  void append(std::string_view chunk, const std::stop_token& stop);
  void finish(Result<tools::CommandResult> end);

  /// All of it, and makes room.
  std::string take();
  /// How the program ended, once it has and everything is taken.
  std::optional<Result<tools::CommandResult>> end() const;

 private:
  const std::size_t bytes_max_;
  const std::function<void()> on_ready_;

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  std::condition_variable_any room_;
  std::string bytes_;
  std::optional<Result<tools::CommandResult>> end_;
};

}  // namespace coditect::workspace
