#include "storage/replication/simulation/world.h"

#include <boost/asio/redirect_error.hpp>
#include <boost/system/system_error.hpp>

namespace coditect::replication::simulation {
namespace {

constexpr std::int64_t kMillion = 1'000'000;

microseconds since_epoch(SteadyTime time) {
  return std::chrono::duration_cast<microseconds>(time.time_since_epoch());
}

}  // namespace

SteadyTime Process::local(SteadyTime true_time) const {
  const microseconds time = since_epoch(true_time);
  return SteadyTime{time + time * clock_ppm / kMillion + clock_jumped};
}

microseconds Process::true_duration(microseconds local_duration) const {
  // Rounded up: a sleeper never wakes before its time.
  return local_duration * kMillion / (kMillion + clock_ppm) + microseconds{1};
}

World::World(std::uint64_t seed)
    : random_(seed), work_(asio::make_work_guard(io_)), strand_(make_strand(io_.get_executor())) {}

milliseconds World::between(milliseconds least, milliseconds most) {
  const auto span = static_cast<std::uint64_t>((most - least).count()) + 1;
  return least + milliseconds{static_cast<std::int64_t>(random_.below(span))};
}

void World::at(SteadyTime when, std::shared_ptr<Process> process, Action action) {
  planned_.emplace(std::max(when, now_), Planned{std::move(process), std::move(action)});
}

void World::resume(Process& process) {
  process.paused = false;
  for (auto& action : std::exchange(process.deferred, {})) {
    if (process.dead) return;
    action();
    settle();
  }
}

void World::settle() {
  while (io_.poll() > 0) {
  }
}

void World::run_until(SteadyTime end, const std::function<bool()>& stop) {
  settle();
  while (!planned_.empty() && planned_.begin()->first <= end && !stop()) {
    auto next = planned_.extract(planned_.begin());
    now_ = next.key();
    Planned planned = std::move(next.mapped());
    if (planned.process && planned.process->dead) continue;
    if (planned.process && planned.process->paused) {
      planned.process->deferred.push_back(std::move(planned.action));
      continue;
    }
    planned.action();
    settle();
  }
  if (!stop()) now_ = std::max(now_, end);
}

Signal::Signal(const Strand& strand) : timer_(strand, asio::steady_timer::time_point::max()) {}

awaitable<void> Signal::wait(std::shared_ptr<Signal> self) {
  if (self->fired_) co_return;
  boost::system::error_code woken;
  co_await self->timer_.async_wait(asio::redirect_error(asio::use_awaitable, woken));
  if (!self->fired_) throw boost::system::system_error(asio::error::operation_aborted);
}

void Signal::fire() {
  fired_ = true;
  timer_.cancel();
}

awaitable<void> WorldTiming::sleep_for(milliseconds time) {
  const auto signal = std::make_shared<Signal>(world_.strand());
  world_.at(world_.now() + process_->true_duration(time), process_, [signal] { signal->fire(); });
  co_await Signal::wait(signal);
}

}  // namespace coditect::replication::simulation
