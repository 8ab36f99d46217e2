// A client for the protocol's conformance kit: connects to the server whose URL is its last
// argument, calls every tool that it offers, and leaves.
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <iostream>
#include <string>

#include "protocols/mcp/client/client.h"
#include "protocols/mcp/client/http_transport.h"
#include "testing/mcp/client/auto_sign_in.h"

namespace coditect::mcp {
namespace {

constexpr CallTime kTime{std::chrono::seconds(20), std::chrono::seconds(20)};

std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// Something for every argument that the schema knows; an object is the schema of another tool.
json::object arguments_for(const Tool& tool, const json::object& other) {
  json::object arguments;
  const json::object* properties = find_object(tool.input_schema, "properties");
  if (properties == nullptr) return arguments;
  for (const auto& each : *properties) {
    const json::object* property = each.value().if_object();
    const std::string type = property == nullptr ? "" : find_string(*property, "type").value_or("");
    if (type == "string") arguments[each.key()] = "text";
    if (type == "number" || type == "integer") arguments[each.key()] = 5;
    if (type == "boolean") arguments[each.key()] = true;
    if (type == "object") arguments[each.key()] = other;
  }
  return arguments;
}

/// The calls that the scenario names; every tool once where it names none.
std::vector<std::pair<Tool, json::object>> calls_of(const std::vector<Tool>& tools,
                                                    const json::object& context) {
  std::vector<std::pair<Tool, json::object>> calls;
  const json::array* named = find_array(context, "toolCalls");
  for (const Tool& tool : tools) {
    if (named == nullptr) calls.emplace_back(tool, arguments_for(tool, tools.front().input_schema));
    for (const json::value& each : named == nullptr ? json::array() : *named) {
      const json::object& call = each.as_object();
      const json::object* arguments = find_object(call, "arguments");
      if (find_string(call, "name") != tool.name) continue;
      calls.emplace_back(tool, arguments == nullptr ? json::object() : *arguments);
    }
  }
  return calls;
}

awaitable<Result<void>> talk(Client& client, Transport& transport, const json::object& context) {
  CO_TRY_VOID(co_await client.connect(transport, {}));
  CO_TRY(const std::vector<Tool> tools, co_await client.list_tools({}));
  for (const std::string& each : client.left_out()) std::cout << "left out: " << each << '\n';
  for (auto& [tool, arguments] : calls_of(tools, context)) {
    auto result = co_await client.call_tool(tool, std::move(arguments), kTime, {});
    std::cout << tool.name << ": " << (result ? result->text : result.error().message) << '\n';
    if (!result && result.error().code == Errc::kDenied) co_return std::move(result).error();
  }
  co_return Result<void>{};
}

awaitable<Result<void>> run(Strand strand, std::string url) {
  const auto parsed = parse_json_object(variable("MCP_CONFORMANCE_CONTEXT"));
  const json::object context = parsed ? *parsed : json::object();
  Client::Options options{.name = "coditect-conformance-client",
                          .version = "1",
                          .start = kTime,
                          .probe = kTime,
                          .first = Era::kModern};
  if (variable("MCP_CONFORMANCE_PROTOCOL_VERSION") != kModernRevision) options.first = Era::kLegacy;
  Client client(std::move(options));
  oauth::HttpFetch fetch(strand, {});
  oauth::Wanted wanted{.server_url = url, .client_name = "coditect-conformance-client"};
  wanted.client_id = find_string(context, "client_id").value_or("");
  wanted.client_secret = find_string(context, "client_secret").value_or("");
  wanted.redirect_uri = "http://127.0.0.1:3333/oauth/callback";
  AutoSignIn sign_in(fetch, std::move(wanted));
  HttpTransport::Options way;
  CO_TRY(way.url, net_client::parse_base_url(url));
  CO_TRY(const auto transport, HttpTransport::create(strand, std::move(way), client, &sign_in));
  auto talked = co_await talk(client, *transport, context);
  co_await transport->close();
  co_return talked;
}

int main_with(const std::string& url) {
  asio::io_context io;
  const Strand strand = make_strand(io.get_executor());
  auto done = asio::co_spawn(strand, run(strand, url), asio::use_future);
  io.run();
  const Result<void> result = done.get();
  if (result) return 0;
  std::cerr << result.error().message << '\n';
  return 1;
}

}  // namespace
}  // namespace coditect::mcp

int main(int count, char** arguments) {
  if (count < 2) {
    std::cerr << "usage: mcp_conformance_client URL\n";
    return 2;
  }
  return coditect::mcp::main_with(arguments[count - 1]);
}
