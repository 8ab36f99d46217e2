#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "agents/agent_host.h"
#include "async/notifier.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "coordination/budget/ledger.h"
#include "providers/prices/price_book.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// Keeps agents within their budgets: reserves before a call, waits where too little is left, and
/// settles after it.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it; it outlives the loops that wait in reserve().
/// Invariants: a call begins only after its reservation is durable, so whatever a crash cuts off
///             is in the log; decisions are made in the order in which their events are appended,
///             without an await between.
/// Errors:     those of budget::Ledger and of the log.
class BudgetService {
 public:
  struct Parts {
    EventLog& log;
    const budget::Ledger& ledger;
    const providers::PriceBook& prices;
    const Clock& clock;
    Random& random;
  };
  /// Hears that a call has to wait, with the reason in words, and that it goes on.
  struct OnWait {
    std::function<void(const std::string& why)> begin;
    std::function<void()> end;
  };

  BudgetService(Strand strand, Parts parts);

  /// Hears every event before it is applied: what may leave more to those who wait.
  void before_apply(const Event& event);
  /// After a start: what was under way before is unsettled.
  void recover();

  /// As agents::AgentHost says.
  awaitable<Result<agents::Reserved>> reserve(tools::Caller caller, agents::AgentModel model,
                                              agents::CallSize size, std::stop_token stop,
                                              OnWait on_wait);
  Result<void> reserve_more(const agents::Reserved& reserved);
  awaitable<Result<void>> settle(const tools::Caller& caller, const agents::AgentModel& model,
                                 const agents::Reserved& reserved, agents::Settlement settlement);

  /// Today by the node's clock, in UTC: the day that calls which begin now count on.
  std::string today() const { return budget::day_of(parts_.clock.now()); }

 private:
  /// A call either is reserved for or waits for `error`; or, without `waits`, will never be made.
  struct Decision {
    Result<agents::Reserved> reserved;
    std::string scope = {};  ///< which has too little left
    bool waits = false;
  };

  Decision decide(const tools::Caller& caller, const agents::AgentModel& model,
                  const agents::CallSize& size);
  awaitable<Result<agents::Reserved>> reserve_or_wait(tools::Caller caller,
                                                      agents::AgentModel model,
                                                      agents::CallSize size, std::stop_token stop,
                                                      OnWait on_wait);
  /// Returns when more may be left: an event said so, a day begins, or the machine slept.
  awaitable<void> wait_for_more();

  const Strand strand_;
  const Parts parts_;
  // Touched only on strand_.
  Notifier changed_;
};

}  // namespace coditect::workspace
