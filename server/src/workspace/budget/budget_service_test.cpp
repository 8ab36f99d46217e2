#include "workspace/budget/budget_service.h"

#include "agents/call_bound.h"
#include "workspace/workspace_test_support.h"

namespace coditect::workspace {
namespace {

using queue::TaskState;

constexpr agents::CallSize kCall{10'000, 32'000};

/// Agents whose models have prices, in a real workspace: what they reserve, wait for and settle.
class BudgetServiceTest : public WorkspaceFixture {
 public:
  BudgetServiceTest() {
    create();
    claude_->hold();
    kimi_->hold();
    play([](BudgetServiceTest& test) -> awaitable<void> {
      test.claude_at_work_ = {"claude", co_await test.submit("claude", "work")};
      test.kimi_at_work_ = {"kimi", co_await test.submit("kimi", "work too")};
      co_await test.until(
          [&test] { return !test.claude_->asked.empty() && !test.kimi_->asked.empty(); });
    }(*this));
  }

  agents::AgentModel opus() { return {*claude_, "claude-opus-5-5"}; }
  agents::AgentModel unknown() { return {*claude_, "nobody-knows"}; }
  Nanodollars most(const agents::CallSize& size) {
    return *agents::most(opus(), size, providers::built_in_prices(), clock_.now());
  }
  budget::Account account(const std::string& scope) const {
    return workspace_->state().budgets.books().account(scope);
  }
  awaitable<void> limit(std::string scope, std::optional<Nanodollars> amount) {
    json::object data{{"scope", std::move(scope)}};
    if (amount) data["limit_usd"] = to_usd(*amount);
    EventDraft draft{"budget_set", "user:ann", {}, {}, std::move(data)};
    EXPECT_TRUE(co_await workspace_->log().record(std::move(draft)));
  }
  awaitable<Result<agents::Reserved>> reserve(tools::Caller caller, agents::AgentModel model,
                                              agents::CallSize size = kCall) {
    co_return co_await workspace_->host().reserve(caller, model, size, stop_.get_token());
  }
  /// reserve() that goes on while the test does something else.
  std::future<Result<agents::Reserved>> begin(const tools::Caller& caller,
                                              agents::CallSize size = kCall) {
    return asio::co_spawn(workspace_->strand(), reserve(caller, opus(), size), asio::use_future);
  }
  awaitable<Result<agents::Reserved>> end(std::future<Result<agents::Reserved>>& begun) {
    co_await until(
        [&begun] { return begun.wait_for(std::chrono::seconds(0)) == std::future_status::ready; });
    co_return begun.get();
  }
  awaitable<void> settle(tools::Caller caller, agents::Reserved reserved,
                         std::optional<providers::Usage> usage, int unheard = 0) {
    agents::Settlement settlement;
    if (usage) settlement.billed.push_back({"claude-opus-5-5", "", *usage});
    settlement.unheard = unheard;
    EXPECT_TRUE(co_await workspace_->host().settle(caller, opus(), reserved, settlement));
  }
  TaskState state() const { return state_of(claude_at_work_.task); }

  tools::Caller claude_at_work_;
  tools::Caller kimi_at_work_;
  std::stop_source stop_;
};

TEST_F(BudgetServiceTest, AReservationIsInTheLogBeforeTheCallAndEndsWithWhatItCost) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto reserved = co_await test.reserve(test.claude_at_work_, test.opus());
    EXPECT_TRUE(reserved);
    EXPECT_EQ(test.workspace_->log().durable_head(), test.workspace_->log().head());
    EXPECT_EQ(reserved->output_tokens, kCall.output_tokens);
    const auto events = co_await test.events();
    EXPECT_EQ(events.back().type, "budget_reserved");
    EXPECT_EQ(test.account("workspace").reserved, test.most(kCall));
    co_await test.settle(test.claude_at_work_, *reserved,
                         providers::Usage{.input = 1'000, .output = 100});
    const Nanodollars cost = 1'000 * 4'000 + 100 * 20'000;
    for (const std::string& scope :
         {std::string("workspace"), std::string("agent:claude"),
          "task:" + test.claude_at_work_.task.str(), "day:" + test.workspace_->budgets().today()}) {
      EXPECT_EQ(test.account(scope), (budget::Account{{}, cost, 0, 0})) << scope;
    }
  }(*this));
}

TEST_F(BudgetServiceTest, ASmallRestIsUsedWithAShorterAnswer) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const Nanodollars rest = test.most({kCall.prompt_tokens, 5'000});
    co_await test.limit("agent:claude", rest);
    const auto reserved = co_await test.reserve(test.claude_at_work_, test.opus());
    EXPECT_TRUE(reserved);
    EXPECT_EQ(reserved->output_tokens, 5'000);
    EXPECT_EQ(test.account("agent:claude").reserved, rest);
    EXPECT_EQ(test.state(), TaskState::kRunning);
  }(*this));
}

TEST_F(BudgetServiceTest, WaitsAtTheLimitAndGoesOnWhenItIsRaised) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto least = test.most({kCall.prompt_tokens, agents::kOutputTokensMin});
    co_await test.limit("workspace", least - 1);
    auto begun = test.begin(test.claude_at_work_);
    co_await test.until([&test] { return test.state() == TaskState::kWaiting; });
    const auto* task = test.workspace_->state().tasks.find(test.claude_at_work_.task);
    EXPECT_TRUE(task->waits_for.starts_with("budget: the budget of the workspace has $"))
        << task->waits_for;
    EXPECT_EQ(test.workspace_->state().agents.state("claude"), lifecycle::AgentState::kWaiting);
    EXPECT_EQ(test.account("workspace").reserved, 0);
    co_await test.limit("agent:claude", 0);
    co_await test.limit("workspace", least);
    co_await test.until([&] { return task->waits_for.contains("agent claude"); });
    EXPECT_EQ(test.state(), TaskState::kWaiting) << "another limit holds it now";
    co_await test.limit("agent:claude", std::nullopt);
    const auto reserved = co_await test.end(begun);
    EXPECT_TRUE(reserved);
    EXPECT_EQ(reserved->output_tokens, agents::kOutputTokensMin);
    EXPECT_EQ(test.state(), TaskState::kRunning);
    EXPECT_EQ(test.workspace_->state().agents.state("claude"), lifecycle::AgentState::kExecuting);
  }(*this));
}

TEST_F(BudgetServiceTest, OfTwoWhoWaitOneGetsWhatTheOtherLeaves) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto least = test.most({kCall.prompt_tokens, agents::kOutputTokensMin});
    const auto first = co_await test.reserve(test.claude_at_work_, test.opus(),
                                             {kCall.prompt_tokens, agents::kOutputTokensMin});
    EXPECT_TRUE(first);
    co_await test.limit("workspace", 2 * least - 1);
    auto second = test.begin(test.kimi_at_work_);
    auto third = test.begin(test.claude_at_work_);
    co_await test.until([&test] {
      return test.state() == TaskState::kWaiting &&
             test.state_of(test.kimi_at_work_.task) == TaskState::kWaiting;
    });
    co_await test.settle(test.claude_at_work_, *first, providers::Usage{.output = 1});
    co_await test.until(
        [&test] { return test.workspace_->state().budgets.books().open().size() == 1; });
    EXPECT_LE(test.account("workspace").used(), 2 * least - 1);
    EXPECT_NE(test.state() == TaskState::kWaiting,
              test.state_of(test.kimi_at_work_.task) == TaskState::kWaiting);
    co_await test.limit("workspace", std::nullopt);
    EXPECT_TRUE(co_await test.end(second));
    EXPECT_TRUE(co_await test.end(third));
  }(*this));
}

TEST_F(BudgetServiceTest, CancellingEndsTheWaitAtOnce) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    co_await test.limit("workspace", 0);
    auto begun = test.begin(test.claude_at_work_);
    co_await test.until([&test] { return test.state() == TaskState::kWaiting; });
    test.stop_.request_stop();
    const auto ended = co_await test.end(begun);
    EXPECT_EQ(ended.error().code, Errc::kCancelled);
    EXPECT_EQ(test.state(), TaskState::kRunning);
    EXPECT_TRUE(test.workspace_->state().budgets.books().open().empty());
  }(*this));
}

TEST_F(BudgetServiceTest, ANewDayHasItsOwnMoney) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto least = test.most({kCall.prompt_tokens, agents::kOutputTokensMin});
    co_await test.limit("day", least);
    const auto reserved = co_await test.reserve(test.claude_at_work_, test.opus());
    EXPECT_TRUE(reserved);
    auto begun = test.begin(test.kimi_at_work_);
    co_await test.until(
        [&test] { return test.state_of(test.kimi_at_work_.task) == TaskState::kWaiting; });
    test.clock_.advance(std::chrono::hours{24});
    // Whatever happens next, the wait looks at the clock again.
    co_await test.limit("agent:claude", 0);
    EXPECT_TRUE(co_await test.end(begun));
    EXPECT_EQ(test.account("day:" + test.workspace_->budgets().today()).reserved, least);
  }(*this));
}

TEST_F(BudgetServiceTest, AModelWithoutAPriceIsRefusedWhereABudgetHolds) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto free = co_await test.reserve(test.claude_at_work_, test.unknown());
    EXPECT_TRUE(free && free->id.empty()) << "without a budget nothing can be set aside";
    EXPECT_TRUE(test.workspace_->host().reserve_more(test.claude_at_work_, *free));
    co_await test.limit("day", 1'000'000'000);
    const auto refused = co_await test.reserve(test.claude_at_work_, test.unknown());
    EXPECT_EQ(refused.error().code, Errc::kBudget);
    EXPECT_NE(refused.error().message.find("nobody-knows"), std::string::npos);
    EXPECT_FALSE(refused.error().hint.empty());
    EXPECT_EQ(test.state(), TaskState::kRunning) << "waiting would not help";
  }(*this));
}

TEST_F(BudgetServiceTest, OfARequestThatBrokeOffTheRestIsUnsettled) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto reserved = co_await test.reserve(test.claude_at_work_, test.opus());
    EXPECT_TRUE(test.workspace_->host().reserve_more(test.claude_at_work_, *reserved));
    EXPECT_EQ(test.account("workspace").reserved, 2 * test.most(kCall));
    co_await test.settle(test.claude_at_work_, *reserved, providers::Usage{.output = 10}, 1);
    EXPECT_EQ(test.account("workspace"), (budget::Account{{}, 10 * 20'000, 0, test.most(kCall)}));
    const auto again = co_await test.reserve(test.claude_at_work_, test.opus());
    co_await test.settle(test.claude_at_work_, *again, std::nullopt);
    EXPECT_EQ(test.account("workspace").unsettled, test.most(kCall)) << "refused, so free";
    const auto third = co_await test.reserve(test.claude_at_work_, test.opus());
    co_await test.settle(test.claude_at_work_, *third, std::nullopt, 1);
    EXPECT_EQ(test.account("workspace").unsettled, 2 * test.most(kCall));
    EXPECT_EQ(test.account("workspace").reserved, 0);
  }(*this));
}

TEST_F(BudgetServiceTest, AfterACrashTheBooksAreThoseOfTheLog) {
  play([](BudgetServiceTest& test) -> awaitable<void> {
    const auto first = co_await test.reserve(test.claude_at_work_, test.opus());
    co_await test.settle(test.claude_at_work_, *first, providers::Usage{.output = 10});
    EXPECT_TRUE(co_await test.reserve(test.claude_at_work_, test.opus()));
    EXPECT_TRUE(co_await test.reserve(test.kimi_at_work_, test.opus()));
  }(*this));
  crash();
  ASSERT_TRUE(open(Workspace::Interrupted{}));
  EXPECT_EQ(account("workspace"), (budget::Account{{}, 10 * 20'000, 0, 2 * most(kCall)}));
  play([](BudgetServiceTest& test) -> awaitable<void> {
    EXPECT_TRUE(co_await test.workspace_->log().durable(test.workspace_->log().head()));
    budget::Ledger replayed;
    for (const Event& event : co_await test.events()) EXPECT_TRUE(replayed.apply(event));
    EXPECT_EQ(json::serialize(replayed.snapshot()),
              json::serialize(test.workspace_->state().budgets.snapshot()));
  }(*this));
}

}  // namespace
}  // namespace coditect::workspace
