#include "storage/replication/sync/for_each.h"

#include <algorithm>
#include <optional>

#include "async/task_group.h"

namespace coditect::replication {

namespace {

using Work = std::function<awaitable<Result<void>>(std::size_t)>;

/// What the workers share; touched only on their strand.
struct Round {
  std::size_t count = 0;
  Work work;
  std::size_t next = 0;
  std::optional<Error> failure = {};
};

awaitable<void> take_turns(Round& round) {
  while (round.next < round.count && !round.failure) {
    const std::size_t mine = round.next++;
    auto done = co_await round.work(mine);
    if (!done && !round.failure) round.failure = std::move(done).error();
  }
}

awaitable<Result<void>> run_round(Strand strand, std::size_t at_once, Round round) {
  TaskGroup workers(strand, [&round](std::string_view, const std::string& what) {
    if (!round.failure) round.failure = internal("a transfer ended with an exception: " + what);
  });
  const std::size_t started = std::min(at_once, round.count);
  for (std::size_t i = 0; i < started; ++i) workers.spawn("transfer", take_turns(round));
  co_await workers.join();
  co_await workers.close();
  if (round.failure) co_return *std::move(round.failure);
  co_return Result<void>{};
}

}  // namespace

awaitable<Result<void>> for_each(std::size_t count, std::size_t at_once, Work work) {
  if (count == 0) co_return Result<void>{};
  const Strand strand = make_strand(co_await asio::this_coro::executor);
  Round round{count, std::move(work)};
  co_return co_await run_on(strand, run_round(strand, at_once, std::move(round)));
}

}  // namespace coditect::replication
