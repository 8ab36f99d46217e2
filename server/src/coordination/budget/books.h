#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/money.h"
#include "base/result.h"

/// What may be spent, what is set aside and what was spent, and the decisions about it.
namespace coditect::budget {

/// What one scope may spend and has spent. Scopes are "workspace", "agent:NAME", "task:ID" and, a
/// UTC day each, "day:2026-11-20"; the limit of every day is that of "day".
struct Account {
  std::optional<Nanodollars> limit;  ///< nothing: counted, never refused
  Nanodollars spent = 0;
  Nanodollars reserved = 0;   ///< the most that calls under way can cost
  Nanodollars unsettled = 0;  ///< what calls may have cost of which nobody has heard the end

  Nanodollars used() const { return capped_sum(capped_sum(spent, reserved), unsettled); }
  bool operator==(const Account&) const = default;
};

/// Money set aside for one call of a model, or what of it is unsettled.
struct Reservation {
  std::string agent;
  std::string task;
  std::string model;
  Nanodollars amount = 0;
  Sequence seq = 0;  ///< of the event that made it
  std::vector<std::string> scopes;
};

/// The accounts of a workspace, as its events made them.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone. Every account's `reserved` is the sum of the open
///             reservations that name it. A task's account, and what it knows of its parent, is
///             kept as long as the board keeps the task.
/// Errors:     an event that does not fit is refused and changes nothing.
class Books {
 public:
  using Reservations = std::map<std::string, Reservation, std::less<>>;

  /// Takes budget_*, usage_recorded and what tells of tasks; other types change nothing. A
  /// usage_recorded that names no reservation, as older logs have them, is spent by its agent, its
  /// task and its day.
  Result<void> apply(const Event& event);

  json::object snapshot() const;
  static Result<Books> restore(const json::object& snapshot);

  /// Zeros for a scope never heard of.
  Account account(std::string_view scope) const;
  /// All accounts that anything is known of, days without their limit.
  const std::map<std::string, Account, std::less<>>& accounts() const { return accounts_; }
  /// Every scope that a call of this agent for this task on that day counts in: the task's parents
  /// too.
  std::vector<std::string> scopes(std::string_view agent, std::string_view task,
                                  std::string_view day) const;
  const Reservations& open() const { return open_; }
  /// At most kUnsettledKept; of older ones only the sums are kept.
  const Reservations& unsettled() const { return unsettled_; }

 private:
  Result<void> set_limit(const Event& event);
  Result<void> reserve(const Event& event);
  Result<void> settle(const Event& event, Nanodollars cost);
  Result<void> use(const Event& event);
  Result<void> queue(const Event& event);
  void finish(const std::string& task);
  void keep_unsettled(const std::string& id, Reservation rest);
  /// The account of a scope that is being spent from; days long past are forgotten.
  Account& open_account(const std::string& scope);
  Result<void> restore_accounts(const json::object& snapshot);
  Result<void> restore_tasks(const json::object& snapshot);

  std::map<std::string, Account, std::less<>> accounts_;
  Reservations open_;
  Reservations unsettled_;
  std::map<std::string, std::string, std::less<>> parents_;  ///< by task; "" where it has none
  std::deque<std::string> finished_;                         ///< oldest first
};

/// "2026-11-20", the UTC day that `time` lies in: a budget's day begins and ends with it.
std::string day_of(Time time);
std::string day_scope(std::string_view day);

}  // namespace coditect::budget
