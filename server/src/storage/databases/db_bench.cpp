#include <benchmark/benchmark.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/check.h"
#include "storage/databases/catalogue.h"
#include "storage/databases/memory_feed.h"
#include "storage/databases/queries/timeline.h"

namespace coditect::databases {
namespace {

// A workspace with a catalogue of its own, gone with its object.
struct Bed {
  Bed() {
    std::string name = (std::filesystem::temp_directory_path() / "databases_XXXXXX").string();
    folder = ::mkdtemp(name.data());
    workspace = folder / "w";
    std::filesystem::create_directory(workspace);
    Catalogue::Options options{.template_dir = folder / "templates"};
    auto created = Catalogue::create(std::move(options));
    check(created.ok());
    catalogue = *std::move(created);
  }
  Bed(const Bed&) = delete;
  Bed& operator=(const Bed&) = delete;
  ~Bed() {
    catalogue.reset();
    std::filesystem::remove_all(folder);
  }

  // So that the measured calls do not pay for the events that came before them.
  void catch_up(DatabaseName name) { check(catalogue->catch_up(workspace, name, feed).ok()); }

  // What agents do all day: edits, tool calls, messages and their tasks.
  void work(std::size_t events) {
    for (std::size_t i = feed.head(); events > 0; --events, ++i) {
      json::object data;
      data["agent"] = "claude";
      data["id"] = "id" + std::to_string(i);
      switch (i % 4) {
        case 0:
          data["op"] = "write";
          data["path"] = "src/file" + std::to_string(i % 997) + ".cpp";
          data["hash"] = std::string(64, 'a');
          data["size"] = 1000;
          data["text"] = std::string(400, 'x');
          feed.add("file_edit", "agent:claude", "t1", std::move(data));
          break;
        case 1:
          data["tool"] = "read_file";
          data["phase"] = i % 8 == 1 ? "started" : "finished";
          data["ok"] = true;
          feed.add("tool_call", "agent:claude", "t1", std::move(data));
          break;
        case 2:
          data["text"] = "a sentence of some words about file " + std::to_string(i);
          feed.add("agent_message", "agent:claude", "t1", std::move(data));
          break;
        default:
          data["input"] = 1000;
          data["cost_usd"] = 0.01;
          data["model"] = "m";
          feed.add("usage_recorded", "agent:claude", "t1", std::move(data));
      }
    }
  }

  std::filesystem::path folder;
  std::filesystem::path workspace;
  MemoryFeed feed;
  std::unique_ptr<Catalogue> catalogue;
};

// Latencies of single calls; the mean that the library shows hides the slow ones.
class Latencies {
 public:
  template <class Call>
  void time(const Call& call) {
    const auto begin = std::chrono::steady_clock::now();
    call();
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    took_us_.push_back(took.count());
  }
  // Of several threads: the mean of each thread's percentile.
  void report(benchmark::State& state) {
    std::ranges::sort(took_us_);
    const auto at = [this](double part) {
      const auto last = static_cast<double>(took_us_.size() - 1);
      return took_us_.at(static_cast<std::size_t>(part * last));
    };
    using benchmark::Counter;
    state.counters["p50_us"] = Counter(at(0.5), Counter::kAvgThreads);
    state.counters["p99_us"] = Counter(at(0.99), Counter::kAvgThreads);
  }

 private:
  std::vector<double> took_us_;
};

// A simple SELECT while as many threads as the database has connections ask at once.
void BM_SimpleSelect(benchmark::State& state) {
  static std::mutex mutex;
  static std::unique_ptr<Bed> bed;
  {
    const std::lock_guard lock(mutex);
    if (!bed) {
      bed = std::make_unique<Bed>();
      bed->work(10'000);
      bed->catch_up(DatabaseName::kArtifacts);
    }
  }
  Query query;
  query.sql = "SELECT path, hash FROM file_versions WHERE path=? ORDER BY seq DESC LIMIT 1";
  query.params = json::array{"src/file4.cpp"};
  Latencies latencies;
  for (auto _ : state) {
    latencies.time([&] {
      auto answer =
          bed->catalogue->query(bed->workspace, DatabaseName::kArtifacts, query, bed->feed);
      check(answer && answer->rows.size() == 1);
    });
  }
  latencies.report(state);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_SimpleSelect)->Threads(1)->Threads(10)->UseRealTime();

// One event and the query that must see it: the cost of a write, seen by a reader.
void BM_EventThenSelect(benchmark::State& state) {
  Bed bed;
  bed.work(1000);
  bed.catch_up(DatabaseName::kParsedSessions);
  Query query;
  query.sql = "SELECT max(seq) FROM events";
  Latencies latencies;
  for (auto _ : state) {
    bed.work(1);
    latencies.time([&] {
      auto answer =
          bed.catalogue->query(bed.workspace, DatabaseName::kParsedSessions, query, bed.feed);
      check(answer.ok());
    });
  }
  latencies.report(state);
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_EventThenSelect)->Unit(benchmark::kMicrosecond)->UseRealTime();

// A rebuild from the first event: `events` applied to one database.
void BM_Rebuild(benchmark::State& state) {
  const auto name = static_cast<DatabaseName>(state.range(0));
  constexpr std::size_t kEvents = 20'000;
  Bed bed;
  bed.work(kEvents);
  for (auto _ : state) {
    state.PauseTiming();
    check(bed.catalogue->close(bed.workspace).ok());
    std::filesystem::remove_all(bed.workspace / "databases");
    state.ResumeTiming();
    check(bed.catalogue->catch_up(bed.workspace, name, bed.feed).ok());
  }
  state.SetLabel(std::string(to_string(name)));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
}
BENCHMARK(BM_Rebuild)->DenseRange(0, 5)->Unit(benchmark::kMillisecond)->UseRealTime();

void BM_CreateAll(benchmark::State& state) {
  Bed bed;
  std::size_t next = 0;
  for (auto _ : state) {
    const auto dir = bed.folder / ("new" + std::to_string(next++));
    std::filesystem::create_directory(dir);
    check(bed.catalogue->create_all(dir).ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(BM_CreateAll)->Unit(benchmark::kMicrosecond)->Iterations(500)->UseRealTime();

// First query of a database that is closed: open, verify against the log, read.
void BM_OpenAndSelect(benchmark::State& state) {
  Bed bed;
  bed.work(1000);
  bed.catch_up(DatabaseName::kSessions);
  check(bed.catalogue->close(bed.workspace).ok());
  Query query;
  query.sql = "SELECT 1";
  for (auto _ : state) {
    auto answer = bed.catalogue->query(bed.workspace, DatabaseName::kSessions, query, bed.feed);
    check(answer.ok());
    state.PauseTiming();
    check(bed.catalogue->close(bed.workspace).ok());
    state.ResumeTiming();
  }
}
BENCHMARK(BM_OpenAndSelect)->Unit(benchmark::kMicrosecond)->UseRealTime();

// Scrubbing the timeline: the whole state at one event of many.
void BM_TimelineAt(benchmark::State& state) {
  Bed bed;
  bed.work(100'000);
  bed.catch_up(DatabaseName::kParsedSessions);
  const View view{*bed.catalogue, bed.workspace, bed.feed};
  Sequence seq = 1;
  for (auto _ : state) {
    seq = seq * 48'271 % 99'991 + 1;
    check(timeline_at(view, {.seq = seq}).ok());
  }
}
BENCHMARK(BM_TimelineAt)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace coditect::databases
