#include "providers/wire/pause.h"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace coditect::providers {

awaitable<PauseEnd> pause(std::chrono::milliseconds length, std::stop_token stop) {
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  const auto timer = std::make_shared<asio::steady_timer>(executor, length);
  // Posted, so that the wait has begun by the time it is cancelled even where the stop was
  // requested before.
  std::stop_callback wake(stop, [executor, weak = std::weak_ptr(timer)] {
    asio::post(executor, [weak] {
      if (const auto still_there = weak.lock()) still_there->cancel();
    });
  });
  boost::system::error_code woken;
  co_await timer->async_wait(asio::redirect_error(asio::use_awaitable, woken));
  co_return stop.stop_requested() ? PauseEnd::kStopped : PauseEnd::kElapsed;
}

}  // namespace coditect::providers
