#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <vector>

#include "tools/sandbox/sandbox.h"

namespace coditect::tools {
namespace {

enum class Locked { kNothing, kFourFiles };

/// From run() to its return for a command that does nothing much: what the sandbox costs, as for an
/// agent's command, without and with files that others have locked.
void start_echo(benchmark::State& state, Locked locked) {
  auto sandbox = Sandbox::create({});
  if (!sandbox) {
    state.SkipWithError(sandbox.error().message.c_str());
    return;
  }
  std::vector<std::string> held;
  if (locked == Locked::kFourFiles) held = {"base-files", "doc", "info", "man"};
  std::vector<double> times_ms;
  for (auto _ : state) {
    const auto begun = std::chrono::steady_clock::now();
    CommandSpec spec{.argv = {"/bin/echo", "hello"}, .project_root = "/usr/share"};
    spec.access = ProjectAccess::kReadOnly;
    spec.read_only = *ReadOnlyPaths::create(held);
    const auto result = (*sandbox)->run(spec);
    if (!result || result->exit_code != 0) state.SkipWithError("echo failed");
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    times_ms.push_back(took.count());
  }
  std::ranges::sort(times_ms);
  state.counters["p50_ms"] = times_ms[times_ms.size() / 2];
  state.counters["p99_ms"] = times_ms[times_ms.size() * 99 / 100];
}
BENCHMARK_CAPTURE(start_echo, nothing_locked, Locked::kNothing)
    ->Unit(benchmark::kMillisecond)
    ->MinTime(3)
    ->UseRealTime();
BENCHMARK_CAPTURE(start_echo, four_files_locked, Locked::kFourFiles)
    ->Unit(benchmark::kMillisecond)
    ->MinTime(3)
    ->UseRealTime();

}  // namespace
}  // namespace coditect::tools
