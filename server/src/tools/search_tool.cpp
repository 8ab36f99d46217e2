#include "tools/search_results.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

/// Ends a search for either of two reasons: the caller gave up, or enough was found.
class Enough {
 public:
  explicit Enough(std::stop_token caller) : forward_(std::move(caller), Forward{source_}) {}
  std::stop_token token() const { return source_.get_token(); }
  void request_stop() { source_.request_stop(); }

 private:
  struct Forward {
    std::stop_source source;
    void operator()() { source.request_stop(); }
  };

  std::stop_source source_;
  std::stop_callback<Forward> forward_;
};

ToolOutcome outcome_of(const SearchResults& results, bool cut) {
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  json::array matches;
  for (const SearchMatch& match : results.matches()) {
    outcome.output += match.path + ":" + std::to_string(match.line) + ": " + match.text + "\n";
    matches.push_back(
        json::object{{"path", match.path}, {"line", match.line}, {"text", match.text}});
  }
  if (results.matches().empty()) outcome.output = "No match.\n";
  if (cut) outcome.output += "[there may be more; narrow the expression or give a glob]\n";
  outcome.details = {{"matches", std::move(matches)}, {"truncated", cut}};
  return outcome;
}

}  // namespace

awaitable<Result<ToolOutcome>> search(const ToolCall& call) {
  CO_TRY(const std::string query, need_string(call.input, "query"));
  const std::string glob = find_string(call.input, "glob").value_or("");
  if (query.empty()) co_return invalid("`query` is empty", "give a regular expression");

  SearchResults results;
  Enough enough(call.stop);
  CommandSpec spec;
  spec.argv = search_arguments(query, glob);
  spec.project_root = call.host.project_root();
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
  co_return outcome_of(results, results.full() || result.end == CommandEnd::kTimedOut);
}

}  // namespace coditect::tools
