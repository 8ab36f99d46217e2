#include "api/mcp/workspace_features.h"

#include <boost/asio/steady_timer.hpp>

#include "api/mcp/participant.h"
#include "api/mcp/resources.h"
#include "api/mcp/tool_use.h"
#include "async/task_group.h"
#include "base/limits.h"
#include "base/log.h"

namespace coditect::api {

namespace {

/// Well below the minute after which clients give up what says nothing.
constexpr std::chrono::seconds kReportEvery{5};

constexpr std::string_view kInstructions =
    "A code base on which several people and AI agents work at the same time. Read a file before "
    "you change it. write_file and edit_file take the file's lock by themselves and fail, with "
    "what "
    "others changed, where the file is not as you read it; lock_files keeps others away over "
    "several "
    "steps. What you do is in the workspace's log, which timeline and query_sql read; submit_task "
    "gives one of the workspace's own agents something to do.";

void log_failure(std::string_view task, const std::string& what) {
  spdlog::error("mcp: {} failed: {}", task, what);
}

mcp::Refusal invalid_params(const Error& error) {
  json::object data;
  if (!error.hint.empty()) data["hint"] = error.hint;
  return {mcp::Code::kInvalidParams, error.message, std::move(data)};
}

}  // namespace

WorkspaceFeatures::WorkspaceFeatures(Parts parts)
    : parts_(parts), table_(parts.tools.specs(), parts.dispatcher.methods()) {}

mcp::Features::Identity WorkspaceFeatures::identity() const {
  return {"coditect", "2", std::string(kInstructions)};
}

json::object WorkspaceFeatures::capabilities() const {
  return {{"tools", json::object{}}, {"resources", json::object{}}};
}

awaitable<mcp::Reply> WorkspaceFeatures::answer(mcp::Call& call) {
  const std::string& method = call.method();
  if (method == "tools/list") {
    const auto scope = call.mount().scope.empty() ? ToolTable::Scope::kAnyWorkspace
                                                  : ToolTable::Scope::kOneWorkspace;
    co_return json::object{{"tools", table_.listed(scope)}};
  }
  if (method == "resources/templates/list") co_return resource_templates(call);
  const bool known =
      method == "tools/call" || method == "resources/list" || method == "resources/read";
  if (!known) {
    co_return mcp::Refusal{mcp::Code::kMethodNotFound, "there is no method '" + method + "'", {}};
  }
  auto name = participant_name(call.mount(), call.client().name, parts_.agents);
  if (!name) co_return invalid_params(name.error());
  if (method == "resources/list") {
    co_return co_await list_resources(parts_.dispatcher, call, *std::move(name));
  }
  if (method == "resources/read") {
    co_return co_await read_resource(parts_.dispatcher, call, *std::move(name));
  }
  TaskGroup reporting(call.strand(), log_failure);
  reporting.spawn("report a call", report(call));
  mcp::Reply reply = co_await call_tool(call, *std::move(name));
  co_await reporting.close();
  co_return reply;
}

awaitable<void> WorkspaceFeatures::report(mcp::Call& call) {
  asio::steady_timer timer(co_await asio::this_coro::executor);
  for (int seconds = 0;;) {
    timer.expires_after(kReportEvery);
    co_await timer.async_wait(asio::use_awaitable);
    seconds += static_cast<int>(kReportEvery.count());
    call.progress(seconds, std::nullopt, "under way for " + std::to_string(seconds) + " s");
  }
}

awaitable<mcp::Reply> WorkspaceFeatures::call_tool(mcp::Call& call, std::string participant) {
  const std::string name = find_string(call.params(), "name").value_or("");
  const json::value* given = call.params().if_contains("arguments");
  if (given != nullptr && !given->is_object()) {
    co_return invalid_params(invalid("'arguments' is not an object"));
  }
  ToolUse use{{}, std::move(participant), name, {}, call.stop()};
  if (given != nullptr) use.input = given->get_object();
  const bool any = call.mount().scope.empty();
  if (any && name == kListWorkspaces) co_return co_await list_workspaces();
  const OfferedTool* tool = table_.find(name);
  if (tool == nullptr) {
    co_return invalid_params(not_found("Unknown tool: " + name, "tools/list names them"));
  }
  auto workspace = co_await workspace_of(call, use.input);
  if (!workspace) co_return failed_result(workspace.error());
  use.workspace = *std::move(workspace);
  if (tool->kind == OfferedTool::Kind::kAgentTool) {
    co_return co_await use_agent_tool(parts_.dispatcher, std::move(use));
  }
  const bool acts = tool->effect == OfferedTool::Effect::kActs;
  co_return co_await use_method(parts_.dispatcher, std::move(use), tool->method,
                                acts ? approvals::Effect::kActs : approvals::Effect::kReads);
}

awaitable<mcp::Reply> WorkspaceFeatures::list_workspaces() {
  json::array rows;
  std::string cursor;
  do {
    registry::Page page = co_await parts_.dispatcher.registry().list(cursor, limits::kPageMax);
    for (const workspace::Meta& meta : page.workspaces) {
      const bool ready = meta.state == workspace::Meta::State::kReady;
      rows.push_back(json::object{
          {"id", meta.id.str()}, {"name", meta.name}, {"state", ready ? "ready" : "asleep"}});
    }
    cursor = std::move(page.next_cursor);
  } while (!cursor.empty());
  co_return structured_result(json::object{{"workspaces", std::move(rows)}});
}

awaitable<Result<WorkspaceId>> WorkspaceFeatures::workspace_of(const mcp::Call& call,
                                                               json::object& input) {
  if (!call.mount().scope.empty()) co_return WorkspaceId(call.mount().scope);
  const std::string wanted = find_string(input, "workspace").value_or("");
  input.erase("workspace");
  if (wanted.empty()) co_return invalid("`workspace` is missing", "list_workspaces has them");
  std::optional<WorkspaceId> named;
  std::string cursor;
  do {
    registry::Page page = co_await parts_.dispatcher.registry().list(cursor, limits::kPageMax);
    for (const workspace::Meta& meta : page.workspaces) {
      if (meta.id.str() == wanted) co_return meta.id;
      if (meta.name != wanted) continue;
      if (named) {
        co_return invalid("several workspaces are called '" + wanted + "'", "give the id");
      }
      named = meta.id;
    }
    cursor = std::move(page.next_cursor);
  } while (!cursor.empty());
  if (named) co_return *named;
  co_return not_found("there is no workspace '" + wanted + "'", "list_workspaces has them");
}

}  // namespace coditect::api
