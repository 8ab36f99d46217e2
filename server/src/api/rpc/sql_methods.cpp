#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

/// Nobody stops what another one asked, though they guess its name.
std::string owned(const MethodCall& call, const std::string& id) {
  return id.empty() ? "" : call.caller.actor + ' ' + id;
}

awaitable<Result<json::value>> query(MethodCall call) {
  CO_TRY(databases::DatabaseName name,
         databases::parse_database_name(text_param(call.params, "database")));
  databases::Query query;
  query.sql = text_param(call.params, "sql");
  if (const json::value* params = call.params.if_contains("params")) query.params = *params;
  CO_TRY(std::int64_t limit, integer_param(call.params, "limit", 1'000, 1,
                                           static_cast<std::int64_t>(limits::kQueryRowsMax)));
  query.row_limit = static_cast<std::size_t>(limit);
  query.stop = call.gone;
  const std::string id = optional_text(call.params, "id").value_or("");
  if (id.size() > limits::kNameBytesMax) co_return invalid("'id' is longer than 100 bytes");
  co_return co_await call.workspace.queries().sql(name, std::move(query), owned(call, id));
}

awaitable<Result<json::value>> cancel(MethodCall call) {
  const bool cancelled =
      call.workspace.queries().cancel(owned(call, text_param(call.params, "id")));
  co_return json::object{{"cancelled", cancelled}};
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
        {"limit", "integer", kOptional,
         "how many rows at most, 1000 where it is absent, 100000 at most"},
        {"id", "string", kOptional, "chosen by the caller, for sql.cancel"}},
       "{columns, rows, truncated, elapsed_ms}",
       query},
      {"sql.cancel",
       "Stops a query that is under way; it is answered as unavailable. One whose connection "
       "closes "
       "stops by itself.",
       {{"id", "string", kRequired, "as it was given to sql.query"}},
       "{cancelled: whether there was one}",
       cancel},
  };
}

}  // namespace coditect::api
