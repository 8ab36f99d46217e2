#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> query(MethodCall call) {
  CO_TRY(databases::DatabaseName name,
         databases::parse_database_name(text_param(call.params, "database")));
  databases::Query query;
  query.sql = text_param(call.params, "sql");
  if (const json::value* params = call.params.if_contains("params")) query.params = *params;
  CO_TRY(std::int64_t limit, integer_param(call.params, "limit", 1'000, 1,
                                           static_cast<std::int64_t>(limits::kSqlRowsMax)));
  query.row_limit = static_cast<std::size_t>(limit);
  co_return co_await call.workspace.queries().sql(name, std::move(query));
}

}  // namespace

std::vector<Method> sql_methods() {
  return {
      {"sql.query",
       "One reading SQL statement on one of the six databases.",
       {{"database", "string", kRequired,
         "sessions, messages, artifacts, parsed_sessions, agent_metrics or workspace_idx"},
        {"sql", "string", kRequired, "one statement that only reads"},
        {"params", "any", kOptional, "an array for ?, an object for :name"},
        {"limit", "integer", kOptional, "how many rows at most, 1000 where it is absent"}},
       "{columns, rows, truncated, elapsed_ms}",
       query},
  };
}

}  // namespace coditect::api
