#include "workspace/terminal_output.h"

#include <utility>

namespace coditect::workspace {

TerminalOutput::TerminalOutput(std::size_t bytes_max, std::function<void()> on_ready)
    : bytes_max_(bytes_max), on_ready_(std::move(on_ready)) {}

void TerminalOutput::append(std::string_view chunk, const std::stop_token& stop) {
  while (!chunk.empty()) {
    bool was_empty = false;
    {
      std::unique_lock lock(mutex_);
      const bool room = room_.wait(lock, stop, [&] { return bytes_.size() < bytes_max_; });
      if (!room) return;
      was_empty = bytes_.empty();
      const std::string_view part = chunk.substr(0, bytes_max_ - bytes_.size());
      bytes_ += part;
      chunk.remove_prefix(part.size());
    }
    if (was_empty) on_ready_();
  }
}

void TerminalOutput::finish(Result<tools::CommandResult> end) {
  {
    const std::lock_guard lock(mutex_);
    end_ = std::move(end);
  }
  on_ready_();
}

std::string TerminalOutput::take() {
  std::string taken;
  {
    const std::lock_guard lock(mutex_);
    taken = std::exchange(bytes_, {});
  }
  room_.notify_all();
  return taken;
}

std::optional<Result<tools::CommandResult>> TerminalOutput::end() const {
  const std::lock_guard lock(mutex_);
  if (!bytes_.empty()) return std::nullopt;
  return end_;
}

}  // namespace coditect::workspace
