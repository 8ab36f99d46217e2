#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "coordination/budget/ledger.h"
#include "coordination/test_log.h"

namespace coditect::budget {
namespace {

int below(int beyond) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond)); }

/// Sums that somebody makes who reads the log and knows nothing of the ledger.
///
/// `tasks` maps a task to its parent. Scopes are named as in the ledger.
struct Auditor {
  struct Call {
    Nanodollars reserved = 0;
    Nanodollars unsettled = 0;
    std::vector<std::string> scopes;
  };

  void read(const Event& event) {
    const json::object& data = event.data;
    const auto amount = [&data](const char* key) {
      return from_usd(find_double(data, key).value_or(0)).value_or(0);
    };
    if (event.type == "task_queued") tasks[event.task] = find_string(data, "parent").value_or("");
    if (event.type == "budget_set")
      limits[*find_string(data, "scope")] = find_double(data, "limit_usd");
    if (event.type == "budget_reserved") {
      Call& call = calls[*find_string(data, "id")];
      call.reserved += amount("amount_usd");
      if (call.scopes.empty()) call.scopes = scopes_of(event);
    }
    if (event.type == "budget_settled" || event.type == "usage_recorded") {
      const bool used = event.type == "usage_recorded";
      Call& call = calls[*find_string(data, used ? "reservation" : "id")];
      call.reserved = 0;
      call.unsettled = amount("unsettled_usd");
      for (const std::string& scope : call.scopes) spent[scope] += amount("cost_usd");
    }
  }
  std::vector<std::string> scopes_of(const Event& event) const {
    std::vector<std::string> scopes{"workspace", "agent:" + *find_string(event.data, "agent"),
                                    "day:" + *find_string(event.data, "day")};
    for (std::string task = event.task; !task.empty(); task = tasks.at(task)) {
      scopes.push_back("task:" + task);
    }
    return scopes;
  }
  Account account(const std::string& scope) const {
    Account sum;
    if (const auto found = spent.find(scope); found != spent.end()) sum.spent = found->second;
    for (const auto& [id, call] : calls) {
      if (std::ranges::find(call.scopes, scope) == call.scopes.end()) continue;
      sum.reserved += call.reserved;
      sum.unsettled += call.unsettled;
    }
    const auto limit = limits.find(scope.starts_with("day:") ? "day" : scope);
    if (limit != limits.end() && limit->second) sum.limit = from_usd(*limit->second);
    return sum;
  }

  std::map<std::string, std::string> tasks;
  std::map<std::string, std::optional<double>> limits;
  std::map<std::string, Call> calls;
  std::map<std::string, Nanodollars> spent;
};

/// Four agents, tasks with children, two days; calls end well, break off, are repeated, or are
/// never heard of again because the server dies.
class Story {
 public:
  void step() {
    switch (below(10)) {
      case 0: return queue_task();
      case 1: return set_limit();
      case 2:
      case 3:
      case 4: return reserve();
      case 5: return reserve_more();
      case 6: return use();
      case 7: return break_off();
      case 8: return below(4) == 0 ? crash() : use();
      case 9: return settle_by_hand();
    }
  }

  /// Nothing is used beyond a limit, but what was when the limit came; nothing adds to that.
  void check_limits() {
    for (const std::string& scope : scopes()) {
      const Account account = ledger_.books().account(scope);
      Nanodollars& allowed = allowed_[scope];
      if (account.limit) {
        RC_ASSERT(account.used() <= std::max(*account.limit, allowed));
        allowed = std::max<Nanodollars>(*account.limit, account.used());
      } else {
        allowed = kMoneyMax;
      }
    }
  }
  void check_books() const {
    for (const std::string& scope : scopes()) {
      RC_ASSERT(ledger_.books().account(scope) == auditor_.account(scope));
    }
  }
  void check_replay() const {
    Ledger replayed;
    log_.replay(replayed);
    const std::string text = coditect::testing::text_of(ledger_);
    RC_ASSERT(coditect::testing::text_of(replayed) == text);
    RC_ASSERT(coditect::testing::text_of(coditect::testing::restored(ledger_)) == text);
  }

 private:
  std::vector<std::string> scopes() const {
    std::vector<std::string> all{"workspace", "day:2026-11-20", "day:2026-11-21"};
    for (int agent = 0; agent < 4; ++agent) all.push_back("agent:a" + std::to_string(agent));
    for (const auto& [task, parent] : auditor_.tasks) all.push_back("task:" + task);
    return all;
  }
  void record(EventDraft draft) { auditor_.read(log_.record(ledger_, std::move(draft))); }

  void queue_task() {
    if (auditor_.tasks.size() >= 6) return;
    json::object data;
    const auto tasks = static_cast<int>(auditor_.tasks.size());
    if (tasks > 0 && below(2) == 0) data["parent"] = "t" + std::to_string(below(tasks));
    record({"task_queued", "user:ann", {}, "t" + std::to_string(tasks), std::move(data)});
  }
  void set_limit() {
    std::vector<std::string> names = scopes();
    std::string scope = names[static_cast<std::size_t>(below(static_cast<int>(names.size())))];
    if (scope.starts_with("day:")) scope = "day";
    json::object data{{"scope", scope}};
    if (below(4) > 0) data["limit_usd"] = to_usd(below(1000));
    record({"budget_set", "user:ann", {}, {}, std::move(data)});
  }
  void reserve() {
    if (auditor_.tasks.empty()) return;
    const int task = below(static_cast<int>(auditor_.tasks.size()));
    const Spender spender{"a" + std::to_string(below(4)), TaskId("t" + std::to_string(task)),
                          below(2) == 0 ? "2026-11-20" : "2026-11-21"};
    const Need need{"r" + std::to_string(++ids_), "model", below(300), 1};
    const auto least = ledger_.room(spender);
    auto draft = ledger_.reserve(spender, need);
    RC_ASSERT(draft.ok() == (!least || need.amount <= least->left));
    if (draft) record(*std::move(draft));
  }
  /// Any open reservation; none where there is none.
  const std::string* pick() const {
    const Books::Reservations& open = ledger_.books().open();
    if (open.empty()) return nullptr;
    return &std::next(open.begin(), below(static_cast<int>(open.size())))->first;
  }
  void reserve_more() {
    const std::string* id = pick();
    if (id == nullptr) return;
    auto draft = ledger_.reserve_more(*id, below(300));
    if (draft) record(*std::move(draft));
  }
  void use() {
    const std::string* id = pick();
    if (id == nullptr) return;
    const Reservation& reservation = ledger_.books().open().at(*id);
    const Nanodollars cost = below(static_cast<int>(reservation.amount) + 1);
    json::object data{{"agent", reservation.agent}, {"cost_usd", to_usd(cost)}};
    const Nanodollars unsettled = below(3) == 0 ? reservation.amount - cost : 0;
    RC_ASSERT(ledger_.settle_with(data, *id, unsettled).ok());
    record({"usage_recorded", "agent:" + reservation.agent, {}, reservation.task, std::move(data)});
  }
  void break_off() {
    const std::string* id = pick();
    if (id == nullptr) return;
    record(*ledger_.settle(*id, below(300), "it broke off"));
  }
  void settle_by_hand() {
    const Books::Reservations& unsettled = ledger_.books().unsettled();
    if (unsettled.empty()) return;
    const auto& [id, rest] = *unsettled.begin();
    const Nanodollars cost = below(static_cast<int>(rest.amount) + 1);
    json::object data{{"agent", rest.agent}, {"cost_usd", to_usd(cost)}};
    RC_ASSERT(ledger_.settle_with(data, id, 0).ok());
    record({"usage_recorded", "user:ann", {}, rest.task, std::move(data)});
  }
  /// What is in memory is gone; the log tells the rest.
  void crash() {
    Ledger again;
    log_.replay(again);
    ledger_ = std::move(again);
    check_books();
    for (EventDraft& draft : ledger_.recover()) record(std::move(draft));
    RC_ASSERT(ledger_.books().open().empty());
  }

  coditect::testing::TestLog log_;
  Ledger ledger_;
  Auditor auditor_;
  std::map<std::string, Nanodollars> allowed_;
  int ids_ = 0;
};

RC_GTEST_PROP(LedgerProperty, NeverPassesALimitAndBalancesWithTheLog, ()) {
  Story story;
  for (int i = 0; i < 80; ++i) {
    story.step();
    story.check_limits();
    story.check_books();
  }
  story.check_replay();
}

}  // namespace
}  // namespace coditect::budget
