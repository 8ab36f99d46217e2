#pragma once

#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <cstddef>
#include <type_traits>
#include <utility>

#include "async/strand.h"

namespace coditect {

/// Threads for work that blocks: disk, SQLite, git, processes. Nothing blocks a strand.
///
/// Threads:  any.
/// Lifetime: outlives the coroutines that use it; the destructor joins its threads.
class BlockingPool {
 public:
  explicit BlockingPool(std::size_t threads) : pool_(threads) {}
  ~BlockingPool() { pool_.join(); }

  /// Calls `work()` on a pool thread and resumes the caller, with its result, where it was. An
  /// exception passes through. The call is not cancelled: `work` runs to its end.
  template <class Work>
  awaitable<std::invoke_result_t<Work&>> run(Work work) {
    auto token = asio::bind_cancellation_slot(asio::cancellation_slot{}, asio::use_awaitable);
    co_return co_await asio::co_spawn(pool_, call(std::move(work)), token);
  }

  asio::thread_pool::executor_type executor() { return pool_.get_executor(); }

 private:
  template <class Work>
  static awaitable<std::invoke_result_t<Work&>> call(Work work) {
    co_return work();
  }

  asio::thread_pool pool_;
};

}  // namespace coditect
