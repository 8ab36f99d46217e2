#include "api/http/api_handler.h"

#include <charconv>
#include <memory>

#include "api/http/openapi.h"
#include "api/http/signed_in.h"
#include "api/mcp/participant.h"
#include "api/people/people_limits.h"
#include "api/websocket/socket_session.h"
#include "base/check.h"
#include "base/limits.h"

namespace coditect::api {

namespace {

constexpr std::string_view kSubprotocol = "coditect.v1";

/// What anybody may ask: the studio itself, which holds no data, and the routes that say so. To the
/// callback of a sign-in a browser comes from another site, without its cookie: the state it
/// brings, which only the one who began the sign-in has, is what lets it in. An invitation is let
/// in by its secret.
bool is_open(const net::RequestHead& head, const RouteMatch* match, const StaticFiles& files) {
  if (head.is_websocket) return false;
  const bool reads = head.method == "GET" || head.method == "HEAD";
  if (match != nullptr) return match->route != nullptr && match->route->door == kOpen;
  return reads && files.has(head.path);
}

net::Response wrong_method(const std::string& allowed) {
  return net::problem(405, "", "this resource is not used that way", "use " + allowed)
      .with("Allow", allowed);
}

net::Response no_route(const net::RequestHead& head) {
  return net::problem(404, "", "there is nothing at " + head.path,
                      "GET /openapi.json lists what there is");
}

net::Response meta_response(int status, const Result<workspace::Meta>& meta) {
  return meta ? net::json_response(status, to_json(*meta)) : net::problem(meta.error());
}

OpenDoors::Door door_of(const std::weak_ptr<SocketSession>& session) {
  return {[session] { SocketSession::show_out(session); },
          [session](Role role) { SocketSession::take_role(session, role); },
          [session](std::shared_ptr<const std::string> message) {
            SocketSession::hear(session, std::move(message));
          }};
}

}  // namespace

std::optional<Caller> ApiHandler::caller_of(const net::RequestHead& head) const {
  if (parts_.authenticator.has_credentials(head)) return owner_caller(parts_.user);
  const auto id = parts_.authenticator.person_of(head);
  if (!id) return std::nullopt;
  const auto person = parts_.people.find(*id);
  if (!person) return std::nullopt;
  return Caller{"user:" + person->name, person->role, person->id, person->workspace, 0};
}

std::optional<net::Response> ApiHandler::authorize_head(const net::RequestHead& head) {
  const auto match = find_route(head.method, head.path);
  const bool open = is_open(head, match ? &*match : nullptr, parts_.files);
  const auto caller = open ? std::nullopt : caller_of(head);
  if (!open && !caller) {
    const bool in_query = head.find_query("token") || head.find_query("access_token");
    return net::problem(401, "", "no valid token was sent",
                        in_query ? "a token in a URL is never taken: send it in a header, "
                                   "Authorization: Bearer TOKEN"
                                 : "send Authorization: Bearer TOKEN, or open the login link that "
                                   "the server printed")
        .with("WWW-Authenticate", "Bearer");
  }
  if (!parts_.authenticator.is_from_here(head)) {
    return net::problem(403, "", "the Host or Origin header names another site",
                        "use the server's own address; further names go into `hosts` in "
                        "coditect.toml");
  }
  return open ? refuse_attempt(head) : refuse_caller(head, caller);
}

/// The one place where the roles of routes, and who is let into one workspace only, are honoured.
std::optional<net::Response> ApiHandler::refuse_caller(const net::RequestHead& head,
                                                       const std::optional<Caller>& caller) const {
  const auto match = find_route(head.method, head.path);
  if (!match || match->route == nullptr) return std::nullopt;  // answered as unknown
  const Route& route = *match->route;
  if (!may(caller->role, route.role)) {
    const std::string has(to_string(caller->role)), needs(to_string(route.role));
    return net::problem(
        403, "", "who is a " + has + " may not do this",
        "it takes the role " + needs + ": an owner of this server can invite you as one");
  }
  const bool elsewhere = !match->workspace.empty() && !is_people(route.operation) &&
                         !caller->only.empty() && match->workspace != caller->only;
  if (elsewhere) {
    return net::problem(403, "", "you were invited to another workspace",
                        "GET /workspaces lists what you are let into");
  }
  return std::nullopt;
}

/// Who has no credentials yet sends little, and does not try for ever.
std::optional<net::Response> ApiHandler::refuse_attempt(const net::RequestHead& head) const {
  if (head.method != "POST") return std::nullopt;
  if (!head.content_length || *head.content_length > limits::kJoinBodyBytesMax) {
    return net::problem(413, "", "an invitation is taken with less than 4 KiB",
                        "send Content-Length and {\"secret\", \"name\"}");
  }
  if (!parts_.attempts.is_over(head.remote_address)) return std::nullopt;
  return net::problem(429, "", "too many invitations that are not valid came from here",
                      "wait for a minute")
      .with("Retry-After", "60");
}

awaitable<std::optional<net::Response>> ApiHandler::handle(net::Request request,
                                                           net::ResponseStream& stream) {
  parts_.metrics.count_request();
  std::optional<net::Response> response;
  auto match = find_route(request.method, request.path);
  if (match && match->route != nullptr && is_mcp(match->route->operation)) {
    response = co_await mcp(std::move(request), stream, std::move(match->workspace));
  } else {
    response = co_await route(std::move(request));
  }
  if (!response) co_return std::nullopt;
  co_return (*std::move(response)).with("X-Content-Type-Options", "nosniff");
}

bool ApiHandler::receives(const net::RequestHead& head) const {
  const auto match = find_route(head.method, head.path);
  return match && match->route != nullptr && match->route->operation == Operation::kImport;
}

awaitable<std::optional<net::Response>> ApiHandler::receive(net::RequestHead head,
                                                            net::RequestBody& body,
                                                            net::ResponseStream& stream) {
  parts_.metrics.count_request();
  auto caller = caller_of(head);
  if (!caller) co_return net::problem(401, "", "you were let out");
  net::Response response =
      co_await provisions_.import(std::move(head), body, stream, std::move(caller->actor));
  co_return std::move(response).with("X-Content-Type-Options", "nosniff");
}

awaitable<std::optional<net::Response>> ApiHandler::mcp(net::Request request,
                                                        net::ResponseStream& stream,
                                                        WorkspaceId id) {
  if (!id.empty()) {
    auto meta = co_await parts_.registry.find(id);
    if (!meta) co_return net::problem(meta.error());
  }
  mcp::Mount mount{id.str(), std::string(request.find_query("agent").value_or(""))};
  if (request.find_query("agent")) {
    auto fits = check_participant(mount.caller);
    if (!fits) co_return net::problem(fits.error());
  }
  co_return co_await parts_.mcp.handle(std::move(request), stream, std::move(mount));
}

awaitable<net::Response> ApiHandler::route(net::Request request) {
  auto match = find_route(request.method, request.path);
  if (!match) {
    const bool reads = request.method == "GET" || request.method == "HEAD";
    co_return reads&& parts_.files.has(request.path) ? parts_.files.serve(request)
                                                     : no_route(request);
  }
  if (match->route == nullptr) co_return wrong_method(match->allowed);
  const Operation operation = match->route->operation;
  auto known = caller_of(request);
  // Somebody may have been removed since the head was looked at.
  if (!known && match->route->door != kOpen) co_return net::problem(401, "", "you were let out");
  Caller caller = known ? *std::move(known) : Caller{};
  if (is_about_keys(operation)) {
    if (parts_.keys == nullptr) co_return no_route(request);
    auto answer = co_await answer_about_keys(*parts_.keys, operation, request,
                                             match->workspace.str(), std::move(caller.actor));
    if (answer.status == 200 && changes_keys(operation)) {
      parts_.doors.tell(rpc_notification("provider_keys", {}));
    }
    co_return answer;
  }
  if (is_people(operation)) {
    co_return co_await parts_.people_handler.answer(operation, request, std::move(caller),
                                                    match->workspace.str());
  }
  co_return match->workspace.empty()
      ? co_await answer(operation, request, std::move(caller))
      : co_await answer(operation, request, std::move(caller), std::move(match->workspace));
}

awaitable<net::Response> ApiHandler::answer(Operation operation, const net::Request& request,
                                            Caller caller) {
  switch (operation) {
    case Operation::kLive: co_return net::json_response(200, json::object{{"status", "ok"}});
    case Operation::kHealth:
    case Operation::kReady: co_return co_await parts_.health.check();
    case Operation::kMetrics: co_return co_await parts_.metrics.text();
    case Operation::kOpenapi: co_return net::json_response(200, openapi_document());
    case Operation::kOpenrpc: co_return net::json_response(200, parts_.methods.openrpc());
    case Operation::kLogin: co_return login(request);
    case Operation::kLogout:
      co_return net::Response{204, {}, {}}.with("Set-Cookie", Authenticator::logout_cookie());
    case Operation::kSignedIn:
      co_return co_await signed_in(parts_.registry, parts_.dispatcher, request);
    case Operation::kList: co_return co_await workspaces(request, caller);
    case Operation::kProvision:
      co_return co_await provisions_.provision(request, std::move(caller.actor));
    default: break;
  }
  check(false, "a route without a workspace is answered above");
  co_return no_route(request);
}

net::Response ApiHandler::login(const net::Request& request) const {
  if (!parts_.authenticator.has_token(request)) {
    return net::problem(401, "", "the token itself is needed to log in",
                        "send Authorization: Bearer TOKEN");
  }
  return net::Response{204, {}, {}}.with("Set-Cookie", parts_.authenticator.login_cookie());
}

awaitable<net::Response> ApiHandler::workspaces(const net::Request& request, const Caller& caller) {
  std::size_t limit = 100;
  if (const auto text = request.find_query("limit")) {
    const auto parsed = std::from_chars(text->data(), text->data() + text->size(), limit);
    if (parsed.ec != std::errc() || parsed.ptr != text->data() + text->size() || limit == 0 ||
        limit > limits::kPageMax) {
      co_return net::problem(400, "", "'limit' is not a number from 1 to 1000");
    }
  }
  if (!caller.only.empty()) {
    json::array rows;
    auto meta = co_await parts_.registry.find(caller.only);
    if (meta) rows.push_back(to_json(*meta));
    co_return net::json_response(200, json::object{{"workspaces", std::move(rows)}});
  }
  registry::Page page =
      co_await parts_.registry.list(std::string(request.find_query("cursor").value_or("")), limit);
  json::array rows;
  for (const workspace::Meta& meta : page.workspaces) rows.push_back(to_json(meta));
  json::object answer{{"workspaces", std::move(rows)}};
  if (!page.next_cursor.empty()) answer["next_cursor"] = page.next_cursor;
  co_return net::json_response(200, answer);
}

awaitable<net::Response> ApiHandler::answer(Operation operation, const net::Request& request,
                                            Caller caller, WorkspaceId id) {
  registry::Registry& registry = parts_.registry;
  switch (operation) {
    case Operation::kFind: co_return meta_response(200, co_await registry.find(id));
    case Operation::kRemove:
      co_return meta_response(200, co_await registry.remove(id, caller.actor));
    case Operation::kSleep: co_return meta_response(200, co_await registry.sleep(id));
    case Operation::kRenew: co_return meta_response(200, co_await registry.renew(id, caller.actor));
    case Operation::kUndelete:
      co_return meta_response(200, co_await registry.undelete(id, caller.actor));
    case Operation::kProvisionStop: co_return provisions_.stop(id.str());
    case Operation::kRpc: co_return co_await rpc(request, std::move(caller), std::move(id));
    case Operation::kWake: {
      auto woken = co_await registry.wake(id);
      if (!woken) co_return net::problem(woken.error());
      co_return meta_response(200, co_await registry.find(id));
    }
    case Operation::kSocket: {
      auto meta = co_await registry.find(id);
      if (!meta) co_return net::problem(meta.error());
      co_return net::problem(426, "", "this is a WebSocket",
                             "upgrade with subprotocol " + std::string(kSubprotocol))
          .with("Upgrade", "websocket");
    }
    default: break;
  }
  check(false, "a route with a workspace is answered above");
  co_return no_route(request);
}

awaitable<net::Response> ApiHandler::rpc(const net::Request& request, Caller caller,
                                         WorkspaceId id) {
  auto meta = co_await parts_.registry.find(id);
  if (!meta) co_return net::problem(meta.error());
  auto parsed = parse_rpc(request.body);
  if (auto* refused = std::get_if<json::object>(&parsed)) {
    co_return net::json_response(400, *refused);
  }
  auto& message = std::get<RpcMessage>(parsed);
  json::array responses;
  for (auto& each : message.calls) {
    if (auto* refused = std::get_if<RpcMessage::Refused>(&each)) {
      responses.push_back(std::move(refused->response));
      continue;
    }
    parts_.metrics.count_call();
    auto response = co_await parts_.dispatcher.call(id, std::move(std::get<RpcCall>(each)), caller);
    if (response) responses.push_back(*std::move(response));
  }
  if (responses.empty()) co_return net::Response{204, {}, {}};
  co_return message.batch ? net::json_response(200, responses)
                          : net::json_response(200, responses[0]);
}

awaitable<net::UpgradeAnswer> ApiHandler::upgrade(const net::RequestHead& head) {
  const auto match = find_route(head.method, head.path);
  if (!match || match->route == nullptr || match->route->operation != Operation::kSocket) {
    co_return no_route(head);
  }
  auto meta = co_await parts_.registry.find(match->workspace);
  if (!meta) co_return net::problem(meta.error());
  const auto offered = head.offered_subprotocols();
  if (offered.empty()) co_return net::AcceptUpgrade{};
  for (const std::string& protocol : offered) {
    if (protocol == kSubprotocol) co_return net::AcceptUpgrade{protocol};
  }
  co_return net::problem(400, "", "none of the offered subprotocols is spoken here",
                         "offer " + std::string(kSubprotocol));
}

awaitable<void> ApiHandler::websocket(net::Request request, net::WebSocket& socket) {
  const auto match = find_route(request.method, request.path);
  auto caller = caller_of(request);
  if (!caller) co_return;  // removed since the upgrade was let pass
  const Metrics::Connection counted(parts_.metrics);
  auto session =
      std::make_shared<SocketSession>(socket, parts_.dispatcher, match->workspace, *caller);
  const OpenDoors::Guest guest(parts_.doors, caller->person, door_of(session));
  // Removed, or in another role, while the door was not yet known to be open.
  caller = caller_of(request);
  if (!caller) co_return;
  SocketSession::take_role(session, caller->role);
  co_await SocketSession::run(std::move(session));
}

}  // namespace coditect::api
