#include "api/rpc/method_table.h"
#include "api/rpc/params.h"
#include "workspace/mcp/mcp_service.h"

namespace coditect::api {

namespace {

using workspace::McpServer;

awaitable<Result<Sequence>> record(const MethodCall& call, std::string type, json::object data) {
  workspace::EventLog& log = call.workspace.log();
  const Sequence seq =
      log.append({std::move(type), call.actor.name, call.actor.session, {}, std::move(data)});
  CO_TRY_VOID(co_await log.durable(seq));
  co_return seq;
}

awaitable<Result<json::value>> servers(MethodCall call) { co_return call.workspace.mcp().list(); }

awaitable<Result<json::value>> set_server(MethodCall call) {
  CO_TRY_VOID(call.workspace.log().admit());
  const std::string name = text_param(call.params, "name");
  CO_TRY_VOID(workspace::check_mcp_server_name(name));
  const json::object& server = call.params.at("server").as_object();
  CO_TRY_VOID(McpServer::parse(server));
  const auto& known = call.workspace.state().mcp.servers();
  if (known.size() >= limits::kMcpServersMax && !known.contains(name)) {
    co_return Error{Errc::kLimit, "a workspace has 16 MCP servers at most", "remove one first"};
  }
  json::object data{{"name", name}, {"server", server}};
  CO_TRY(const Sequence seq, co_await record(call, "mcp_server_set", std::move(data)));
  co_return json::object{{"name", name}, {"seq", seq}};
}

Result<void> check_known(const MethodCall& call, const std::string& name) {
  if (call.workspace.state().mcp.servers().contains(name)) return {};
  return not_found("there is no MCP server '" + name + "'", "mcp.servers names them");
}

awaitable<Result<json::value>> remove_server(MethodCall call) {
  CO_TRY_VOID(call.workspace.log().admit());
  const std::string name = text_param(call.params, "name");
  CO_TRY_VOID(check_known(call, name));
  const auto& known = call.workspace.state().mcp.servers().at(name).server;
  if (known.contains("url")) CO_TRY_VOID(co_await call.workspace.mcp().sign_out(name));
  json::object data{{"name", name}};
  CO_TRY(const Sequence seq, co_await record(call, "mcp_server_removed", std::move(data)));
  co_return json::object{{"name", name}, {"seq", seq}};
}

awaitable<Result<json::value>> connect(MethodCall call) {
  const std::string name = text_param(call.params, "name");
  CO_TRY_VOID(check_known(call, name));
  // What went wrong is part of the answer.
  const auto connected = co_await call.workspace.mcp().connect(name);
  json::object row = call.workspace.mcp().row(name);
  if (!connected && !row.contains("error")) {
    row["error"] =
        json::object{{"message", connected.error().message}, {"hint", connected.error().hint}};
  }
  co_return row;
}

awaitable<Result<json::value>> authorize(MethodCall call) {
  const std::string name = text_param(call.params, "name");
  CO_TRY_VOID(check_known(call, name));
  co_return co_await call.workspace.mcp().authorize(name, call.actor.name);
}

awaitable<Result<json::value>> sign_out(MethodCall call) {
  CO_TRY_VOID(call.workspace.log().admit());
  const std::string name = text_param(call.params, "name");
  CO_TRY_VOID(check_known(call, name));
  CO_TRY_VOID(co_await call.workspace.mcp().sign_out(name));
  json::object data{{"name", name}};
  CO_TRY(const Sequence seq, co_await record(call, "mcp_signed_out", std::move(data)));
  co_return json::object{{"name", name}, {"seq", seq}};
}

constexpr std::string_view kRow =
    "{name, server, set_by, state: idle, starting, ready or failed, error?: {message, hint}, "
    "about?: {protocol, name, version}, sign_in?: none, wanted or done, tools: [{name, tool, "
    "description, read_only, "
    "says_read_only}], left_out?}";

}  // namespace

std::vector<Method> mcp_methods() {
  return {
      {"mcp.servers",
       "The MCP servers of the workspace, how they are configured and what is known of them.",
       {},
       "{servers: [as mcp.connect gives each]}",
       once_durable<servers>},
      {"mcp.set_server",
       "Configures an MCP server, whose tools agents are offered from their next task on.",
       {{"name", "string", kRequired, "a-z, 0-9 and '-', at most 24: its tools are NAME__TOOL"},
        {"server", "object", kRequired,
         "{command: [text], env?, network?} or {url, headers?, oauth?}, with read_only?: true or "
         "[tool], tools?: [tool], timeout_s?, enabled?; a secret is {secret: NAME, prefix?}"}},
       "{name, seq}",
       set_server},
      {"mcp.remove_server",
       "Ends an MCP server and forgets how it is configured.",
       {{"name", "string", kRequired, "which"}},
       "{name, seq}",
       remove_server},
      {"mcp.connect",
       "Connects to an MCP server now, to see whether it works.",
       {{"name", "string", kRequired, "which"}},
       kRow,
       connect},
      {"mcp.authorize",
       "Begins to sign in to an MCP server: a person opens the URL in a browser.",
       {{"name", "string", kRequired, "which"}},
       "{url, expires_at}",
       authorize},
      {"mcp.sign_out",
       "Forgets the tokens of an MCP server.",
       {{"name", "string", kRequired, "which"}},
       "{name, seq}",
       sign_out},
  };
}

}  // namespace coditect::api
