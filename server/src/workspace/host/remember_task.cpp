#include "workspace/host/remember_task.h"

#include <utility>
#include <vector>

namespace coditect::workspace {

namespace {

constexpr std::size_t kLinesAtOnce = 1'000;

}  // namespace

awaitable<Result<agents::Remembered>> remember_task(EventLog& log, TaskId task, Sequence since) {
  const Sequence head = log.head();
  CO_TRY_VOID(co_await log.durable(head));
  agents::Conversation conversation;
  for (Sequence next = since; next <= head;) {
    CO_TRY(const std::vector<LogLine> lines, co_await log.read(next, kLinesAtOnce));
    if (lines.empty()) break;
    for (const LogLine& line : lines) {
      // Most lines of a long log are of other tasks, and reading one costs more than looking at it.
      if (line.text->find(task.str()) == std::string::npos) continue;
      CO_TRY(const Event event, parse_event(*line.text));
      if (event.task == task.str()) conversation.add(event);
    }
    next = lines.back().seq + 1;
  }
  co_return std::move(conversation).take();
}

}  // namespace coditect::workspace
