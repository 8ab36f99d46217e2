#include "coordination/budget/books.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"

namespace coditect::budget {

namespace {

constexpr std::string_view kDay = "day";
constexpr std::string_view kDayPrefix = "day:";
constexpr std::size_t kDaysKept = 8;  // a clock that is set back finds its day again
constexpr std::size_t kUnsettledKept = 1000;

Error misfit(const Event& event) {
  return internal("the log's " + event.type + " at " + std::to_string(event.seq) +
                  " does not fit the budgets");
}

std::optional<Nanodollars> find_amount(const json::object& data, std::string_view key) {
  const auto usd = find_double(data, key);
  return usd ? from_usd(*usd) : std::nullopt;
}

void take(Nanodollars& from, Nanodollars amount) { from = std::max<Nanodollars>(0, from - amount); }

json::object account_json(const Account& account) {
  json::object object{
      {"spent", account.spent}, {"reserved", account.reserved}, {"unsettled", account.unsettled}};
  if (account.limit) object["limit"] = *account.limit;
  return object;
}

Result<Account> parse_account(const json::object& object) {
  Account account;
  account.limit = find_int(object, "limit");
  TRY(account.spent, need_int(object, "spent"));
  TRY(account.reserved, need_int(object, "reserved"));
  TRY(account.unsettled, need_int(object, "unsettled"));
  for (const Nanodollars amount :
       {account.limit.value_or(0), account.spent, account.reserved, account.unsettled}) {
    if (amount < 0 || amount > kMoneyMax) return invalid("a snapshot's account has no amount");
  }
  return account;
}

json::object reservations_json(const Books::Reservations& reservations) {
  json::object object;
  for (const auto& [id, reservation] : reservations) {
    const json::array scopes(reservation.scopes.begin(), reservation.scopes.end());
    object[id] = {{"agent", reservation.agent}, {"task", reservation.task},
                  {"model", reservation.model}, {"amount", reservation.amount},
                  {"seq", reservation.seq},     {"scopes", scopes}};
  }
  return object;
}

Result<Reservation> parse_reservation(const json::value& value) {
  const json::object* object = value.if_object();
  if (object == nullptr) return invalid("a snapshot's reservation is none");
  Reservation reservation;
  TRY(reservation.agent, need_string(*object, "agent"));
  TRY(reservation.task, need_string(*object, "task"));
  TRY(reservation.model, need_string(*object, "model"));
  TRY(reservation.amount, need_int(*object, "amount"));
  TRY(std::int64_t seq, need_int(*object, "seq"));
  reservation.seq = static_cast<Sequence>(seq);
  const json::array* scopes = find_array(*object, "scopes");
  if (scopes == nullptr) return invalid("a snapshot's reservation lacks its scopes");
  for (const json::value& scope : *scopes) {
    if (!scope.is_string()) return invalid("a snapshot's reservation has a scope without a name");
    reservation.scopes.emplace_back(scope.get_string());
  }
  return reservation;
}

Result<Books::Reservations> parse_reservations(const json::object& snapshot, std::string_view key) {
  const json::object* object = find_object(snapshot, key);
  if (object == nullptr) return invalid("a budget snapshot lacks '" + std::string(key) + "'");
  Books::Reservations reservations;
  for (const auto& member : *object) {
    TRY(Reservation reservation, parse_reservation(member.value()));
    reservations.emplace(std::string(member.key()), std::move(reservation));
  }
  return reservations;
}

}  // namespace

std::string day_of(Time time) { return to_rfc3339(time).substr(0, 10); }

std::string day_scope(std::string_view day) { return std::string(kDayPrefix).append(day); }

Result<void> Books::apply(const Event& event) {
  if (event.type == "budget_set") return set_limit(event);
  if (event.type == "budget_reserved") return reserve(event);
  if (event.type == "budget_settled") return settle(event, 0);
  if (event.type == "usage_recorded") return use(event);
  if (event.type == "task_queued") return queue(event);
  if (event.type == "task_requeued") std::erase(finished_, event.task);
  if (event.type == "task_finished") finish(event.task);
  return {};
}

Result<void> Books::set_limit(const Event& event) {
  const auto scope = find_string(event.data, "scope");
  if (!scope) return misfit(event);
  accounts_[*scope].limit = find_amount(event.data, "limit_usd");
  return {};
}

Account& Books::open_account(const std::string& scope) {
  const auto [place, created] = accounts_.try_emplace(scope);
  if (created && scope.starts_with(kDayPrefix)) {
    std::vector<std::string> days;
    for (auto day = accounts_.lower_bound(kDayPrefix);
         day != accounts_.end() && day->first.starts_with(kDayPrefix); ++day) {
      if (day->second.reserved == 0) days.push_back(day->first);
    }
    for (std::size_t oldest = 0; oldest + kDaysKept < days.size(); ++oldest) {
      if (days[oldest] != scope) accounts_.erase(days[oldest]);
    }
  }
  return place->second;
}

Result<void> Books::reserve(const Event& event) {
  const auto id = find_string(event.data, "id");
  const auto amount = find_amount(event.data, "amount_usd");
  if (!id || !amount) return misfit(event);
  auto found = open_.find(*id);
  if (found == open_.end()) {
    const auto agent = find_string(event.data, "agent");
    const auto day = find_string(event.data, "day");
    if (!agent || !day || unsettled_.contains(*id)) return misfit(event);
    Reservation made{*agent, event.task, find_string(event.data, "model").value_or(""),
                     0,      event.seq,  scopes(*agent, event.task, *day)};
    found = open_.emplace(*id, std::move(made)).first;
  }
  found->second.amount = capped_sum(found->second.amount, *amount);
  for (const std::string& scope : found->second.scopes) {
    Account& account = open_account(scope);
    account.reserved = capped_sum(account.reserved, *amount);
  }
  return {};
}

Result<void> Books::settle(const Event& event, Nanodollars cost) {
  const bool by_usage = event.type == "usage_recorded";
  const auto id = find_string(event.data, by_usage ? "reservation" : "id");
  if (!id) return misfit(event);
  const bool is_open = open_.contains(*id);
  Reservations& from = is_open ? open_ : unsettled_;
  const auto found = from.find(*id);
  if (found == from.end()) return misfit(event);
  Reservation reservation = std::move(found->second);
  from.erase(found);
  const Nanodollars rest =
      std::min(reservation.amount, find_amount(event.data, "unsettled_usd").value_or(0));
  for (const std::string& scope : reservation.scopes) {
    const auto account = accounts_.find(scope);
    if (account == accounts_.end()) continue;  // of a task or a day long past
    take(is_open ? account->second.reserved : account->second.unsettled, reservation.amount);
    account->second.spent = capped_sum(account->second.spent, cost);
    account->second.unsettled = capped_sum(account->second.unsettled, rest);
  }
  reservation.amount = rest;
  if (rest > 0) keep_unsettled(*id, std::move(reservation));
  return {};
}

void Books::keep_unsettled(const std::string& id, Reservation rest) {
  unsettled_.emplace(id, std::move(rest));
  if (unsettled_.size() <= kUnsettledKept) return;
  unsettled_.erase(
      std::ranges::min_element(unsettled_, {}, [](const auto& entry) { return entry.second.seq; }));
}

Result<void> Books::use(const Event& event) {
  // A call without a price is counted elsewhere; what it cost nobody knows.
  const Nanodollars cost = find_amount(event.data, "cost_usd").value_or(0);
  if (event.data.contains("reservation")) return settle(event, cost);
  const std::string agent = find_string(event.data, "agent").value_or("");
  for (const std::string& scope : scopes(agent, event.task, day_of(event.ts))) {
    Account& account = open_account(scope);
    account.spent = capped_sum(account.spent, cost);
  }
  return {};
}

Result<void> Books::queue(const Event& event) {
  if (event.task.empty()) return misfit(event);
  parents_[event.task] = find_string(event.data, "parent").value_or("");
  if (const auto limit = find_amount(event.data, "budget_usd")) {
    accounts_["task:" + event.task].limit = limit;
  }
  return {};
}

void Books::finish(const std::string& task) {
  if (!parents_.contains(task)) return;
  finished_.push_back(task);
  while (finished_.size() > limits::kFinishedTasksKept) {
    accounts_.erase("task:" + finished_.front());
    parents_.erase(finished_.front());
    finished_.pop_front();
  }
}

Account Books::account(std::string_view scope) const {
  const auto found = accounts_.find(scope);
  Account account = found == accounts_.end() ? Account{} : found->second;
  if (scope.starts_with(kDayPrefix)) {
    const auto day = accounts_.find(kDay);
    if (day != accounts_.end()) account.limit = day->second.limit;
  }
  return account;
}

std::vector<std::string> Books::scopes(std::string_view agent, std::string_view task,
                                       std::string_view day) const {
  std::vector<std::string> scopes{"workspace", "agent:" + std::string(agent), day_scope(day)};
  // A parent is queued before its children, so the chain has an end; a damaged log's may have none.
  std::size_t links = parents_.size();
  for (auto at = parents_.find(task); at != parents_.end() && links > 0; --links) {
    scopes.push_back("task:" + at->first);
    at = parents_.find(at->second);
  }
  return scopes;
}

json::object Books::snapshot() const {
  json::object accounts;
  for (const auto& [scope, account] : accounts_) accounts[scope] = account_json(account);
  json::object parents;
  for (const auto& [task, parent] : parents_) parents[task] = parent;
  return {{"accounts", std::move(accounts)},
          {"open", reservations_json(open_)},
          {"unsettled", reservations_json(unsettled_)},
          {"parents", std::move(parents)},
          {"finished", json::array(finished_.begin(), finished_.end())}};
}

Result<Books> Books::restore(const json::object& snapshot) {
  Books books;
  TRY_VOID(books.restore_accounts(snapshot));
  TRY_VOID(books.restore_tasks(snapshot));
  TRY(books.open_, parse_reservations(snapshot, "open"));
  TRY(books.unsettled_, parse_reservations(snapshot, "unsettled"));
  return books;
}

Result<void> Books::restore_accounts(const json::object& snapshot) {
  const json::object* accounts = find_object(snapshot, "accounts");
  if (accounts == nullptr) return invalid("a budget snapshot lacks its accounts");
  for (const auto& member : *accounts) {
    const json::object* object = member.value().if_object();
    if (object == nullptr) return invalid("a budget snapshot holds something that is no account");
    TRY(accounts_[std::string(member.key())], parse_account(*object));
  }
  return {};
}

Result<void> Books::restore_tasks(const json::object& snapshot) {
  const json::object* parents = find_object(snapshot, "parents");
  const json::array* finished = find_array(snapshot, "finished");
  if (parents == nullptr || finished == nullptr)
    return invalid("a budget snapshot lacks its tasks");
  for (const auto& member : *parents) {
    if (!member.value().is_string()) return invalid("a budget snapshot's task has no parent");
    parents_[std::string(member.key())] = std::string(member.value().get_string());
  }
  for (const json::value& task : *finished) {
    if (!task.is_string()) return invalid("a budget snapshot holds something that is no task");
    finished_.emplace_back(task.get_string());
  }
  return {};
}

}  // namespace coditect::budget
