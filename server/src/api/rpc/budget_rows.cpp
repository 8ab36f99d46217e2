#include "api/rpc/budget_rows.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace coditect::api {

namespace {

json::object row_of(std::string_view scope, const budget::Account& account) {
  json::object row{{"scope", scope},
                   {"spent_usd", to_usd(account.spent)},
                   {"reserved_usd", to_usd(account.reserved)},
                   {"unsettled_usd", to_usd(account.unsettled)}};
  if (account.limit) {
    const auto left = std::max<Nanodollars>(0, *account.limit - account.used());
    row["limit_usd"] = to_usd(*account.limit);
    row["left_usd"] = to_usd(left);
  }
  return row;
}

}  // namespace

json::array budget_rows(workspace::Workspace& workspace) {
  const budget::Books& books = workspace.state().budgets.books();
  const std::string today = workspace.budgets().today();
  json::array rows{row_of("workspace", books.account("workspace"))};
  json::object day = row_of("day", books.account(budget::day_scope(today)));
  day["day"] = today;
  rows.push_back(std::move(day));
  for (const std::string& name : workspace.services().agents.names()) {
    const std::string scope = "agent:" + name;
    rows.push_back(row_of(scope, books.account(scope)));
  }
  for (const auto& [scope, account] : books.accounts()) {
    const bool shown = account.limit || account.reserved > 0;
    if (scope.starts_with("task:") && shown) rows.push_back(row_of(scope, account));
  }
  return rows;
}

json::array unsettled_rows(workspace::Workspace& workspace) {
  using Entry = std::pair<const std::string, budget::Reservation>;
  std::vector<const Entry*> entries;
  for (const Entry& entry : workspace.state().budgets.books().unsettled()) {
    entries.push_back(&entry);
  }
  std::ranges::sort(entries, {}, [](const Entry* entry) { return entry->second.seq; });
  json::array rows;
  for (const Entry* entry : entries) {
    const budget::Reservation& rest = entry->second;
    json::object row{{"reservation", entry->first},
                     {"agent", rest.agent},
                     {"model", rest.model},
                     {"amount_usd", to_usd(rest.amount)},
                     {"seq", rest.seq}};
    if (!rest.task.empty()) row["task"] = rest.task;
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace coditect::api
