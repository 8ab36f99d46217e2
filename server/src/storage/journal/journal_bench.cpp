#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <mutex>
#include <optional>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string>
#include <thread>
#include <unistd.h>
#include <vector>

#include "base/check.h"
#include "base/posix_file.h"
#include "storage/journal/format.h"
#include "storage/journal/journal.h"

// Durable appends of closed-loop writers: each has one record under way and sends the next when it
// is acknowledged. The journal beside the least that could do the same job: one buffer, one write
// and one fdatasync a batch into a preallocated file, with the same hand-over between threads.
namespace coditect::journal {
namespace {

constexpr std::size_t kLineBytes = 256;
/// Fills three segments.
constexpr std::size_t kWarmUpRecords = 3 * limits::kJournalSegmentBytes / kLineBytes;
constexpr Sequence kReleaseEvery = 16;
constexpr std::size_t kRawFileBytes = 64u << 20;

/// Threads that are begun while it lives run on the last processor alone. On a virtual machine a
/// lone writer's sync takes a quarter longer on the processor that does not get the disk's
/// interrupt; which of two logs the scheduler puts there is not what is measured here.
class OnOneProcessor {
 public:
  OnOneProcessor() {
    check(pthread_getaffinity_np(pthread_self(), sizeof(before_), &before_) == 0);
    int last = CPU_SETSIZE - 1;
    while (last > 0 && !CPU_ISSET(last, &before_)) --last;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(last, &one);
    check(pthread_setaffinity_np(pthread_self(), sizeof(one), &one) == 0);
  }
  OnOneProcessor(const OnOneProcessor&) = delete;
  ~OnOneProcessor() { pthread_setaffinity_np(pthread_self(), sizeof(before_), &before_); }

 private:
  cpu_set_t before_;
};

/// A folder on the disk that the temporary files are on.
class BenchFolder {
 public:
  BenchFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "journal-bench-XXXXXX").string();
    check(::mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  BenchFolder(const BenchFolder&) = delete;
  ~BenchFolder() { std::filesystem::remove_all(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

/// Group commit without a format: the upper bound for this disk.
class RawLog {
 public:
  using Completion = Journal::Completion;

  explicit RawLog(const std::filesystem::path& path) {
    auto file = open_file(path, O_RDWR | O_CREAT);
    check(file.ok());
    file_ = *std::move(file);
    const std::string zeros(1u << 20, '\0');
    for (std::size_t at = 0; at < kRawFileBytes; at += zeros.size()) {
      check(write_all(file_.get(), zeros, at).ok());
    }
    check(sync_data(file_.get()).ok());
    thread_ = std::thread([this] { run(); });
  }
  RawLog(const RawLog&) = delete;
  ~RawLog() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake_.notify_one();
    thread_.join();
  }

  void append(std::string line, Completion done) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::move(line));
      waiters_.push_back(std::move(done));
      wake = std::exchange(idle_, false);
    }
    if (wake) wake_.notify_one();
  }

  std::uint64_t syncs() const { return syncs_; }

 private:
  void run() {
    // As the journal's thread does, where it is permitted.
    sched_param parameters{};
    parameters.sched_priority = sched_get_priority_min(SCHED_FIFO);
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &parameters);
    std::string buffer;
    std::unique_lock lock(mutex_);
    while (true) {
      idle_ = true;
      wake_.wait(lock, [&] { return closing_ || !waiters_.empty(); });
      idle_ = false;
      if (waiters_.empty()) return;
      const auto lines = std::exchange(lines_, {});
      auto waiters = std::exchange(waiters_, {});
      lock.unlock();
      buffer.clear();
      for (const std::string& line : lines) buffer += line;
      if (position_ + buffer.size() > kRawFileBytes) position_ = 0;
      check(write_all(file_.get(), buffer, position_).ok());
      check(sync_data(file_.get()).ok());
      position_ += buffer.size();
      ++syncs_;
      for (auto& done : waiters) done({});
      lock.lock();
    }
  }

  // Touched only on thread_.
  std::size_t position_ = 0;
  FileDescriptor file_;

  std::atomic<std::uint64_t> syncs_ = 0;

  std::mutex mutex_;
  std::condition_variable wake_;
  // Guarded by mutex_.
  std::vector<std::string> lines_;
  std::vector<Completion> waiters_;
  bool idle_ = false;
  bool closing_ = false;

  std::thread thread_;
};

/// Writers that are not threads of their own: each acknowledgement sends the writer's next record,
/// from a thread that stands for the workspaces' strands.
class Writers {
 public:
  using Send = std::function<void(std::size_t writer)>;

  /// Every writer sends one record after the other until `total` are acknowledged.
  void run(std::size_t writers, std::size_t total, const Send& send) {
    left_to_send_ = total;
    left_to_acknowledge_ = total;
    ready_.clear();  // those that the run before left waiting
    for (std::size_t writer = 0; writer < writers; ++writer) ready_.push_back(writer);
    std::vector<std::size_t> ready;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [&] { return !ready_.empty() || left_to_acknowledge_ == 0; });
      if (left_to_acknowledge_ == 0) return;
      ready.clear();
      std::swap(ready, ready_);
      lock.unlock();
      for (std::size_t writer : ready) {
        if (left_to_send_ == 0) break;
        --left_to_send_;
        send(writer);
      }
      lock.lock();
    }
  }
  void acknowledged(std::size_t writer) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      wake = ready_.empty();
      ready_.push_back(writer);
      --left_to_acknowledge_;
      wake = wake || left_to_acknowledge_ == 0;
    }
    if (wake) changed_.notify_one();
  }

 private:
  std::size_t left_to_send_ = 0;  // touched only by run()
  std::mutex mutex_;
  std::condition_variable changed_;
  // Guarded by mutex_.
  std::size_t left_to_acknowledge_ = 0;
  std::vector<std::size_t> ready_;
};

/// What one log took for each round.
class Rounds {
 public:
  void add(std::chrono::duration<double> took) { seconds_.push_back(took.count()); }
  /// The median: a neighbour on the machine does not change it.
  double records_per_second(std::size_t records) const {
    std::vector<double> sorted = seconds_;
    std::ranges::nth_element(sorted, sorted.begin() + static_cast<long>(sorted.size() / 2));
    return static_cast<double>(records) / sorted[sorted.size() / 2];
  }

 private:
  std::vector<double> seconds_;
};

template <class Work>
std::chrono::duration<double> time_of(const Work& work) {
  const auto begun = std::chrono::steady_clock::now();
  work();
  return std::chrono::steady_clock::now() - begun;
}

/// Enough records for some dozens of syncs: short rounds, so that both logs meet the same machine.
std::size_t records_of(std::size_t writers) { return 50 * writers; }

/// Both logs in turn, round after round, on one disk; the time is the journal's.
void JournalBesideRaw(benchmark::State& state) {
  const auto writers = static_cast<std::size_t>(state.range(0));
  const BenchFolder folder;
  std::optional<OnOneProcessor> same(std::in_place);
  RawLog raw(folder.path() / "raw");
  auto journal = Journal::open(folder.path() / "journal", Journal::Options(),
                               [](const Record&) { return Result<void>(); });
  check(journal.ok());
  same.reset();
  std::vector<Record> records(writers);
  for (std::size_t i = 0; i < writers; ++i) {
    records[i] = {WorkspaceId("w_" + std::to_string(10'000 + i)), 0, std::string(kLineBytes, 'x')};
  }
  // The journal's bytes for the same record: header, workspace and line.
  const std::string line(encoded_bytes(records.front()), 'x');
  Writers loop;
  const auto send_raw = [&](std::size_t writer) {
    raw.append(line, [&loop, writer](const Result<void>&) { loop.acknowledged(writer); });
  };
  const auto send = [&](std::size_t writer) {
    // The archive is a few records behind, as it is in a server.
    if (++records[writer].seq % kReleaseEvery == 0) {
      (*journal)->release(records[writer].workspace, records[writer].seq - 1);
    }
    (*journal)->append(records[writer], [&loop, writer](const Result<void>& result) {
      check(result.ok());
      loop.acknowledged(writer);
    });
  };
  // Until the files that take turns are there: later segments are recycled ones.
  if (writers > 1) loop.run(writers, kWarmUpRecords, send);
  loop.run(writers, writers, send_raw);
  const Journal::Stats before = (*journal)->stats();
  const std::uint64_t raw_syncs_before = raw.syncs();
  Rounds raw_rounds;
  Rounds rounds;
  for (auto iteration : state) {
    static_cast<void>(iteration);
    raw_rounds.add(time_of([&] { loop.run(writers, records_of(writers), send_raw); }));
    const auto took = time_of([&] { loop.run(writers, records_of(writers), send); });
    rounds.add(took);
    state.SetIterationTime(took.count());
  }
  const Journal::Stats stats = (*journal)->stats();
  const auto sent =
      static_cast<double>(records_of(writers)) * static_cast<double>(state.iterations());
  const double raw_per_s = raw_rounds.records_per_second(records_of(writers));
  const double per_s = rounds.records_per_second(records_of(writers));
  state.counters["raw_per_s"] = raw_per_s;
  state.counters["journal_per_s"] = per_s;
  state.counters["ratio"] = per_s / raw_per_s;
  state.counters["target"] = 0.8;
  state.counters["per_sync"] = sent / static_cast<double>(stats.syncs - before.syncs);
  state.counters["raw_per_sync"] = sent / static_cast<double>(raw.syncs() - raw_syncs_before);
  state.counters["slowest_sync_us"] = static_cast<double>(stats.slowest_sync.count());
  state.counters["realtime"] = stats.realtime ? 1 : 0;
}

BENCHMARK(JournalBesideRaw)->Arg(1)->Arg(64)->Arg(1000)->UseManualTime();

}  // namespace
}  // namespace coditect::journal
