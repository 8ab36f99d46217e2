// The revisions that begin with `initialize` and keep a session.
#include <algorithm>

#include "base/check.h"
#include "base/random.h"
#include "protocols/mcp/limits.h"
#include "protocols/mcp/server.h"

namespace coditect::mcp {

namespace {

Server::Accepted refused(int status, const json::value& id, Code code, std::string message) {
  return {.status = status, .body = error_message(id, {code, std::move(message), {}})};
}

/// "STREAM_NUMBER", as events are numbered; nothing for what is no such place.
struct Place {
  std::string stream;
  std::uint64_t number = 0;
};
std::optional<Place> place_of(std::string_view text) {
  const auto line = text.rfind('_');
  if (line == std::string_view::npos || text.size() - line > 20) return std::nullopt;
  Place place{std::string(text.substr(0, line)), 0};
  for (const char digit : text.substr(line + 1)) {
    if (digit < '0' || digit > '9') return std::nullopt;
    place.number = place.number * 10 + static_cast<std::uint64_t>(digit - '0');
  }
  return place;
}

Reply set_level(Session& session, const json::object& params) {
  const std::string level = find_string(params, "level").value_or("");
  if (!severity(level)) return Refusal{Code::kInvalidParams, "'level' is no level of a log", {}};
  session.set_log_level(level);
  return json::object{};
}

Reply change_subscription(Session& session, const Request& request) {
  const auto uri = find_string(request.params, "uri");
  if (!uri) return Refusal{Code::kInvalidParams, "'uri' is missing", {}};
  if (request.method == "resources/unsubscribe") {
    session.subscriptions().erase(*uri);
  } else if (session.subscriptions().size() >= limits::kSubscriptionsMax) {
    return Refusal{Code::kFailed, "too many subscriptions", {}};
  } else {
    session.subscriptions().insert(*uri);
  }
  return json::object{};
}

bool offers(const json::object& capabilities, std::string_view what, std::string_view part) {
  const json::object* offered = find_object(capabilities, what);
  return offered != nullptr && find_bool(*offered, part).value_or(false);
}

}  // namespace

std::variant<std::shared_ptr<Session>, Server::Accepted> Server::session_of(
    const net::Headers& headers, const Mount& mount) {
  sweep();
  const auto version = net::find_header(headers, "MCP-Protocol-Version");
  if (version && !is_legacy(*version)) {
    return refused(400, nullptr, Code::kInvalidRequest,
                   "no session has protocol version '" + std::string(*version) + "'");
  }
  const auto id = net::find_header(headers, "Mcp-Session-Id");
  if (!id) {
    return refused(400, nullptr, Code::kInvalidRequest,
                   "Mcp-Session-Id is missing: begin with initialize");
  }
  const auto place = sessions_.find(*id);
  if (place == sessions_.end() || place->second->mount() != mount) {
    return refused(404, nullptr, Code::kInvalidRequest,
                   "there is no such session: begin again with initialize");
  }
  place->second->touch(clock_.steady());
  return place->second;
}

void Server::sweep() {
  const SteadyTime now = clock_.steady();
  std::erase_if(sessions_, [now](const auto& each) {
    const bool gone =
        !each.second->busy() && now - each.second->last_used() > limits::kSessionIdleMax;
    if (gone) each.second->end();
    return gone;
  });
  while (sessions_.size() >= limits::kSessionsMax) {
    const auto rank = [](const auto& each) {
      return std::pair(each.second->busy(), each.second->last_used());
    };
    const auto idlest = std::ranges::min_element(sessions_, {}, rank);
    idlest->second->end();
    sessions_.erase(idlest);
  }
}

Server::Accepted Server::take_legacy(const Incoming& incoming, Request request) {
  if (request.method == "initialize") return open_session(incoming, request);
  auto found = session_of(incoming.headers, incoming.mount);
  if (auto* refusal = std::get_if<Accepted>(&found)) {
    refusal->body->insert_or_assign("id", request.id);
    return std::move(*refusal);
  }
  auto session = std::get<std::shared_ptr<Session>>(std::move(found));
  if (auto reply = answer_at_once(*session, request)) {
    if (auto* refusal = std::get_if<Refusal>(&*reply)) {
      return {.status = 200, .body = error_message(request.id, *refusal)};
    }
    return {.status = 200,
            .body = result_message(request.id, std::get<json::object>(*std::move(reply)))};
  }
  return start_legacy(std::move(session), std::move(request));
}

Server::Accepted Server::open_session(const Incoming& incoming, const Request& request) {
  const json::object* info = find_object(request.params, "clientInfo");
  const json::object* capabilities = find_object(request.params, "capabilities");
  const auto wanted = find_string(request.params, "protocolVersion");
  if (!wanted || info == nullptr || capabilities == nullptr) {
    return refused(200, request.id, Code::kInvalidParams,
                   "initialize needs protocolVersion, capabilities and clientInfo");
  }
  sweep();
  Session::Opening opening{new_secret(),
                           incoming.mount,
                           std::string(negotiated(*wanted)),
                           {find_string(*info, "name").value_or(""),
                            find_string(*info, "version").value_or(""), *capabilities}};
  json::object result{{"protocolVersion", opening.revision},
                      {"capabilities", features_.capabilities()},
                      {"serverInfo", identity()}};
  const std::string instructions = features_.identity().instructions;
  if (!instructions.empty()) result["instructions"] = instructions;
  auto session = std::make_shared<Session>(strand_, std::move(opening));
  session->touch(clock_.steady());
  sessions_[session->id()] = session;
  return {.status = 200,
          .body = result_message(request.id, std::move(result)),
          .session = session->id()};
}

std::optional<Reply> Server::answer_at_once(Session& session, const Request& request) const {
  if (request.method == "ping") return json::object{};
  const json::object capabilities = features_.capabilities();
  if (request.method == "logging/setLevel" && capabilities.contains("logging")) {
    return set_level(session, request.params);
  }
  const bool subscribes =
      request.method == "resources/subscribe" || request.method == "resources/unsubscribe";
  if (subscribes && offers(capabilities, "resources", "subscribe")) {
    return change_subscription(session, request);
  }
  return std::nullopt;
}

Server::Accepted Server::start_legacy(std::shared_ptr<Session> session, Request request) {
  auto stream = session->new_stream();
  // The call outlives what it is asked through.
  auto call = std::make_shared<Call>(Call::Parts{.method = request.method,
                                                 .params = request.params,
                                                 .era = Era::kLegacy,
                                                 .client = session->client(),
                                                 .mount = session->mount(),
                                                 .log_level = session->log_level(),
                                                 .answers = {},
                                                 .state = {},
                                                 .stream = stream,
                                                 .send = nullptr});
  call->send_through([session, stream, caller = std::weak_ptr(call)](Question question) {
    const auto asking = caller.lock();
    check(asking != nullptr, "a call that asks is under way");
    return session->ask(stream, std::move(question), asking->stop());
  });
  calls_.insert(call);
  session->begin_call(request.id, call);
  Accepted accepted{.status = 200, .stream = stream};
  accepted.primed = takes_priming_events(session->revision());
  accepted.delivered = [session, id = stream->id()] { session->drop(id); };
  const std::string name = request.method;
  tasks_.spawn(name, run({std::move(request), std::move(call), std::move(stream), session}));
  return accepted;
}

Server::Accepted Server::take_notification(const Incoming& incoming,
                                           const Notification& notification) {
  const auto version = net::find_header(incoming.headers, "MCP-Protocol-Version");
  // Over HTTP there is none that means anything since 2026-07-28.
  if (version && *version == kModernRevision) return {};
  auto found = session_of(incoming.headers, incoming.mount);
  if (auto* refusal = std::get_if<Accepted>(&found)) return std::move(*refusal);
  if (notification.method == "notifications/cancelled") {
    const json::value* id = notification.params.if_contains("requestId");
    if (id != nullptr) std::get<std::shared_ptr<Session>>(found)->cancel(*id);
  }
  return {};
}

awaitable<Server::Accepted> Server::listen_on_strand(net::Headers headers, Mount mount) {
  check(strand_.running_in_this_thread());
  if (closed_) co_return refused(503, nullptr, Code::kFailed, "the server stops");
  auto found = session_of(headers, mount);
  if (auto* refusal = std::get_if<Accepted>(&found)) co_return std::move(*refusal);
  const auto session = std::get<std::shared_ptr<Session>>(found);
  const auto last = net::find_header(headers, "Last-Event-ID");
  Accepted accepted{.status = 200, .stream = session->standalone()};
  accepted.primed = takes_priming_events(session->revision());
  if (last) {
    const auto place = place_of(*last);
    const auto stream = place ? session->find_stream(place->stream) : nullptr;
    if (stream == nullptr) {
      co_return refused(400, nullptr, Code::kInvalidRequest,
                        "nothing is kept of the stream that Last-Event-ID names");
    }
    accepted.stream = stream;
    accepted.after = place->number;
    accepted.delivered = [session, id = stream->id()] { session->drop(id); };
  }
  co_return accepted;
}

awaitable<Server::Accepted> Server::finish_on_strand(net::Headers headers, Mount mount) {
  check(strand_.running_in_this_thread());
  auto found = session_of(headers, mount);
  if (auto* refusal = std::get_if<Accepted>(&found)) co_return std::move(*refusal);
  const auto session = std::get<std::shared_ptr<Session>>(found);
  session->end();
  sessions_.erase(session->id());
  co_return Accepted{.status = 204};
}

}  // namespace coditect::mcp
