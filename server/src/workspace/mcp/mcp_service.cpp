#include "workspace/mcp/mcp_service.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "protocols/mcp/client/client_limits.h"
#include "tools/sandbox/bounded_output.h"
#include "workspace/mcp/tool_names.h"

namespace coditect::workspace {

namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr std::string_view kSeparator = "__";

std::string_view to_string(McpConnection::State state) {
  switch (state) {
    case McpConnection::State::kIdle: return "idle";
    case McpConnection::State::kStarting: return "starting";
    case McpConnection::State::kReady: return "ready";
    case McpConnection::State::kFailed: break;
  }
  return "failed";
}

json::object tool_row(const McpServer& server, const std::string& name, const mcp::Tool& tool) {
  return {{"name", name},
          {"tool", tools::to_valid_utf8(tool.name)},
          {"description", tools::to_valid_utf8(tool.description)},
          {"read_only", server.is_read_only(tool.name)},
          {"says_read_only", tool.read_only_hint}};
}

}  // namespace

std::string_view server_of_tool(std::string_view name) {
  const std::size_t end = name.find(kSeparator);
  return end == std::string_view::npos ? std::string_view() : name.substr(0, end);
}

McpService::McpService(const Strand& strand, Parts parts)
    : strand_(strand),
      parts_(std::move(parts)),
      endings_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

McpService::~McpService() = default;

awaitable<void> McpService::end(std::shared_ptr<McpConnection> connection) {
  co_await connection->close();
}

void McpService::forget(const std::string& name) {
  const auto found = connections_.find(name);
  if (found == connections_.end()) return;
  sign_ins_.erase(name);
  endings_.spawn("ending a connection to an MCP server", end(std::move(found->second)));
  connections_.erase(found);
}

void McpService::after_apply(const Event& event) {
  const bool secret = event.type == "secret_set" || event.type == "secret_deleted";
  const bool server = event.type == "mcp_server_set" || event.type == "mcp_server_removed";
  if ((!secret && !server) || closing_) return;
  const std::string name = find_string(event.data, "name").value_or("");
  if (server) return forget(name);
  std::vector<std::string> given;
  for (const auto& [each, connection] : connections_) {
    if (connection->server().secrets().contains(name)) given.push_back(each);
  }
  for (const std::string& each : given) forget(each);
}

std::shared_ptr<McpConnection> McpService::known(const std::string& name) const {
  const auto found = connections_.find(name);
  return found == connections_.end() ? nullptr : found->second;
}

std::shared_ptr<McpConnection> McpService::connection(const std::string& name) {
  if (closing_) return nullptr;
  if (auto there = known(name)) return there;
  const auto entry = parts_.book.servers().find(name);
  if (entry == parts_.book.servers().end()) return nullptr;
  auto server = McpServer::parse(entry->second.server);
  // It was read before it was logged.
  check(server.ok(), server ? "" : server.error().message);
  McpConnection::Parts parts{.launcher = parts_.launcher,
                             .pool = parts_.disk,
                             .settings = parts_.settings,
                             .project = parts_.project,
                             .home = parts_.homes / name,
                             .secrets = parts_.secrets,
                             .workspace = parts_.workspace,
                             .authorizer = server->url ? sign_in(name, *server) : nullptr};
  auto made = std::make_shared<McpConnection>(strand_, std::move(parts), name, *std::move(server));
  connections_.emplace(name, made);
  return made;
}

std::shared_ptr<McpSignIn> McpService::sign_in(const std::string& name, const McpServer& server) {
  McpSignIn::Parts parts{.tokens = {parts_.secrets, parts_.disk, parts_.workspace},
                         .secrets = parts_.secrets,
                         .pool = parts_.disk,
                         .settings = parts_.settings,
                         .workspace = parts_.workspace,
                         .clock = parts_.clock};
  auto made = std::make_shared<McpSignIn>(strand_, std::move(parts), name, server);
  sign_ins_[name] = made;
  return made;
}

awaitable<Result<json::value>> McpService::authorize(std::string name, std::string actor) {
  const auto server = connection(name);
  const auto known = sign_ins_.find(name);
  if (!server || known == sign_ins_.end()) {
    co_return invalid("'" + name + "' is no MCP server with a URL", "mcp.servers names them");
  }
  const std::shared_ptr<McpSignIn> sign_in = known->second;
  // What the server says when it refuses tells where to sign in, and for what.
  if (!sign_in->wanted()) (void)(co_await connect(name)).ok();
  CO_TRY(McpSignIn::Begun begun, co_await sign_in->begin(std::move(actor)));
  co_return json::object{{"url", begun.url}, {"expires_at", to_rfc3339(begun.expires_at)}};
}

awaitable<Result<std::string>> McpService::signed_in(mcp::oauth::Returned returned) {
  for (const auto& [name, sign_in] : std::map(sign_ins_)) {
    if (!sign_in->waits_for(returned.state)) continue;
    CO_TRY(std::string actor, co_await sign_in->finish(std::move(returned)));
    json::object data{{"name", name}};
    const Sequence seq = parts_.log.append({"mcp_signed_in", actor, {}, {}, std::move(data)});
    CO_TRY_VOID(co_await parts_.log.durable(seq));
    if (const auto server = connection(name)) {
      server->try_again();
      server->want();
    }
    co_return name;
  }
  co_return Error{Errc::kDenied, "nobody waits for this sign-in", "begin it again"};
}

awaitable<Result<void>> McpService::sign_out(std::string name) {
  const auto server = connection(name);
  const auto known = sign_ins_.find(name);
  if (!server || known == sign_ins_.end()) {
    co_return invalid("'" + name + "' is no MCP server with a URL", "mcp.servers names them");
  }
  const std::shared_ptr<McpSignIn> sign_in = known->second;
  CO_TRY_VOID(co_await sign_in->forget());
  forget(name);
  co_return Result<void>{};
}

awaitable<Result<void>> McpService::connect(std::string name) {
  const auto server = connection(name);
  if (!server)
    co_return not_found("there is no MCP server '" + name + "'", "mcp.servers names them");
  if (server->state() != McpConnection::State::kReady) server->try_again();
  const auto deadline = SteadyClock::now() + 2 * limits::kMcpStartMax;
  co_return co_await server->ready(deadline, {});
}

awaitable<tools::FurtherOffer> McpService::offer(tools::Caller caller, std::stop_token stop) {
  std::vector<std::pair<std::string, std::shared_ptr<McpConnection>>> wanted;
  std::vector<std::string> names;
  for (const auto& [name, entry] : parts_.book.servers()) names.push_back(name);
  for (const std::string& name : names) {
    const auto server = connection(name);
    if (!server || !server->server().enabled) continue;
    server->want();
    wanted.emplace_back(name, server);
  }
  tools::FurtherOffer offer;
  json::array missing;
  const auto deadline = SteadyClock::now() + limits::kMcpOfferMax;
  for (const auto& [name, server] : wanted) {
    const auto there = co_await server->ready(deadline, stop);
    if (there) continue;
    const std::string why = tools::to_valid_utf8(there.error().message);
    missing.push_back(json::object{{"name", name}, {"error", why}});
    offer.note += "The tools of the server " + name + " are not there: " + why + "\n";
  }
  offer.specs = specs(offer.note);
  if (!missing.empty()) {
    json::object data{{"agent", caller.agent}, {"servers", std::move(missing)}};
    parts_.log.append({"mcp_unavailable", "system", {}, caller.task.str(), std::move(data)});
  }
  co_return offer;
}

std::vector<tools::ToolSpec> McpService::specs(std::string& note) const {
  std::vector<tools::ToolSpec> specs;
  std::size_t left_out = 0;
  for (const auto& [server, connection] : connections_) {
    const bool there = connection->state() == McpConnection::State::kReady;
    if (!there || !connection->server().enabled) continue;
    for (const auto& [name, tool] : connection->tools()) {
      if (specs.size() == limits::kMcpToolsMax) {
        ++left_out;
        continue;
      }
      std::string described = tools::to_valid_utf8(tool.description);
      described = tools::truncate_middle(described, mcp::limits::kDescriptionBytesMax);
      specs.push_back({name, "[" + server + "] " + described, offered_schema(tool.input_schema)});
    }
  }
  if (left_out > 0) note += std::to_string(left_out) + " tools of servers are left out.\n";
  std::ranges::sort(specs, {}, &tools::ToolSpec::name);
  return specs;
}

std::optional<approvals::Effect> McpService::effect_of(std::string_view name) const {
  const auto server = known(std::string(server_of_tool(name)));
  if (!server || !server->server().enabled) return std::nullopt;
  const auto tool = server->tools().find(std::string(name));
  if (tool == server->tools().end()) return std::nullopt;
  return server->server().is_read_only(tool->second.name) ? approvals::Effect::kReads
                                                          : approvals::Effect::kActs;
}

awaitable<Result<tools::ToolOutcome>> McpService::call(tools::Caller, std::string name,
                                                       json::object input, std::stop_token stop) {
  const std::string server(server_of_tool(name));
  const auto connection = known(server);
  if (!connection || !connection->tools().contains(name)) {
    co_return not_found("the server " + server + " has no tool " + name + " any more");
  }
  mcp::Tool tool = connection->tools().at(name);
  auto result = co_await connection->call(std::move(tool), std::move(input), std::move(stop));
  if (!result) co_return std::move(result).error().in("the MCP server " + server);
  tools::ToolOutcome outcome{.ok = result->ok, .output = std::move(result->text), .details = {}};
  if (!outcome.output.ends_with('\n')) outcome.output += '\n';
  co_return outcome;
}

json::object McpService::row(const std::string& name) const {
  json::object row{{"name", name}};
  const auto entry = parts_.book.servers().find(name);
  if (entry != parts_.book.servers().end()) {
    row["server"] = entry->second.server;
    row["set_by"] = entry->second.set_by;
  }
  const auto connection = known(name);
  row["state"] = to_string(connection ? connection->state() : McpConnection::State::kIdle);
  json::array tools;
  if (connection) {
    if (connection->state() == McpConnection::State::kFailed) {
      const Error error = connection->error();
      row["error"] = json::object{{"message", tools::to_valid_utf8(error.message)},
                                  {"hint", tools::to_valid_utf8(error.hint)}};
    }
    if (const auto sign_in = sign_ins_.find(name); sign_in != sign_ins_.end()) {
      const McpSignIn& known = *sign_in->second;
      row["sign_in"] = known.wanted() ? "wanted" : known.signed_in() ? "done" : "none";
    }
    if (json::object about = connection->about(); !about.empty()) row["about"] = std::move(about);
    for (const auto& [offered, tool] : connection->tools()) {
      tools.push_back(tool_row(connection->server(), offered, tool));
    }
    json::array left_out;
    for (const std::string& each : connection->left_out()) {
      left_out.push_back(json::string(tools::to_valid_utf8(each)));
    }
    if (!left_out.empty()) row["left_out"] = std::move(left_out);
  }
  row["tools"] = std::move(tools);
  return row;
}

json::object McpService::list() const {
  json::array rows;
  for (const auto& [name, entry] : parts_.book.servers()) rows.push_back(row(name));
  return {{"servers", std::move(rows)}};
}

awaitable<void> McpService::close() {
  closing_ = true;
  while (!connections_.empty()) forget(connections_.begin()->first);
  co_await endings_.join();
  co_await endings_.close();
}

}  // namespace coditect::workspace
