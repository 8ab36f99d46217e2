#pragma once

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <utility>

namespace coditect {

namespace asio = boost::asio;
using asio::awaitable;

/// Runs at most one handler at a time: the owner of an actor's fields.
using Strand = asio::strand<asio::any_io_executor>;

inline Strand make_strand(asio::any_io_executor executor) {
  return asio::make_strand(std::move(executor));
}

/// Runs `work` on `strand` and gives its result to the caller on the caller's own executor.
///
/// Cancelling the caller does not cancel `work`: with Asio 1.81 a cancellation that crosses
/// executors is a use-after-free. An actor's operation runs to its end; those that take long take
/// a std::stop_token instead.
template <class T>
awaitable<T> run_on(Strand strand, awaitable<T> work) {
  auto token = asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable);
  co_return co_await asio::co_spawn(strand, std::move(work), token);
}

}  // namespace coditect
