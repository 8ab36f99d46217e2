#include <algorithm>
#include <array>

#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "base/limits.h"
#include "tools/search_limits.h"

namespace coditect::api {

namespace {

/// Where search.text looks.
struct Places {
  bool files = false;
  bool log = false;
};

/// What `in` names; files where it is absent, as it was before there was `in`.
Result<Places> places_of(const json::object& params) {
  const json::value* in = params.if_contains("in");
  if (in == nullptr) return Places{.files = true};
  Places places;
  for (const json::value& place : in->as_array()) {
    const bool is_text = place.is_string();
    if (is_text && place.get_string() == "files") {
      places.files = true;
    } else if (is_text && place.get_string() == "log") {
      places.log = true;
    } else {
      return invalid("'in' names something else than \"files\" and \"log\"");
    }
  }
  if (!places.files && !places.log) return invalid("'in' is empty", "give \"files\" or \"log\"");
  return places;
}

/// The search that agents use: confined to the project, with its limits of time and matches.
awaitable<Result<json::object>> lines_of_files(const MethodCall& call, std::size_t limit) {
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
      if (matches.size() == limit) {
        truncated = true;
        break;
      }
      matches.push_back(match);
    }
  }
  co_return json::object{{"matches", std::move(matches)}, {"truncated", truncated}};
}

awaitable<Result<json::value>> text(MethodCall call) {
  CO_TRY(std::int64_t wanted,
         integer_param(call.params, "limit", 200, 1, static_cast<std::int64_t>(limits::kPageMax)));
  CO_TRY(const Places places, places_of(call.params));
  const auto limit = static_cast<std::size_t>(wanted);
  json::object answer{{"matches", json::array()}, {"truncated", false}};
  if (places.files) {
    CO_TRY(answer, co_await lines_of_files(call, limit));
  }
  if (places.log) {
    const std::string query = text_param(call.params, "query");
    CO_TRY(json::value found, co_await call.workspace.queries().search_log(query, limit));
    answer["log"] = std::move(found.at("log"));
    answer["log_truncated"] = found.at("truncated");
  }
  co_return answer;
}

awaitable<Result<json::value>> semantic(MethodCall call) {
  CO_TRY(std::int64_t limit,
         integer_param(call.params, "limit", tools::kPassagesDefault, 1, tools::kPassagesMax));
  co_return co_await call.workspace.search().semantic(text_param(call.params, "query"),
                                                      static_cast<std::size_t>(limit), {});
}

}  // namespace

std::vector<Method> search_methods() {
  return {
      {"search.text",
       "Lines of the project's files that match a regular expression, and what was said and done "
       "in "
       "the log that holds its words.",
       {{"query", "string", kRequired,
         "for files a regular expression; for the log words, all of them, and \"phrases\""},
        {"glob", "string", kOptional, "only files whose path matches, for example *.cpp"},
        {"limit", "integer", kOptional, "of each: 1 to 1000, 200 where it is absent"},
        {"in", "array", kOptional, "[\"files\"], [\"log\"] or both; files where it is absent"}},
       "{matches: [{path, line, text}], truncated, log?: [{seq, ts, type, actor, task?, path?, "
       "tool?, excerpt}], log_truncated?}",
       text},
      {"search.semantic",
       "Passages of the project's files that are about what the query says, by embeddings; by its "
       "words where no embeddings are configured, with a note that says so.",
       {{"query", "string", kRequired, "what is looked for, in words"},
        {"limit", "integer", kOptional, "1 to 50, 10 where it is absent"}},
       "{mode: \"semantic\"|\"lexical\", matches: [{path, from_line, to_line, text, score}], "
       "note?, "
       "index?: {state, model, files, files_total, passages, error?}}",
       semantic},
  };
}

}  // namespace coditect::api
