#include "storage/databases/queries/metrics.h"

#include <string>
#include <utility>

#include "base/check.h"
#include "base/limits.h"

namespace coditect::databases {

namespace {

constexpr char kSums[] =
    "count(*) AS calls, coalesce(sum(input),0) AS input, coalesce(sum(cached),0) AS cached,"
    " coalesce(sum(cache_write),0) AS cache_write, coalesce(sum(output),0) AS output,"
    " coalesce(sum(reasoning),0) AS reasoning,"
    " CASE count(*) WHEN 0 THEN 0.0 ELSE sum(cost_usd) END AS cost_usd,"
    " count(*)-count(cost_usd) AS unpriced_calls, coalesce(sum(simulated),0) AS simulated_calls,"
    " CASE count(*) WHEN 0 THEN 0.0 ELSE sum(saved_usd) END AS saved_usd,"
    " coalesce(1.0*sum(cached)/nullif(sum(input+cached+cache_write),0),0.0) AS cached_share"
    " FROM usage";

constexpr char kFinished[] =
    "SELECT id, agent, state, priority, prompt, parent, attempts, retries, queued_at, started_at,"
    " finished_at, finished_seq, wait_ms, elapsed_ms, result, error_kind, error_message,"
    " error_hint,"
    " (SELECT CASE count(*) WHEN 0 THEN 0.0 ELSE sum(cost_usd) END FROM usage"
    " WHERE usage.task=tasks.id) AS cost_usd"
    " FROM tasks WHERE finished_seq<? ORDER BY finished_seq DESC LIMIT ?";

std::string_view column_of(CostBy by) {
  switch (by) {
    case CostBy::kAgent: return "agent";
    case CostBy::kTask: return "task";
    case CostBy::kModel: return "model";
    case CostBy::kDay: return "day";
  }
  check(false, "a sum without a column");
  return {};
}

/// A sum over calls none of which has a price is unknown, never zero.
void show_unknown(json::object& row, std::initializer_list<const char*> sums) {
  for (const char* sum : sums) row.emplace(sum, nullptr);
}

// error_kind, error_message, error_hint become error:{kind, message, hint}.
void gather_error(json::object& task) {
  json::object error;
  for (const char* part : {"kind", "message", "hint"}) {
    const std::string column = std::string("error_") + part;
    if (json::value* value = task.if_contains(column)) {
      error[part] = std::move(*value);
      task.erase(column);
    }
  }
  if (!error.empty()) task["error"] = std::move(error);
}

}  // namespace

Result<CostBy> parse_cost_by(std::string_view text) {
  for (const CostBy by : {CostBy::kAgent, CostBy::kTask, CostBy::kModel, CostBy::kDay}) {
    if (column_of(by) == text) return by;
  }
  return invalid("costs are not summed up by '" + std::string(text) + "'",
                 "choose agent, task, model or day");
}

Result<json::object> cost_summary(const View& view, CostBy by) {
  const std::string key = "coalesce(" + std::string(column_of(by)) + ",'')";
  const std::string order = by == CostBy::kDay ? "1" : "cost_usd DESC, 1";
  const std::string sql =
      "SELECT " + key + " AS key, " + kSums + " GROUP BY 1 ORDER BY " + order + " LIMIT ?";
  json::object summary;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement groups, connection.prepare(sql));
    groups.bind(1, std::uint64_t{limits::kPageMax + 1});
    TRY(json::array rows, read_objects(groups));
    TRY(Statement whole, connection.prepare(std::string("SELECT ") + kSums));
    TRY(json::array total, read_objects(whole));
    summary["truncated"] = rows.size() > limits::kPageMax;
    if (rows.size() > limits::kPageMax) rows.resize(limits::kPageMax);
    for (json::value& row : rows) show_unknown(row.get_object(), {"cost_usd", "saved_usd"});
    show_unknown(total.at(0).get_object(), {"cost_usd", "saved_usd"});
    summary["rows"] = std::move(rows);
    summary["total"] = std::move(total.at(0));
    return {};
  };
  TRY_VOID(view.read(DatabaseName::kAgentMetrics, work));
  return summary;
}

Result<json::object> finished_tasks(const View& view, Sequence before, std::size_t limit) {
  const std::size_t page = page_of(limit);
  json::array found;
  const auto work = [&](Connection& connection) -> Result<void> {
    TRY(Statement statement, connection.prepare(kFinished));
    constexpr Sequence kNewest = INT64_MAX;
    statement.bind_all(before == 0 ? kNewest : before, std::uint64_t{page + 1});
    TRY(found, read_objects(statement));
    return {};
  };
  TRY_VOID(view.read(DatabaseName::kAgentMetrics, work));
  json::object answer;
  if (found.size() > page) {
    found.resize(page);
    answer["before"] = found.back().at("finished_seq");
  }
  for (json::value& task : found) {
    gather_error(task.get_object());
    show_unknown(task.get_object(), {"cost_usd"});
  }
  answer["tasks"] = std::move(found);
  return answer;
}

}  // namespace coditect::databases
