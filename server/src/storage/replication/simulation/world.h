#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "storage/replication/timing.h"

namespace coditect::replication::simulation {

using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::seconds;

/// A process of a simulated node: it can be paused (SIGSTOP), which delays everything that would
/// reach it, and killed (SIGKILL), which drops it. Its monotonic clock runs fast or slow and jumps
/// forward, as far as the lease's margins allow.
struct Process {
  std::string name;
  int clock_ppm = 0;
  microseconds clock_jumped{0};
  bool paused = false;
  bool dead = false;
  std::vector<std::function<void()>> deferred;  // while paused, in order

  SteadyTime local(SteadyTime true_time) const;
  /// How long a wait on its clock really takes.
  microseconds true_duration(microseconds local_duration) const;
};

/// Time that passes only from one planned action to the next, and one thread that runs them.
///
/// Threads:    one.
/// Lifetime:   outlives everything that it runs.
/// Invariants: the same seed gives the same run.
class World {
 public:
  explicit World(std::uint64_t seed);

  using Action = std::function<void()>;
  SteadyTime now() const { return now_; }
  SeededRandom& random() { return random_; }
  const Strand& strand() const { return strand_; }

  /// True in `permille` of 1,000 cases.
  bool chance(unsigned permille) { return random_.below(1'000) < permille; }
  milliseconds between(milliseconds least, milliseconds most);

  /// Runs `action` at a time from now on. One that reaches a process waits while the process is
  /// paused and is dropped once it is dead; null: it reaches none.
  void at(SteadyTime when, std::shared_ptr<Process> process, Action action);
  /// Lets a paused process go on.
  void resume(Process& process);

  /// Runs what is planned up to `end`, or until `stop` says so.
  void run_until(SteadyTime end, const std::function<bool()>& stop);
  /// Runs what can run without time passing.
  void settle();

 private:
  struct Planned {
    std::shared_ptr<Process> process;
    Action action;
  };

  SeededRandom random_;
  asio::io_context io_{1};
  asio::executor_work_guard<asio::io_context::executor_type> work_;
  Strand strand_;
  SteadyTime now_{seconds{1'000}};
  std::multimap<SteadyTime, Planned> planned_;
};

/// Resumes a coroutine once. A coroutine that is cancelled while it waits ends with an exception.
///
/// Threads: the world's strand.
class Signal {
 public:
  explicit Signal(const Strand& strand);
  static awaitable<void> wait(std::shared_ptr<Signal> self);
  void fire();

 private:
  asio::steady_timer timer_;
  bool fired_ = false;
};

/// A process's view of the world's time.
class WorldTiming final : public Timing {
 public:
  WorldTiming(World& world, std::shared_ptr<Process> process)
      : world_(world), process_(std::move(process)) {}
  SteadyTime now() const override { return process_->local(world_.now()); }
  awaitable<void> sleep_for(milliseconds time) override;

 private:
  World& world_;
  const std::shared_ptr<Process> process_;
};

}  // namespace coditect::replication::simulation
