#include "protocols/mcp/server.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"
#include "protocols/mcp/limits.h"
#include "protocols/mcp/meta.h"

namespace coditect::mcp {

namespace {

void log_failure(std::string_view task, const std::string& what) {
  spdlog::error("mcp: {} failed: {}", task, what);
}

/// The HTTP status of a modern answer that is an error.
int status_of(Code code) {
  switch (code) {
    case Code::kMethodNotFound: return 404;
    case Code::kHeaderMismatch:
    case Code::kMissingCapability:
    case Code::kUnsupportedVersion: return 400;
    default: return 200;
  }
}

}  // namespace

Server::Server(asio::any_io_executor executor, Features& features, const Clock& clock)
    : strand_(make_strand(std::move(executor))),
      features_(features),
      clock_(clock),
      states_(clock),
      tasks_(strand_, log_failure) {}

Server::~Server() = default;

awaitable<Server::Accepted> Server::accept(Incoming incoming) {
  return run_on(strand_, accept_on_strand(std::move(incoming)));
}

awaitable<Server::Accepted> Server::listen(net::Headers headers, Mount mount) {
  return run_on(strand_, listen_on_strand(std::move(headers), std::move(mount)));
}

awaitable<Server::Accepted> Server::finish(net::Headers headers, Mount mount) {
  return run_on(strand_, finish_on_strand(std::move(headers), std::move(mount)));
}

awaitable<void> Server::close() { return run_on(strand_, close_on_strand()); }

awaitable<Server::Accepted> Server::accept_on_strand(Incoming incoming) {
  check(strand_.running_in_this_thread());
  if (auto* unreadable = std::get_if<Unreadable>(&incoming.message)) {
    co_return Accepted{.status = 400, .body = error_message(unreadable->id, unreadable->refusal)};
  }
  if (closed_ || calls_.size() >= limits::kCallsMax) {
    const Refusal busy{
        Code::kFailed, closed_ ? "the server stops" : "too many calls are under way", {}};
    co_return Accepted{.status = 503, .body = error_message(nullptr, busy)};
  }
  if (auto* request = std::get_if<Request>(&incoming.message)) {
    Request taken = std::move(*request);
    co_return era_of(incoming.headers, taken) == Era::kModern
        ? take_modern(incoming, std::move(taken))
        : take_legacy(incoming, std::move(taken));
  }
  if (const auto* notification = std::get_if<Notification>(&incoming.message)) {
    co_return take_notification(incoming, *notification);
  }
  auto found = session_of(incoming.headers, incoming.mount);
  if (auto* refused = std::get_if<Accepted>(&found)) co_return std::move(*refused);
  const bool awaited =
      std::get<std::shared_ptr<Session>>(found)->take_answer(std::get<Response>(incoming.message));
  if (awaited) co_return Accepted{};
  const Refusal stray{Code::kInvalidRequest, "nobody asked for this answer", {}};
  co_return Accepted{.status = 400, .body = error_message(nullptr, stray)};
}

awaitable<void> Server::run(Started started) {
  Reply reply = Refusal{};
  try {
    reply = co_await features_.answer(*started.call);
  } catch (const std::exception& failure) {
    log_failure(started.request.method, failure.what());
  }
  calls_.erase(started.call);
  if (started.session) {
    started.session->end_call(started.request.id);
    started.session->touch(clock_.steady());
  }
  // Whoever cancels a request is not answered.
  if (started.call->stop().stop_requested() && !closed_) {
    started.stream->end();
    co_return;
  }
  int status = 200;
  std::string text = finished(started, std::move(reply), status);
  started.stream->finish(std::move(text), status);
}

std::string Server::finished(const Started& started, Reply reply, int& status) const {
  const json::value& id = started.request.id;
  const bool modern = started.session == nullptr;
  if (auto* result = std::get_if<json::object>(&reply)) {
    return json::serialize(
        result_message(id, modern ? modern_result(started, std::move(*result)) : *result));
  }
  if (auto* wanted = std::get_if<InputRequired>(&reply)) {
    check(modern, "a legacy client is asked while its request waits");
    json::object questions;
    for (auto& [key, question] : wanted->questions) {
      questions[key] = {{"method", question.method}, {"params", std::move(question.params)}};
    }
    json::object result{{"resultType", "input_required"}, {"inputRequests", std::move(questions)}};
    if (!wanted->state.empty()) {
      result["requestState"] = states_.seal(wanted->state, started.call->purpose());
    }
    return json::serialize(result_message(id, modern_result(started, std::move(result))));
  }
  auto& refusal = std::get<Refusal>(reply);
  if (modern && refusal.code == Code::kResourceNotFound) refusal.code = Code::kInvalidParams;
  if (modern) status = status_of(refusal.code);
  return json::serialize(error_message(id, refusal));
}

json::object Server::identity() const {
  const Features::Identity self = features_.identity();
  return {{"name", self.name}, {"version", self.version}};
}

void Server::tell_change(const std::string& what) {
  check(strand_.running_in_this_thread());
  const std::string method = "notifications/" + what + "/list_changed";
  for (const auto& [id, session] : sessions_) {
    if (!session->standalone()->has_reader()) continue;
    session->standalone()->push(json::serialize(notification_message(method, {})));
  }
  for (const Listener& listener : listeners_) {
    if (!find_bool(listener.filter, what + "ListChanged").value_or(false)) continue;
    json::object params{{"_meta", {{meta::kSubscriptionId, listener.id}}}};
    listener.stream->push(json::serialize(notification_message(method, std::move(params))));
  }
}

void Server::resource_updated(const std::string& uri) {
  check(strand_.running_in_this_thread());
  constexpr std::string_view kMethod = "notifications/resources/updated";
  for (const auto& [id, session] : sessions_) {
    if (!session->subscriptions().contains(uri) || !session->standalone()->has_reader()) continue;
    session->standalone()->push(json::serialize(notification_message(kMethod, {{"uri", uri}})));
  }
  for (const Listener& listener : listeners_) {
    const json::array* uris = find_array(listener.filter, "resourceSubscriptions");
    if (uris == nullptr || std::ranges::find(*uris, json::value(uri)) == uris->end()) continue;
    json::object params{{"_meta", {{meta::kSubscriptionId, listener.id}}}, {"uri", uri}};
    listener.stream->push(json::serialize(notification_message(kMethod, std::move(params))));
  }
}

awaitable<void> Server::close_on_strand() {
  closed_ = true;
  for (const auto& call : calls_) call->request_stop();
  for (const auto& [id, session] : sessions_) session->end();
  for (const Listener& listener : listeners_) listener.stream->end();
  listeners_.clear();
  co_await tasks_.join();
  sessions_.clear();
}

}  // namespace coditect::mcp
