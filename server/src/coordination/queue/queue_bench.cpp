#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "base/check.h"
#include "coordination/queue/task_board.h"

namespace coditect::queue {
namespace {

void record(TaskBoard& board, const EventDraft& draft, Sequence& seq) {
  Event event;
  event.seq = ++seq;
  event.type = draft.type;
  event.task = draft.task;
  event.data = draft.data;
  check(board.apply(event).ok());
}

/// Submit, start and finish a task before an agent that has many queued.
void SubmitStartFinish(benchmark::State& state) {
  const std::vector<std::string> agents{"claude"};
  TaskBoard board;
  Sequence seq = 0;
  Submission made;
  made.agent = "claude";
  made.prompt = "do it";
  made.actor = "user:anna";
  const auto submit = [&](int priority) {
    made.id = TaskId{"t" + std::to_string(seq)};
    made.priority = priority;
    record(board, *board.submit(made, agents), seq);
  };
  for (std::int64_t i = 0; i < state.range(0); ++i) submit(static_cast<int>(i % 9));
  for (auto _ : state) {
    submit(9);
    record(board, *board.start("claude"), seq);
    record(board, *board.finish(made.id, {}, Time{}), seq);
  }
}
BENCHMARK(SubmitStartFinish)->Arg(0)->Arg(1'000)->Arg(9'999);

}  // namespace
}  // namespace coditect::queue
