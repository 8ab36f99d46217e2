#include "storage/replication/timing.h"

#include <boost/asio/steady_timer.hpp>

#include <ctime>

#include "base/check.h"

namespace coditect::replication {

SteadyTime SystemTiming::now() const {
  // CLOCK_MONOTONIC stands still in a suspended machine: its lease would seem to last for ever.
  timespec time{};
  check(clock_gettime(CLOCK_BOOTTIME, &time) == 0, "every Linux has this clock");
  return SteadyTime{std::chrono::seconds{time.tv_sec} + std::chrono::nanoseconds{time.tv_nsec}};
}

awaitable<void> SystemTiming::sleep_for(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace coditect::replication
