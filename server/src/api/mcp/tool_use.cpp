#include "api/mcp/tool_use.h"

#include "tools/project_path.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::api {

namespace {

using workspace::Workspace;

/// Of a tool's output in the log: whoever asked has it whole.
constexpr std::size_t kLoggedOutputBytes = 4u << 10;

std::string actor_of(const ToolUse& use) { return "agent:" + use.participant; }

tools::Caller caller_of(const ToolUse& use) { return {use.participant, {}}; }

json::object text_result(std::string text, bool ok) {
  json::object result{{"content", json::array{{{"type", "text"}, {"text", std::move(text)}}}}};
  if (!ok) result["isError"] = true;
  return result;
}

/// On the workspace's strand.
awaitable<Result<json::value>> call_tool(Workspace& workspace, ToolUse use) {
  workspace.keep_session(actor_of(use));
  const tools::Caller caller = caller_of(use);
  const std::string id = workspace.services().random.id("call_");
  json::object started{{"id", id}, {"agent", use.participant}, {"tool", use.name}};
  started["phase"] = "started";
  started["input"] = approvals::shown_input(use.input);
  CO_TRY_VOID(co_await workspace.host().record(caller, "tool_call", std::move(started)));
  const auto begin = std::chrono::steady_clock::now();
  auto outcome = co_await workspace.services().tools.call(use.name, std::move(use.input), caller,
                                                          workspace.host(), use.stop);
  const auto elapsed = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  json::object finished{{"id", id}, {"agent", use.participant}, {"tool", use.name}};
  finished["phase"] = "finished";
  finished["ok"] = outcome.ok;
  finished["output"] = tools::truncate_middle(outcome.output, kLoggedOutputBytes);
  finished["elapsed_ms"] = elapsed.count();
  CO_TRY_VOID(co_await workspace.host().record(caller, "tool_call", std::move(finished)));
  co_return text_result(std::move(outcome.output), outcome.ok);
}

/// A call as rules see it: by its name, what it does, and the path that it is about.
Result<approvals::Intent> intent_of(const ToolUse& use, approvals::Effect effect) {
  approvals::Intent intent{use.name, effect, {}, {}, {}};
  auto path = find_string(use.input, "path");
  if (!path) return intent;
  if (path->ends_with('/')) path->pop_back();
  TRY(std::string named, tools::project_path(*path));
  intent.paths.push_back(std::move(named));
  return intent;
}

/// On the workspace's strand: returns where rules or a person let the participant do it.
awaitable<Result<json::value>> ask_rules(Workspace& workspace, ToolUse use,
                                         approvals::Effect effect) {
  workspace.keep_session(actor_of(use));
  CO_TRY(approvals::Intent intent, intent_of(use, effect));
  CO_TRY_VOID(co_await workspace.host().approve(caller_of(use), std::move(intent),
                                                std::move(use.input), std::move(use.stop)));
  co_return json::value();
}

/// The error that a refused call of the interface is.
Error error_of(const json::object& error) {
  Error failed{Errc::kInternal, find_string(error, "message").value_or(""), {}};
  if (const json::object* data = find_object(error, "data")) {
    failed.hint = find_string(*data, "hint").value_or("");
  }
  return failed;
}

}  // namespace

json::object failed_result(const Error& error) {
  return text_result(tools::failed_outcome(error).output, false);
}

json::object structured_result(json::value value) {
  json::object result = text_result(json::serialize(value), true);
  result["structuredContent"] = std::move(value);
  return result;
}

awaitable<json::object> use_agent_tool(Dispatcher& dispatcher, ToolUse use) {
  const WorkspaceId id = use.workspace;
  auto operation = [use](Workspace& workspace) { return call_tool(workspace, use); };
  auto result = co_await dispatcher.perform(id, std::move(operation));
  if (!result) co_return failed_result(result.error());
  co_return std::move(result->as_object());
}

awaitable<json::object> use_method(Dispatcher& dispatcher, ToolUse use, std::string method,
                                   approvals::Effect effect) {
  const WorkspaceId id = use.workspace;
  auto operation = [use, effect](Workspace& workspace) {
    return ask_rules(workspace, use, effect);
  };
  auto allowed = co_await dispatcher.perform(id, std::move(operation));
  if (!allowed) co_return failed_result(allowed.error());
  RpcCall call{1, std::move(method), std::move(use.input)};
  auto response = co_await dispatcher.call(id, std::move(call), owner_caller(actor_of(use)));
  if (const json::object* error = find_object(*response, "error")) {
    co_return failed_result(error_of(*error));
  }
  co_return structured_result(std::move(response->at("result")));
}

}  // namespace coditect::api
