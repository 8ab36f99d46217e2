// The gate over real time and several threads: what the pacer and the breaker decide reaches
// everybody who uses the key.
#include "providers/resilience/key_gate.h"

#include <gtest/gtest.h>

#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <future>
#include <mutex>

#include "providers/resilience/key_gates.h"
#include "providers/wire/retry_policy.h"

namespace coditect::providers {
namespace {

using Kind = ProviderError::Kind;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr KeyGate::Request kRequest{100, seconds{60}};

/// Hears that a call waits, and may ask it to stop then.
class Waiter final : public StreamListener {
 public:
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const Retry&) override {}
  void on_wait(const Wait& wait) override {
    reasons.push_back(wait.reason);
    if (stop_on_wait) stop.request_stop();
  }
  void on_resume() override { ++resumed; }

  std::vector<std::string> reasons;
  int resumed = 0;
  std::stop_source stop;
  bool stop_on_wait = false;
};

class KeyGateTest : public testing::Test {
 protected:
  ~KeyGateTest() override { pool_.join(); }

  using Entered = ProviderResult<KeyGate::Pass>;

  static awaitable<void> pass(std::shared_ptr<KeyGate> gate, Waiter& waiter,
                              KeyGate::Request request, std::promise<Entered> done) {
    done.set_value(co_await gate->enter(request, waiter, waiter.stop.get_token()));
  }
  /// Enters on a strand of its own, as every workspace does.
  std::future<Entered> enter(Waiter& waiter, KeyGate::Request request = kRequest) {
    std::promise<Entered> done;
    std::future<Entered> entered = done.get_future();
    const auto fail = [](std::exception_ptr error) {
      if (error) std::rethrow_exception(error);
    };
    asio::co_spawn(make_strand(pool_.get_executor()), pass(gate_, waiter, request, std::move(done)),
                   fail);
    return entered;
  }
  KeyGate::Pass entered() {
    Waiter waiter;
    Entered passed = enter(waiter).get();
    EXPECT_TRUE(passed.has_value());
    EXPECT_TRUE(waiter.reasons.empty());
    return *std::move(passed);
  }
  void fail(Kind kind) {
    KeyGate::Pass pass = entered();
    const ProviderError error = provider_error(kind, "gone");
    pass.end(&error);
  }
  static ProviderError rate_limited(milliseconds wait) {
    ProviderError error = provider_error(Kind::kRateLimited, "slow down");
    error.retry_after = wait;
    return error;
  }
  void refuse(milliseconds wait) {
    KeyGate::Pass pass = entered();
    pass.heard({429, {}});
    const ProviderError error = rate_limited(wait);
    pass.end(&error);
  }

  /// From here on time passes only when it is told to.
  void stop_the_clock() {
    const CircuitOptions options{2, milliseconds{50}, milliseconds{100}};
    gate_ = std::make_shared<KeyGate>("vendor", stopped_, options);
  }

  SystemClock clock_;
  ManualClock stopped_;
  std::shared_ptr<KeyGate> gate_ = std::make_shared<KeyGate>("vendor", clock_);
  asio::thread_pool pool_{3};
};

TEST_F(KeyGateTest, AfterA429EverybodyWaitsForWhatTheVendorWishes) {
  const auto begin = std::chrono::steady_clock::now();
  refuse(seconds{2});
  constexpr std::size_t kCallers = 6;
  std::vector<Waiter> waiters(kCallers);
  std::vector<std::future<Entered>> entering;
  for (Waiter& waiter : waiters) entering.push_back(enter(waiter));
  // Each that is let through answers at once, which lets the next ones through.
  std::size_t out = 0;
  for (auto& each : entering) {
    Entered passed = each.get();
    ASSERT_TRUE(passed.has_value());
    EXPECT_GE(std::chrono::steady_clock::now() - begin, seconds{2});
    passed->heard({200, {}});
    passed->end(nullptr);
    ++out;
  }
  EXPECT_EQ(out, kCallers);
  for (const Waiter& waiter : waiters) {
    EXPECT_EQ(waiter.reasons, (std::vector<std::string>{"vendor: the rate limit was reached"}));
    EXPECT_EQ(waiter.resumed, 1);
  }
  EXPECT_EQ(gate_->status().rate_limited, 1u);
  EXPECT_EQ(gate_->status().requests, 1 + kCallers);
  EXPECT_EQ(gate_->status().waiting, 0u);
}

TEST_F(KeyGateTest, ALimitThatWasHeardOfIsWaitedFor) {
  KeyGate::Pass first = entered();
  const auto begin = std::chrono::steady_clock::now();
  first.heard(
      {200, {{"x-ratelimit-remaining-requests", "0"}, {"x-ratelimit-reset-requests", "2s"}}});
  Waiter waiter;
  EXPECT_TRUE(enter(waiter).get().has_value());
  EXPECT_GE(std::chrono::steady_clock::now() - begin, seconds{2});
  EXPECT_EQ(waiter.reasons,
            (std::vector<std::string>{"vendor: the rate limit of requests is used up"}));
}

TEST_F(KeyGateTest, AStopEndsTheWaitAtOnceAndLeavesTheLine) {
  stop_the_clock();
  refuse(seconds{50});
  Waiter waiter;
  waiter.stop_on_wait = true;
  Entered passed = enter(waiter).get();  // hangs for 50 s if the wait does not end
  ASSERT_FALSE(passed.has_value());
  EXPECT_EQ(passed.error().kind, Kind::kCancelled);
  EXPECT_EQ(gate_->status().waiting, 0u);
}

TEST_F(KeyGateTest, ALimitThatIsClosedForTooLongRefuses) {
  stop_the_clock();
  refuse(seconds{50});
  Waiter waiter;
  Entered passed = enter(waiter, {100, seconds{20}}).get();
  ASSERT_FALSE(passed.has_value());
  EXPECT_EQ(passed.error().kind, Kind::kRateLimited);
  EXPECT_FALSE(passed.error().retryable);
  EXPECT_EQ(passed.error().message, "the rate limit was reached for another 50 s");
  EXPECT_TRUE(waiter.reasons.empty());
}

TEST_F(KeyGateTest, AnAddressThatIsDownIsLeftAloneUntilOneCallFindsItUp) {
  stop_the_clock();
  fail(Kind::kNetwork);
  fail(Kind::kOverloaded);
  EXPECT_EQ(gate_->status().circuit, CircuitBreaker::State::kOpen);
  EXPECT_EQ(gate_->status().opened, 1u);
  Waiter waiter;
  Entered refused = enter(waiter).get();
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, kCircuitOpen);
  EXPECT_EQ(refused.error().kind, Kind::kOverloaded);
  EXPECT_TRUE(refused.error().retryable);
  ASSERT_TRUE(refused.error().retry_after);
  EXPECT_EQ(*refused.error().retry_after, milliseconds{50});
  EXPECT_TRUE(refused.error().message.contains("failed 2 times in a row"))
      << refused.error().message;
  stopped_.advance(milliseconds{60});
  KeyGate::Pass trial = entered();
  Entered second = enter(waiter).get();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, kCircuitOpen);
  trial.end(nullptr);
  EXPECT_EQ(gate_->status().circuit, CircuitBreaker::State::kClosed);
  entered();
}

TEST_F(KeyGateTest, WhatIsTheCallsOwnFaultSaysNothingOfTheAddress) {
  stop_the_clock();
  for (const Kind kind : {Kind::kAuth, Kind::kQuota, Kind::kInvalidRequest, Kind::kMalformed,
                          Kind::kContextExceeded, Kind::kContentFilter, Kind::kCancelled}) {
    for (int i = 0; i < 3; ++i) fail(kind);
    EXPECT_EQ(gate_->status().circuit, CircuitBreaker::State::kClosed) << to_string(kind);
  }
  ProviderError certificate = provider_error(Kind::kNetwork, "certificate");
  certificate.retryable = false;
  for (int i = 0; i < 3; ++i) entered().end(&certificate);
  EXPECT_EQ(gate_->status().circuit, CircuitBreaker::State::kClosed);
}

TEST_F(KeyGateTest, APassThatIsDroppedCountsAsCancelled) {
  stop_the_clock();
  fail(Kind::kServer);
  fail(Kind::kServer);
  stopped_.advance(milliseconds{60});
  {
    const KeyGate::Pass dropped = entered();
  }
  entered().end(nullptr);
  EXPECT_EQ(gate_->status().circuit, CircuitBreaker::State::kClosed);
}

/// A vendor that allows five requests each 100 ms, and says so.
class Vendor {
 public:
  void serve(KeyGate::Pass pass) {
    const std::lock_guard lock(mutex_);
    const auto now = std::chrono::steady_clock::now();
    if (now >= window_ends_) {
      window_ends_ = now + milliseconds{100};
      left_ = 5;
    }
    if (left_ == 0) ++refused_;
    if (left_ > 0) --left_;
    const auto resets_in = std::chrono::ceil<milliseconds>(window_ends_ - now);
    pass.heard({200,
                {{"x-ratelimit-limit-requests", "5"},
                 {"x-ratelimit-remaining-requests", std::to_string(left_)},
                 {"x-ratelimit-reset-requests", std::to_string(resets_in.count()) + "ms"}}});
    pass.end(nullptr);
  }
  int refused() const { return refused_; }

 private:
  std::mutex mutex_;
  std::chrono::steady_clock::time_point window_ends_ = std::chrono::steady_clock::now();
  int left_ = 0;
  int refused_ = 0;
};

awaitable<void> ask_once(std::shared_ptr<KeyGate> gate, Waiter& waiter, Vendor& vendor) {
  auto passed = co_await gate->enter(kRequest, waiter, {});
  if (passed) vendor.serve(*std::move(passed));
}

TEST_F(KeyGateTest, ManyCallersOfAKeyWithAFewRequestsLeft) {
  constexpr std::size_t kCallers = 30;
  Vendor vendor;
  vendor.serve(entered());
  std::vector<Waiter> waiters(kCallers);
  std::vector<std::future<void>> calls;
  for (Waiter& waiter : waiters) {
    calls.push_back(asio::co_spawn(make_strand(pool_.get_executor()),
                                   ask_once(gate_, waiter, vendor), asio::use_future));
  }
  for (auto& call : calls) call.get();
  EXPECT_EQ(vendor.refused(), 0) << "nobody asked for more than there was";
  EXPECT_EQ(gate_->status().requests, kCallers + 1);
}

TEST(KeyGates, OneForEachKeyAtEachAddress) {
  SystemClock clock;
  KeyGates gates(clock);
  const auto first = gates.gate(ProviderKind::kOpenAi, "", "key-1");
  EXPECT_EQ(gates.gate(ProviderKind::kOpenAi, "", "key-1"), first);
  const auto others = {gates.gate(ProviderKind::kOpenAi, "", "key-2"),
                       gates.gate(ProviderKind::kOpenAi, "http://127.0.0.1", "key-1"),
                       gates.gate(ProviderKind::kMoonshot, "", "key-1")};
  for (const auto& other : others) EXPECT_NE(other, first);
  std::vector<std::string> names;
  for (const auto& status : gates.status()) names.push_back(status.name);
  EXPECT_EQ(names, (std::vector<std::string>{"openai", "openai 2", "openai 3", "moonshot"}));
}

TEST(KeyGates, OneThatNobodyUsesIsForgotten) {
  SystemClock clock;
  KeyGates gates(clock);
  auto replaced = gates.gate(ProviderKind::kOpenAi, "", "key-1");
  const auto kept = gates.gate(ProviderKind::kOpenAi, "", "key-2");
  replaced.reset();
  ASSERT_EQ(gates.status().size(), 1u);
  EXPECT_EQ(gates.status()[0].name, "openai 2");
  const auto anew = gates.gate(ProviderKind::kOpenAi, "", "key-1");
  EXPECT_EQ(anew->status().name, "openai");
}

}  // namespace
}  // namespace coditect::providers
