#include "api/rpc/lock_rows.h"

#include <algorithm>

#include "coordination/locks/lock_events.h"

namespace coditect::api {

namespace {

json::object wait_row(const workspace::WorkspaceState& state, const locks::Waiter& waiter) {
  json::array holders;
  for (const locks::Lock& lock : state.locks.in_the_way(waiter)) {
    const json::value holder = json::string(lock.holder);
    if (std::ranges::find(holders, holder) == holders.end()) holders.push_back(holder);
  }
  json::object row{{"path", waiter.path.text()},
                   {"mode", locks::to_string(waiter.request.mode)},
                   {"holder", waiter.request.holder},
                   {"waits_for", std::move(holders)},
                   {"since", to_rfc3339(waiter.request.now)}};
  if (waiter.request.task.empty()) return row;
  row["task"] = waiter.request.task;
  const locks::Escalated* done = state.escalations.find(waiter.request.task, waiter.path.text());
  if (done == nullptr) return row;
  row["since"] = to_rfc3339(done->since);
  row["told"] = !done->told.empty();
  if (!done->question.empty()) row["approval"] = done->question;
  return row;
}

}  // namespace

json::array lock_rows(const workspace::WorkspaceState& state) {
  json::array rows;
  for (const auto& [token, lock] : state.locks.locks()) rows.push_back(locks::lock_json(lock));
  return rows;
}

json::array lock_wait_rows(const workspace::WorkspaceState& state) {
  json::array rows;
  for (const auto& [id, waiter] : state.locks.waiters()) rows.push_back(wait_row(state, waiter));
  return rows;
}

}  // namespace coditect::api
