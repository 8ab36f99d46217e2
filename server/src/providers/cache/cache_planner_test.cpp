#include "providers/cache/cache_planner.h"

#include <gtest/gtest.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <vector>

#include "providers/testing/heard.h"

namespace coditect::providers {
namespace {

/// Keeps what it is asked and answers nothing.
class Asked final : public Provider {
 public:
  explicit Asked(std::vector<ModelRequest>& requests) : requests_(requests) {}
  ProviderKind kind() const override { return ProviderKind::kAnthropic; }
  awaitable<ProviderResult<ModelAnswer>> call(ModelRequest request, StreamListener&,
                                              std::stop_token) override {
    requests_.push_back(std::move(request));
    co_return ModelAnswer{};
  }

 private:
  std::vector<ModelRequest>& requests_;
};

class CachePlannerTest : public ::testing::Test {
 protected:
  /// Asks for `task` and returns how long prefix and turns are to be kept.
  std::pair<CacheLife, CacheLife> ask(const std::string& task, const std::string& system = "s") {
    asio::io_context io;
    ModelRequest request{.model = "m", .system = system};
    request.cache_key = task;
    bool answered = false;
    auto story = [&]() -> awaitable<void> {
      answered = (co_await planner_.call(request, heard_, {})).has_value();
    };
    std::exception_ptr failure;
    asio::co_spawn(io, story(), [&](std::exception_ptr error) { failure = error; });
    io.run();
    if (failure) std::rethrow_exception(failure);
    EXPECT_TRUE(answered);
    return {requests_.back().prefix_life, requests_.back().turns_life};
  }

  ManualClock clock_;
  Heard heard_;
  std::vector<ModelRequest> requests_;
  CachePlanner planner_{std::make_unique<Asked>(requests_), clock_};
};

TEST_F(CachePlannerTest, TasksShareTheirPrefixAndHaveTurnsOfTheirOwn) {
  using Lives = std::pair<CacheLife, CacheLife>;
  EXPECT_EQ(ask("t1"), Lives(CacheLife::kShort, CacheLife::kShort));
  clock_.advance(std::chrono::minutes(20));
  // Another task, twenty minutes later: the tools and the system prompt come again.
  EXPECT_EQ(ask("t2"), Lives(CacheLife::kLong, CacheLife::kShort));
  clock_.advance(std::chrono::minutes(20));
  EXPECT_EQ(ask("t2"), Lives(CacheLife::kLong, CacheLife::kLong));
  EXPECT_EQ(ask("t3", "another agent"), Lives(CacheLife::kShort, CacheLife::kShort));
  EXPECT_EQ(ask(""), Lives(CacheLife::kLong, CacheLife::kShort));
}

}  // namespace
}  // namespace coditect::providers
