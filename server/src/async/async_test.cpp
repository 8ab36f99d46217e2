#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "async/async_mutex.h"
#include "async/blocking_pool.h"
#include "async/bounded_queue.h"
#include "async/counted.h"
#include "async/task_group.h"

namespace coditect {
namespace {

using std::chrono::milliseconds;

/// One strand of a single-threaded io_context; a story is one coroutine on it.
class AsyncTest : public testing::Test {
 protected:
  void play(awaitable<void> story) {
    std::exception_ptr failure;
    asio::co_spawn(strand_, std::move(story), [&](std::exception_ptr error) { failure = error; });
    io_.run();
    if (failure) std::rethrow_exception(failure);
  }
  awaitable<void> sleep(int ms) {
    asio::steady_timer timer(strand_, milliseconds(ms));
    co_await timer.async_wait(asio::use_awaitable);
  }
  TaskGroup group() {
    return TaskGroup(strand_, [this](std::string_view task, const std::string& what) {
      failures_.push_back(std::string(task) + ": " + what);
    });
  }

  asio::io_context io_;
  Strand strand_ = make_strand(io_.get_executor());
  std::vector<std::string> failures_;
};

awaitable<void> take_all(BoundedQueue<int>& queue, std::vector<int>& taken) {
  while (auto element = co_await queue.pop()) taken.push_back(*element);
}

awaitable<void> hold(AsyncMutex& mutex, Strand strand, int id, std::vector<int>& order) {
  auto guard = co_await mutex.lock();
  order.push_back(id);
  asio::steady_timer timer(strand, milliseconds(1));
  co_await timer.async_wait(asio::use_awaitable);
  order.push_back(id);
}

awaitable<void> fail() {
  throw std::runtime_error("broken");
  co_return;
}

awaitable<void> sleep_for_ever(Strand strand) {
  asio::steady_timer timer(strand, std::chrono::hours(1));
  co_await timer.async_wait(asio::use_awaitable);
}

TEST_F(AsyncTest, QueueKeepsOrderAndRefusesBeyondItsCapacity) {
  std::vector<int> taken;
  BoundedQueue<int> queue(strand_, 3);
  auto story = [&]() -> awaitable<void> {
    TaskGroup tasks = group();
    EXPECT_TRUE(queue.push(1));
    EXPECT_TRUE(queue.push(2));
    EXPECT_TRUE(queue.push(3));
    EXPECT_FALSE(queue.push(4));
    tasks.spawn("taker", take_all(queue, taken));
    co_await sleep(5);
    EXPECT_TRUE(queue.push(5));
    queue.close();
    EXPECT_FALSE(queue.push(6));
    co_await tasks.join();
  };
  play(story());
  EXPECT_EQ(taken, (std::vector<int>{1, 2, 3, 5}));
}

TEST_F(AsyncTest, MutexKeepsAStretchWhole) {
  std::vector<int> order;
  AsyncMutex mutex(strand_);
  auto story = [&]() -> awaitable<void> {
    TaskGroup tasks = group();
    for (int id = 0; id < 4; ++id) tasks.spawn("holder", hold(mutex, strand_, id, order));
    co_await tasks.join();
  };
  play(story());
  EXPECT_EQ(order, (std::vector<int>{0, 0, 1, 1, 2, 2, 3, 3}));
}

awaitable<void> hold_again_and_again(AsyncMutex& mutex, Strand strand, int id, int times,
                                     std::vector<int>& order) {
  for (int time = 0; time < times; ++time) co_await hold(mutex, strand, id, order);
}

TEST_F(AsyncTest, WhoLocksTheMutexAgainAtOnceDoesNotPassTheOthers) {
  std::vector<int> order;
  AsyncMutex mutex(strand_);
  auto story = [&]() -> awaitable<void> {
    TaskGroup tasks = group();
    tasks.spawn("greedy", hold_again_and_again(mutex, strand_, 0, 3, order));
    tasks.spawn("patient", hold(mutex, strand_, 1, order));
    tasks.spawn("patient", hold(mutex, strand_, 2, order));
    co_await tasks.join();
  };
  play(story());
  EXPECT_EQ(order, (std::vector<int>{0, 0, 1, 1, 2, 2, 0, 0, 0, 0}));
}

TEST_F(AsyncTest, WhoIsCancelledGivesItsPlaceInTheMutexUp) {
  std::vector<int> order;
  AsyncMutex mutex(strand_);
  auto story = [&]() -> awaitable<void> {
    TaskGroup tasks = group();
    TaskGroup cancelled = group();
    tasks.spawn("first", hold(mutex, strand_, 0, order));
    cancelled.spawn("cancelled", hold(mutex, strand_, 1, order));
    tasks.spawn("last", hold(mutex, strand_, 2, order));
    co_await cancelled.close();
    co_await tasks.join();
  };
  play(story());
  EXPECT_EQ(order, (std::vector<int>{0, 0, 2, 2}));
}

TEST_F(AsyncTest, AFailedTaskIsHeard) {
  auto story = [&]() -> awaitable<void> {
    TaskGroup tasks = group();
    tasks.spawn("bad", fail());
    co_await tasks.join();
  };
  play(story());
  EXPECT_EQ(failures_, (std::vector<std::string>{"bad: broken"}));
}

TEST_F(AsyncTest, CloseEndsWhatWouldRunForEver) {
  auto story = [&]() -> awaitable<void> {
    TaskGroup tasks = group();
    for (int i = 0; i < 10; ++i) tasks.spawn("sleeper", sleep_for_ever(strand_));
    co_await sleep(1);
    EXPECT_EQ(tasks.size(), 10u);
    co_await tasks.close();
    EXPECT_EQ(tasks.size(), 0u);
    tasks.spawn("late", sleep_for_ever(strand_));
    EXPECT_EQ(tasks.size(), 0u);
  };
  play(story());
  EXPECT_TRUE(failures_.empty());
}

TEST_F(AsyncTest, NotifierWaitEndsAtItsDeadline) {
  Notifier notifier(strand_);
  auto story = [&]() -> awaitable<void> {
    co_await notifier.wait_until(std::chrono::steady_clock::now() + milliseconds(5));
  };
  play(story());
}

TEST_F(AsyncTest, WhoeverClosesIsWokenOnceTheLastHasGone) {
  Notifier gone(strand_);
  std::size_t under_way = 0;
  auto visit = [&](int ms) -> awaitable<void> {
    const Counted counted(under_way, gone);
    co_await sleep(ms);
    if (ms == 2) throw std::runtime_error("it ends by itself");
  };
  auto story = [&]() -> awaitable<void> {
    TaskGroup visitors = group();
    visitors.spawn("short", visit(2));
    visitors.spawn("long", visit(6));
    co_await sleep(1);
    EXPECT_EQ(under_way, 2u);
    while (under_way > 0) co_await gone.wait();
    co_await visitors.join();
  };
  play(story());
  EXPECT_EQ(failures_.size(), 1u);
}

TEST_F(AsyncTest, BlockingWorkResumesTheStrand) {
  BlockingPool pool(2);
  auto story = [&]() -> awaitable<void> {
    const auto pool_thread = [] { return std::this_thread::get_id(); };
    const std::thread::id other = co_await pool.run(pool_thread);
    EXPECT_TRUE(other != std::this_thread::get_id());
    EXPECT_TRUE(strand_.running_in_this_thread());
  };
  play(story());
}

}  // namespace
}  // namespace coditect
