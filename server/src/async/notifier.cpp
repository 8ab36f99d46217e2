#include "async/notifier.h"

#include <boost/asio/redirect_error.hpp>

#include "base/check.h"

namespace coditect {

namespace {

awaitable<void> wait_for(asio::steady_timer& timer) {
  boost::system::error_code woken;
  co_await timer.async_wait(asio::redirect_error(asio::use_awaitable, woken));
}

}  // namespace

Notifier::Notifier(const Strand& strand)
    : strand_(strand),
      timer_(std::make_shared<asio::steady_timer>(strand, asio::steady_timer::time_point::max())) {}

awaitable<void> Notifier::wait() {
  check(strand_.running_in_this_thread());
  co_await wait_for(*timer_);
}

awaitable<void> Notifier::wait_until(std::chrono::steady_clock::time_point deadline) {
  check(strand_.running_in_this_thread());
  // The shared timer has no deadline of its own, so this waiter polls with one that follows it:
  // two timers, whichever fires first cancels the other.
  asio::steady_timer limit(strand_, deadline);
  limit.async_wait([shared = std::weak_ptr(timer_)](boost::system::error_code error) {
    const auto timer = shared.lock();
    if (!error && timer) timer->cancel();
  });
  co_await wait_for(*timer_);
}

void Notifier::notify_all() { timer_->cancel(); }

}  // namespace coditect
