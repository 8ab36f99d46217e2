#include <benchmark/benchmark.h>

#include <string>
#include <utility>
#include <variant>

#include "base/check.h"
#include "coordination/locks/lock_table.h"

namespace coditect::locks {
namespace {

void record(LockTable& table, const std::vector<EventDraft>& drafts) {
  for (const EventDraft& draft : drafts) {
    Event event;
    event.type = draft.type;
    event.data = draft.data;
    check(table.apply(event).ok());
  }
}

Request request(std::string holder, std::string path) {
  Request made;
  made.holder = std::move(holder);
  made.path = std::move(path);
  made.now = Time{std::chrono::seconds{1'800'000'000}};
  return made;
}

Token acquire(LockTable& table, const Request& made) {
  const auto decision = table.acquire(made);
  const auto& granted = std::get<Granted>(*decision);
  record(table, granted.events);
  return granted.grant.token;
}

/// `count` locks of 100 holders in folders of 100 files.
LockTable table_of(std::int64_t count) {
  LockTable table;
  for (std::int64_t i = 0; i < count; ++i) {
    acquire(table, request("agent:" + std::to_string(i % 100),
                           "src/d" + std::to_string(i / 100) + "/f" + std::to_string(i) + ".cpp"));
  }
  return table;
}

/// Decide and apply, acquire and release, of the pattern; the rest of the table stands still.
void cycle(benchmark::State& state, const char* path) {
  LockTable table = table_of(state.range(0) - 1);
  const Request made = request("agent:me", path);
  for (auto _ : state) {
    const Token token = acquire(table, made);
    record(table, *table.release(made.path, token, made.holder));
  }
}

void AcquireReleaseFile(benchmark::State& state) { cycle(state, "src/d7/mine.cpp"); }
void AcquireReleaseFolder(benchmark::State& state) { cycle(state, "lib/mine/"); }
void AcquireReleaseGlob(benchmark::State& state) { cycle(state, "src/d7/**/*.h"); }
void AcquireReleaseGlobOverAll(benchmark::State& state) { cycle(state, "**/*.h"); }
BENCHMARK(AcquireReleaseFile)->Arg(1)->Arg(1'000)->Arg(10'000);
BENCHMARK(AcquireReleaseFolder)->Arg(10'000);
BENCHMARK(AcquireReleaseGlob)->Arg(10'000);
BENCHMARK(AcquireReleaseGlobOverAll)->Arg(10'000);

void CheckWrite(benchmark::State& state) {
  LockTable table = table_of(state.range(0) - 1);
  const Request made = request("agent:me", "src/d7/mine.cpp");
  const Token token = acquire(table, made);
  for (auto _ : state) {
    const auto allowed = table.check_write(made.path, made.holder, token, made.now);
    check(allowed.ok());
  }
}
BENCHMARK(CheckWrite)->Arg(10'000);

/// One file, a queue of waiters: each release grants the next, each holder queues up again.
void HandOver(benchmark::State& state) {
  LockTable table;
  Token token = acquire(table, request("agent:first", "hot"));
  std::string holder = "agent:first";
  for (std::int64_t i = 0; i < state.range(0); ++i) {
    check(table.acquire(request("agent:" + std::to_string(i), "hot")).ok());
  }
  const Time now = request("", "").now;
  for (auto _ : state) {
    record(table, *table.release("hot", token, holder));
    check(table.acquire(request(holder, "hot")).ok());
    const auto step = table.next_step(now);
    record(table, step->events);
    token = step->wakeup->outcome->token;
    holder = table.locks().at(token).holder;
  }
}
BENCHMARK(HandOver)->Arg(1)->Arg(100)->Arg(5'000);

}  // namespace
}  // namespace coditect::locks
