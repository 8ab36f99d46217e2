#include "workspace/coordination/lock_service.h"

#include "workspace/log/event_log_test_support.h"

namespace coditect::workspace {
namespace {

using std::chrono::milliseconds;
using Answer = Result<locks::Grant>;

/// The locks of one workspace on a real log. Requests that wait are kept under a name.
class LockServiceTest : public EventLogFixture {
 public:
  LockServiceTest() {
    open();
    locks_.emplace(strand_, *log_, table_, clock_);
  }
  void apply(const Event& event) override {
    EventLogFixture::apply(event);
    EXPECT_TRUE(table_.apply(event)) << event.type;
  }
  /// Plays a story and closes the service after it.
  void tell(awaitable<void> (*story)(LockServiceTest& test)) {
    play([](LockServiceTest& test, awaitable<void> (*told)(LockServiceTest&)) -> awaitable<void> {
      co_await told(test);
      test.locks_->end_waits();
      co_await test.locks_->close();
      EXPECT_TRUE(test.table_.waiters().empty());
    }(*this, story));
  }

  static locks::Request request(const std::string& path, const std::string& holder,
                                std::optional<milliseconds> timeout) {
    locks::Request made;
    made.path = path;
    made.holder = holder;
    made.timeout = timeout;
    return made;
  }
  awaitable<Answer> take(std::string path, std::string holder) {
    co_return co_await locks_->acquire(request(path, holder, milliseconds(0)), {}, nullptr);
  }
  /// Asks and does not wait for the answer, which answers_ then holds.
  void ask(std::string path, std::string holder, std::stop_token stop = {},
           std::optional<milliseconds> timeout = std::nullopt) {
    asio::co_spawn(strand_, locks_->acquire(request(path, holder, timeout), stop, nullptr),
                   [this, holder](const std::exception_ptr& broken, Answer answer) {
                     EXPECT_EQ(broken, nullptr);
                     answers_.insert_or_assign(holder, std::move(answer));
                   });
  }
  awaitable<void> answered(std::string holder) {
    asio::steady_timer timer(strand_);
    while (!answers_.contains(holder)) {
      timer.expires_after(milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }
  awaitable<void> waiting(std::size_t count) {
    asio::steady_timer timer(strand_);
    while (table_.waiters().size() != count) {
      timer.expires_after(milliseconds(1));
      co_await timer.async_wait(asio::use_awaitable);
    }
  }
  std::vector<std::string> types() const {
    std::vector<std::string> names;
    for (const Event& event : applied_) names.push_back(event.type);
    return names;
  }

  locks::LockTable table_;
  std::optional<LockService> locks_;
  std::map<std::string, Answer> answers_;
};

using Rows = std::vector<std::string>;

template <class T>
Errc code_of(const Result<T>& result) {
  EXPECT_FALSE(result);
  return result ? Errc::kInternal : result.error().code;
}

TEST_F(LockServiceTest, GrantsAreDurableBeforeTheyAreAnswered) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer granted = co_await test.take("a", "user:ann");
    EXPECT_TRUE(granted);
    EXPECT_EQ(test.log_->durable_head(), test.log_->head());
    EXPECT_TRUE(co_await test.locks_->release("a", granted->token, "user:ann"));
    EXPECT_EQ(test.log_->durable_head(), 2u);
  });
  EXPECT_EQ(types(), (Rows{"lock_acquired", "lock_released"}));
}

TEST_F(LockServiceTest, Refuses) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer granted = co_await test.take("a", "user:ann");
    LockService& locks = *test.locks_;
    EXPECT_EQ(code_of(co_await test.take("a", "user:bob")), Errc::kLocked);
    EXPECT_EQ(code_of(co_await test.take("../a", "user:bob")), Errc::kInvalid);
    EXPECT_EQ(code_of(co_await test.take("", "user:bob")), Errc::kInvalid);
    const auto token = granted->token;
    EXPECT_EQ(code_of(co_await locks.renew(token, "user:bob", milliseconds(1))), Errc::kDenied);
    EXPECT_EQ(code_of(co_await locks.renew(99, "user:ann", milliseconds(1))), Errc::kNotFound);
    EXPECT_EQ(code_of(co_await locks.release("a", token, "user:bob")), Errc::kDenied);
    EXPECT_FALSE(co_await locks.release("b", token, "user:ann"));
    EXPECT_FALSE(co_await locks.release("a", 99, "user:ann"));
    EXPECT_FALSE(co_await locks.revoke(99, "user:bob"));
    EXPECT_EQ(test.log_->head(), 1u) << "a refusal leaves no event";
  });
}

TEST_F(LockServiceTest, AWaiterIsGrantedWhenTheLockIsGivenBack) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer ann = co_await test.take("a", "user:ann");
    test.ask("a", "user:bob");
    co_await test.waiting(1);
    EXPECT_TRUE(co_await test.locks_->release("a", ann->token, "user:ann"));
    co_await test.answered("user:bob");
    const Answer& bob = test.answers_.at("user:bob");
    EXPECT_TRUE(bob && bob->token > ann->token);
    EXPECT_EQ(test.log_->durable_head(), test.log_->head());
  });
  EXPECT_EQ(types(), (Rows{"lock_acquired", "lock_waiting", "lock_released", "lock_acquired"}));
}

TEST_F(LockServiceTest, WaitersAreServedInTheOrderTheyCame) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer ann = co_await test.take("a", "user:ann");
    for (const char* holder : {"user:bob", "user:cy"}) {
      test.ask("a", holder);
      co_await test.waiting(test.answers_.size() + (holder == std::string("user:bob") ? 1 : 2));
    }
    EXPECT_TRUE(co_await test.locks_->release("a", ann->token, "user:ann"));
    co_await test.answered("user:bob");
    EXPECT_FALSE(test.answers_.contains("user:cy"));
    const auto token = test.answers_.at("user:bob")->token;
    EXPECT_TRUE(co_await test.locks_->release("a", token, "user:bob"));
    co_await test.answered("user:cy");
    EXPECT_TRUE(test.answers_.at("user:cy"));
  });
}

TEST_F(LockServiceTest, AWaitEndsAtItsTimeOrWhenItIsStopped) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    (void)co_await test.take("a", "user:ann");
    std::stop_source stop;
    test.ask("a", "user:bob", stop.get_token());
    test.ask("a", "user:cy", {}, milliseconds(5));
    co_await test.waiting(2);
    stop.request_stop();
    co_await test.answered("user:bob");
    EXPECT_EQ(code_of(test.answers_.at("user:bob")), Errc::kCancelled);
    EXPECT_FALSE(test.answers_.contains("user:cy"));
    test.clock_.advance(milliseconds(5));
    test.locks_->pump();
    co_await test.answered("user:cy");
    EXPECT_EQ(code_of(test.answers_.at("user:cy")), Errc::kLocked);
    // A stop that comes late changes nothing.
    std::stop_source late;
    late.request_stop();
    const auto granted = co_await test.locks_->acquire(
        LockServiceTest::request("b", "user:bob", milliseconds(0)), late.get_token(), nullptr);
    EXPECT_TRUE(granted);
  });
  EXPECT_EQ(std::ranges::count(types(), "lock_wait_ended"), 2);
}

TEST_F(LockServiceTest, AnExpiredLeaseMakesRoom) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer ann = co_await test.take("a", "user:ann");
    test.ask("a", "user:bob");
    co_await test.waiting(1);
    test.clock_.advance(limits::kLockLease + milliseconds(1));
    const auto late = co_await test.locks_->renew(ann->token, "user:ann", milliseconds(1000));
    EXPECT_EQ(code_of(late), Errc::kConflict);
    test.locks_->pump();
    co_await test.answered("user:bob");
    EXPECT_TRUE(test.answers_.at("user:bob"));
  });
  EXPECT_EQ(*find_string(applied_[2].data, "reason"), "expired");
}

/// Its own expired lock is in nobody's way, so that nothing but the clock would end it.
TEST_F(LockServiceTest, AnExpiredLeaseEndsBeforeItsHolderGetsTheNext) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer first = co_await test.take("a", "user:ann");
    test.clock_.advance(limits::kLockLease + milliseconds(1));
    const Answer second = co_await test.take("a", "user:ann");
    EXPECT_TRUE(second && second->token != first->token);
  });
  EXPECT_EQ(types(), (Rows{"lock_acquired", "lock_released", "lock_acquired"}));
}

TEST_F(LockServiceTest, ARenewedLeaseLasts) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer ann = co_await test.take("a", "user:ann");
    test.clock_.advance(limits::kLockLease / 2);
    const auto renewed = co_await test.locks_->renew(ann->token, "user:ann", limits::kLockLease);
    EXPECT_TRUE(renewed && renewed->expires_at > ann->expires_at);
    test.clock_.advance(limits::kLockLease - milliseconds(1));
    test.locks_->pump();
    EXPECT_EQ(code_of(co_await test.take("a", "user:bob")), Errc::kLocked);
  });
}

TEST_F(LockServiceTest, OfTwoThatWaitForEachOtherOneIsRefused) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    (void)co_await test.take("a", "user:ann");
    (void)co_await test.take("b", "user:bob");
    test.ask("b", "user:ann");
    co_await test.waiting(1);
    const auto ring = co_await test.locks_->acquire(
        LockServiceTest::request("a", "user:bob", std::nullopt), {}, nullptr);
    EXPECT_EQ(code_of(ring), Errc::kLocked);
    EXPECT_FALSE(test.answers_.contains("user:ann"));
  });
}

TEST_F(LockServiceTest, WhoIsGoneHoldsAndWantsNothing) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    (void)co_await test.take("a", "agent:claude");
    (void)co_await test.take("b", "user:ann");
    test.ask("b", "agent:claude");
    co_await test.waiting(1);
    test.ask("a", "user:ann");
    co_await test.answered("user:ann");
    EXPECT_EQ(code_of(test.answers_.at("user:ann")), Errc::kLocked) << "it would be a deadlock";
    test.locks_->release_all("agent:claude", locks::ReleaseReason::kHolderGone);
    co_await test.answered("agent:claude");
    EXPECT_FALSE(test.answers_.at("agent:claude"));
    EXPECT_TRUE(co_await test.take("a", "user:ann"));
  });
}

TEST_F(LockServiceTest, ARevokedLockIsGone) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    const Answer ann = co_await test.take("a", "user:ann");
    test.ask("a", "user:bob");
    co_await test.waiting(1);
    EXPECT_TRUE(co_await test.locks_->revoke(ann->token, "user:cy"));
    co_await test.answered("user:bob");
    EXPECT_TRUE(test.answers_.at("user:bob"));
    EXPECT_FALSE(co_await test.locks_->release("a", ann->token, "user:ann"));
  });
  EXPECT_EQ(*find_string(applied_[2].data, "reason"), "revoked");
}

TEST_F(LockServiceTest, ClosingEndsEveryWait) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    (void)co_await test.take("a", "user:ann");
    for (const char* holder : {"user:bob", "user:cy"}) test.ask("a", holder);
    co_await test.waiting(2);
    test.locks_->end_waits();
    for (const char* holder : {"user:bob", "user:cy"}) {
      co_await test.answered(holder);
      const Answer& answer = test.answers_.at(holder);
      EXPECT_EQ(code_of(answer), Errc::kUnavailable);
      EXPECT_FALSE(answer.error().hint.empty());
    }
    EXPECT_EQ(code_of(co_await test.take("b", "user:dee")), Errc::kUnavailable);
  });
  EXPECT_EQ(table_.locks().size(), 1u) << "who holds a lock keeps it";
}

TEST_F(LockServiceTest, NothingIsGrantedByALogThatFails) {
  tell([](LockServiceTest& test) -> awaitable<void> {
    journal::MemoryDisk::Faults faults;
    faults.sync_fails_after = 0;
    test.disk_->set_faults(faults);
    EXPECT_EQ(code_of(co_await test.take("a", "user:ann")), Errc::kUnavailable);
    EXPECT_EQ(code_of(co_await test.take("b", "user:bob")), Errc::kUnavailable);
    EXPECT_EQ(test.log_->durable_head(), 0u);
  });
}

}  // namespace
}  // namespace coditect::workspace
