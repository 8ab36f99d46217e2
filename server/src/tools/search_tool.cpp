#include "async/linked_stop.h"
#include "tools/read_on.h"
#include "tools/search_limits.h"
#include "tools/search_results.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

std::string line_of(const SearchMatch& match) {
  return match.path + ":" + std::to_string(match.line) + ": " + match.text + "\n";
}

/// The first matches for the model, all of them for programs; a model can read on.
awaitable<ToolOutcome> outcome_of(const ToolCall& call, const SearchResults& results, bool cut) {
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  json::array matches;
  std::string all;
  for (const SearchMatch& match : results.matches()) {
    all += line_of(match);
    if (matches.size() < limits::kSearchMatchesMax) outcome.output += line_of(match);
    matches.push_back(
        json::object{{"path", match.path}, {"line", match.line}, {"text", match.text}});
  }
  if (results.matches().empty()) outcome.output = "No match.\n";
  if (matches.size() > limits::kSearchMatchesMax) {
    const std::string id = co_await call.host.keep_output(call.caller, std::move(all));
    outcome.output += "[" + std::to_string(matches.size() - limits::kSearchMatchesMax) +
                      " more matches]\n" + read_on_note(id, limits::kSearchMatchesMax + 1);
  }
  if (cut) outcome.output += "[there may be more; narrow the expression or give a glob]\n";
  outcome.details = {{"matches", std::move(matches)}, {"truncated", cut}};
  co_return outcome;
}

awaitable<Result<ToolOutcome>> search_log(const ToolCall& call, std::string query) {
  CO_TRY(json::value found,
         co_await call.host.search_log(call.caller, std::move(query), kLogHitsShown));
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  for (const json::value& each : found.at("log").as_array()) {
    const json::object& hit = each.as_object();
    outcome.output += std::to_string(find_int(hit, "seq").value_or(0)) + " " +
                      find_string(hit, "ts").value_or("") + " " +
                      find_string(hit, "actor").value_or("") + " " +
                      find_string(hit, "type").value_or("");
    const std::string path = find_string(hit, "path").value_or("");
    if (!path.empty()) outcome.output += " " + path;
    outcome.output += ": " + find_string(hit, "excerpt").value_or("") + "\n";
  }
  if (outcome.output.empty()) outcome.output = "Nothing in the log has all of these words.\n";
  if (found.at("truncated").as_bool()) outcome.output += "[there are more; use more words]\n";
  outcome.details = std::move(found.as_object());
  co_return outcome;
}

awaitable<Result<ToolOutcome>> search_meaning(const ToolCall& call, std::string query) {
  CO_TRY(json::value found, co_await call.host.search_meaning(call.caller, std::move(query),
                                                              kPassagesDefault, call.stop));
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  for (const json::value& each : found.at("matches").as_array()) {
    const json::object& match = each.as_object();
    outcome.output += find_string(match, "path").value_or("") + ":" +
                      std::to_string(find_int(match, "from_line").value_or(0)) + "-" +
                      std::to_string(find_int(match, "to_line").value_or(0)) + "\n" +
                      find_string(match, "text").value_or("") + "\n";
  }
  if (outcome.output.empty()) outcome.output = "Nothing was found.\n";
  const auto note = find_string(found.as_object(), "note");
  if (note) outcome.output += "[" + *note + "]\n";
  outcome.details = std::move(found.as_object());
  co_return outcome;
}

}  // namespace

awaitable<Result<ToolOutcome>> search(const ToolCall& call) {
  CO_TRY(std::string query, need_string(call.input, "query"));
  const std::string glob = find_string(call.input, "glob").value_or("");
  const std::string in = find_string(call.input, "in").value_or("files");
  if (query.empty()) co_return invalid("`query` is empty", "give a regular expression");
  if (in == "log") co_return co_await search_log(call, std::move(query));
  if (in == "meaning") co_return co_await search_meaning(call, std::move(query));
  if (in != "files") co_return invalid("`in` must be 'files', 'log' or 'meaning'");

  SearchResults results(kSearchMatchesKept);
  LinkedStop enough(call.stop);
  CommandSpec spec;
  spec.argv = search_arguments(query, glob);
  spec.project_root = call.host.project_root(call.caller);
  spec.access = ProjectAccess::kReadOnly;
  spec.limits.time = limits::kSearchTimeMax;
  spec.stop = enough.token();
  spec.on_output = [&results, &enough](std::string_view chunk) {
    results.feed(chunk);
    if (results.full()) enough.request_stop();
  };
  CO_TRY(const CommandResult result, co_await run_blocking(call, std::move(spec)));
  if (call.stop.stop_requested()) co_return Error{Errc::kCancelled, "the search was stopped", {}};
  // ripgrep: 0 found, 1 found nothing, 2 something was wrong, perhaps only with one file.
  const bool failed = result.end == CommandEnd::kExited && result.exit_code > 1;
  if (failed && results.matches().empty()) {
    co_return invalid("the search failed: " + results.complaints(),
                      "escape characters that are meant literally with a backslash");
  }
  co_return co_await outcome_of(call, results,
                                results.full() || result.end == CommandEnd::kTimedOut);
}

}  // namespace coditect::tools
