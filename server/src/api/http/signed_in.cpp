#include "api/http/signed_in.h"

#include "workspace/mcp/mcp_service.h"

namespace coditect::api {

namespace {

constexpr std::size_t kParameterBytesMax = 8u << 10;

awaitable<Result<json::value>> take(workspace::Workspace& workspace,
                                    mcp::oauth::Returned returned) {
  CO_TRY(const std::string name, co_await workspace.mcp().signed_in(std::move(returned)));
  co_return json::value(name);
}

net::Response page(int status, std::string text) {
  net::Response response{status, {}, std::move(text)};
  return std::move(response)
      .with("Content-Type", "text/plain; charset=utf-8")
      .with("Cache-Control", "no-store")
      .with("Referrer-Policy", "no-referrer");
}

}  // namespace

awaitable<net::Response> signed_in(registry::Registry& registry, Dispatcher& dispatcher,
                                   const net::Request& request) {
  mcp::oauth::Returned returned;
  const auto parameter = [&request](std::string_view name) {
    const auto value = request.find_query(name);
    return value && value->size() <= kParameterBytesMax ? std::string(*value) : std::string();
  };
  returned.state = parameter("state");
  returned.code = parameter("code");
  returned.error = parameter("error");
  if (request.find_query("iss")) returned.issuer = parameter("iss");
  const WorkspaceId id(returned.state.substr(0, returned.state.find('.')));
  const auto meta = co_await registry.find(id);
  if (!meta || meta->state != workspace::Meta::State::kReady) {
    co_return page(400, "Nobody waits for this sign-in. Begin it again in the studio.\n");
  }
  auto operation = [returned](workspace::Workspace& each) { return take(each, returned); };
  auto done = co_await dispatcher.perform(id, std::move(operation));
  if (!done) co_return page(400, "The sign-in failed: " + done.error().message + "\n");
  co_return page(
      200, "Signed in to " + std::string(done->get_string()) + ". You can close this window.\n");
}

}  // namespace coditect::api
