#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <thread>
#include <utility>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "storage/objects/open_store.h"

namespace coditect::app {

/// What a command stands on that works with object stores and without a server.
///
/// Threads:  run() from one that is none of its own.
/// Lifetime: outlives the stores that are opened with its parts.
class StoreSession {
 public:
  StoreSession() = default;
  StoreSession(const StoreSession&) = delete;
  ~StoreSession() { io_.stop(); }

  objects::StoreParts parts() { return {io_.get_executor(), disk_, clock_, random_}; }
  BlockingPool& disk() { return disk_; }
  /// Waits for `story`, which runs on a thread of the session.
  template <class T>
  T run(awaitable<T> story) {
    return asio::co_spawn(io_, std::move(story), asio::use_future).get();
  }

 private:
  static constexpr std::size_t kDiskThreads = 4;

  asio::io_context io_;
  asio::executor_work_guard<asio::io_context::executor_type> work_{io_.get_executor()};
  std::jthread runner_{[this] { io_.run(); }};
  BlockingPool disk_{kDiskThreads};
  const SystemClock clock_;
  SystemRandom random_;
};

}  // namespace coditect::app
