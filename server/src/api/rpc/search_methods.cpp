#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

awaitable<Result<json::value>> text(MethodCall call) {
  CO_TRY(std::int64_t limit,
         integer_param(call.params, "limit", 200, 1, static_cast<std::int64_t>(limits::kPageMax)));
  // The search that agents use: confined to the project, with its limits of time and matches.
  json::object input{{"query", text_param(call.params, "query")}};
  if (const auto glob = optional_text(call.params, "glob")) input["glob"] = *glob;
  const tools::Caller caller{call.actor.name, {}};
  auto outcome = co_await call.workspace.services().tools.call(
      "search", std::move(input), caller, call.workspace.host(), std::stop_token());
  if (!outcome.ok) {
    const json::object* error = find_object(outcome.details, "error");
    const std::string hint = error == nullptr ? "" : find_string(*error, "hint").value_or("");
    co_return invalid(outcome.output, hint);
  }
  json::array matches;
  bool truncated = find_bool(outcome.details, "truncated").value_or(false);
  if (const json::array* found = find_array(outcome.details, "matches")) {
    for (const json::value& match : *found) {
      if (matches.size() == static_cast<std::size_t>(limit)) {
        truncated = true;
        break;
      }
      matches.push_back(match);
    }
  }
  co_return json::object{{"matches", std::move(matches)}, {"truncated", truncated}};
}

}  // namespace

std::vector<Method> search_methods() {
  return {
      {"search.text",
       "Lines of the project's files that match a regular expression.",
       {{"query", "string", kRequired, "a regular expression"},
        {"glob", "string", kOptional, "only files whose path matches, for example *.cpp"},
        {"limit", "integer", kOptional, "1 to 1000, 200 where it is absent"}},
       "{matches: [{path, line, text}], truncated}",
       text},
  };
}

}  // namespace coditect::api
