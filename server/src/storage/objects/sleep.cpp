#include "storage/objects/sleep.h"

#include <boost/asio/steady_timer.hpp>

namespace coditect::objects {

awaitable<void> sleep_on_timer(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace coditect::objects
