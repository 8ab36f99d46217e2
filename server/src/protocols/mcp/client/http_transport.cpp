#include "protocols/mcp/client/http_transport.h"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>

#include "protocols/mcp/client/client_limits.h"
#include "protocols/mcp/revision.h"

namespace coditect::mcp {

namespace {

using net_client::HttpError;

/// A call has a watch of its own, which ends before these do.
constexpr std::chrono::hours kNeverReached{24};
constexpr CallTime kNoticeTime{std::chrono::seconds(10), std::chrono::seconds(10)};
constexpr int kChallengesMax = 3;
constexpr std::size_t kShownBytesMax = 500;
constexpr int kAccepted = 202;

Error error_of(const HttpError& error) {
  if (error.kind == HttpError::Kind::kCancelled) {
    return Error{Errc::kCancelled, "the call was stopped", {}};
  }
  return unavailable("it cannot be reached: " + error.message);
}

bool is_stream(const net_client::HttpHead& head) {
  return net_client::find_header(head.headers, "Content-Type").starts_with("text/event-stream");
}

bool is_ok(int status) { return status >= 200 && status < 300; }

/// A scope that a token lacks, as RFC 6750 says it: only then a 403 is a question.
bool wants_more(std::string_view authenticate) {
  return authenticate.contains("insufficient_scope");
}

/// Servers repeat ids as text that were sent as numbers.
bool answers(const Response& response, std::int64_t id) {
  if (response.id.is_int64()) return response.id.get_int64() == id;
  return response.id.is_string() && response.id.get_string() == std::to_string(id);
}

}  // namespace

Result<std::unique_ptr<HttpTransport>> HttpTransport::create(const Strand& strand, Options options,
                                                             Listener& listener,
                                                             Authorizer* authorizer) {
  // The prefix is the whole path, and a path is never empty.
  std::string target = options.url.prefix.empty() ? "/" : "";
  net_client::HttpClientOptions http;
  http.base = std::move(options.url);
  http.proxy = std::move(options.proxy);
  http.times = {limits::kConnectMax, kNeverReached, kNeverReached};
  // A stream of a long call may bring more than one message.
  http.body_bytes_max = 8 * limits::kMessageBytesMax;
  http.idle_connections_max = 4;
  http.trusted_certificates = std::move(options.trusted_certificates);
  TRY(std::unique_ptr<net_client::HttpClient> client,
      net_client::make_http_client(std::move(http)));
  return std::unique_ptr<HttpTransport>(new HttpTransport(strand, std::move(target),
                                                          std::move(options.headers),
                                                          std::move(client), listener, authorizer));
}

net_client::Headers HttpTransport::common_headers(const std::string& token) const {
  net_client::Headers headers{{"Accept", "application/json, text/event-stream"}};
  if (!revision_.empty()) headers.push_back({"MCP-Protocol-Version", revision_});
  if (!session_.empty()) headers.push_back({"Mcp-Session-Id", session_});
  if (!token.empty()) headers.push_back({"Authorization", "Bearer " + token});
  headers.insert(headers.end(), headers_.begin(), headers_.end());
  return headers;
}

awaitable<Result<HttpTransport::Answer>> HttpTransport::send(net_client::HttpRequest request,
                                                             std::stop_token stop) {
  const net_client::Headers own = request.headers;
  for (int challenges = 0;; ++challenges) {
    std::string token;
    if (authorizer_ != nullptr) {
      CO_TRY(token, co_await authorizer_->token());
    }
    net_client::HttpRequest attempt = request;
    attempt.target = target_;
    attempt.headers = common_headers(token);
    attempt.headers.insert(attempt.headers.end(), own.begin(), own.end());
    auto answer = co_await http_->send(std::move(attempt), stop);
    if (!answer) co_return error_of(answer.error());
    const int status = (*answer)->head().status;
    const std::string asked(net_client::find_header((*answer)->head().headers, "WWW-Authenticate"));
    if (status != 401 && !(status == 403 && wants_more(asked))) co_return *std::move(answer);
    if (authorizer_ == nullptr || challenges == kChallengesMax) {
      co_return Error{Errc::kDenied, "it does not let us in: HTTP " + std::to_string(status),
                      "check the token that it is given"};
    }
    answer->reset();
    Challenge challenge{status, asked};
    auto let_in = co_await authorizer_->challenged(std::move(challenge), std::move(token));
    if (let_in) continue;
    Error why = std::move(let_in).error();
    // Whatever went wrong, it is no word of the server about the request.
    if (why.code != Errc::kCancelled) why.code = Errc::kDenied;
    co_return why;
  }
}

awaitable<Result<Response>> HttpTransport::ask(Outgoing request, std::stop_token stop) {
  CallWatch watch(strand_, request.time, std::move(stop));
  json::object message{{"jsonrpc", "2.0"},
                       {"id", request.id},
                       {"method", request.method},
                       {"params", request.params}};
  net_client::HttpRequest post{.method = "POST", .headers = request.headers};
  post.headers.push_back({"Content-Type", "application/json"});
  post.body = json::serialize(message);
  Result<Response> response = unavailable("it did not answer");
  auto answer = co_await send(std::move(post), watch.token());
  if (!answer) {
    response = std::move(answer).error();
  } else {
    watch.alive();
    const net_client::HttpHead& head = (*answer)->head();
    if (request.method == "initialize" && is_ok(head.status)) {
      session_ = std::string(net_client::find_header(head.headers, "Mcp-Session-Id"));
    }
    response = is_stream(head) && is_ok(head.status)
                   ? co_await read_stream(*std::move(answer), request, watch)
                   : co_await read_json(**answer, request);
  }
  if (const auto over = watch.over(); over && !response) {
    // Without a session the closed connection says it.
    if (!session_.empty()) co_await tell_cancelled(request.id);
    co_return *over;
  }
  co_return response;
}

awaitable<void> HttpTransport::tell_cancelled(std::int64_t id) {
  json::object params{{"requestId", id}, {"reason", "the caller gave up"}};
  // A server that cannot be told will find out.
  (void)(co_await tell("notifications/cancelled", std::move(params))).ok();
}

awaitable<Error> HttpTransport::failure(net_client::HttpResponse& answer) const {
  const int status = answer.head().status;
  auto body = co_await net_client::read_all(answer, limits::kMessageBytesMax);
  const std::string said = "it answered HTTP " + std::to_string(status);
  if (status >= 300 && status < 400) {
    co_return Error{Errc::kInvalid, said + ": it has moved", "set its new URL"};
  }
  if (status == 404 && !session_.empty()) {
    co_return Error{Errc::kConflict, said + ": it has ended the session", {}};
  }
  std::string more = body ? body->substr(0, kShownBytesMax) : std::string();
  if (!more.empty()) more = ": " + more;
  if (status == 404 || status == 405) co_return Error{Errc::kNotFound, said + more, {}};
  if (status == 403) co_return Error{Errc::kDenied, said + more, {}};
  if (status >= 500) co_return unavailable(said + more);
  co_return Error{Errc::kInvalid, said + more, {}};
}

awaitable<Result<Response>> HttpTransport::read_json(net_client::HttpResponse& answer,
                                                     const Outgoing& request) {
  const int status = answer.head().status;
  const bool json = net_client::find_header(answer.head().headers, "Content-Type")
                        .starts_with("application/json");
  if (!json || (!is_ok(status) && status == 404 && !session_.empty())) {
    if (!is_ok(status)) co_return co_await failure(answer);
    co_return unavailable("its answer is neither JSON nor a stream of events",
                          "is this the URL of a server that speaks MCP?");
  }
  auto body = co_await net_client::read_all(answer, limits::kMessageBytesMax);
  if (!body) co_return error_of(body.error());
  Message message = parse_message(*body);
  if (auto* response = std::get_if<Response>(&message)) {
    // An error of the whole request may have no id.
    const bool refusal = std::holds_alternative<Refusal>(response->outcome);
    if (answers(*response, request.id) || (refusal && response->id.is_null())) {
      co_return std::move(*response);
    }
  }
  if (is_ok(status)) co_return unavailable("its answer is no answer to this request");
  const Errc code = status == 404 || status == 405 ? Errc::kNotFound
                    : status >= 500                ? Errc::kUnavailable
                                                   : Errc::kInvalid;
  co_return Error{
      code,
      "it answered HTTP " + std::to_string(status) + ": " + body->substr(0, kShownBytesMax),
      {}};
}

awaitable<Result<std::optional<Response>>> HttpTransport::take(std::string text,
                                                               const Outgoing& request) {
  Message message = parse_message(text);
  if (auto* response = std::get_if<Response>(&message)) {
    const bool refusal = std::holds_alternative<Refusal>(response->outcome);
    if (answers(*response, request.id) || (refusal && response->id.is_null())) {
      co_return std::optional(std::move(*response));
    }
  } else if (const auto* notification = std::get_if<Notification>(&message)) {
    listener_.hear(*notification);
  } else if (const auto* asked = std::get_if<Request>(&message)) {
    CO_TRY_VOID(co_await post(listener_.answer(*asked), {}));
  } else {
    co_return unavailable("it sent an event that is no message: " + text.substr(0, kShownBytesMax));
  }
  co_return std::optional<Response>();
}

awaitable<Result<std::optional<Response>>> HttpTransport::read_events(
    net_client::HttpResponse& answer, EventStream& stream, const Outgoing& request,
    CallWatch& watch) {
  for (;;) {
    auto bytes = co_await answer.read();
    if (!bytes) {
      // A stream that is cut can be gone on with, as one that was ended can.
      const bool cut = bytes.error().kind == HttpError::Kind::kCut;
      if (cut && !stream.last_id().empty()) co_return std::optional<Response>();
      co_return error_of(bytes.error());
    }
    if (bytes->empty()) co_return std::optional<Response>();
    watch.alive();
    std::vector<std::string> events;
    CO_TRY_VOID(stream.feed(*bytes, events));
    for (std::string& event : events) {
      CO_TRY(std::optional<Response> response, co_await take(std::move(event), request));
      if (response) co_return response;
    }
  }
}

awaitable<Result<Response>> HttpTransport::read_stream(Answer answer, const Outgoing& request,
                                                       CallWatch& watch) {
  EventStream stream(limits::kMessageBytesMax);
  for (int resumptions = 0;; ++resumptions) {
    CO_TRY(std::optional<Response> response, co_await read_events(*answer, stream, request, watch));
    if (response) co_return *std::move(response);
    if (revision_ == kModernRevision || stream.last_id().empty() ||
        resumptions == limits::kResumptionsMax) {
      co_return unavailable("its answer ended before it was complete");
    }
    CO_TRY(answer, co_await resume(stream, watch));
  }
}

awaitable<Result<HttpTransport::Answer>> HttpTransport::resume(const EventStream& stream,
                                                               CallWatch& watch) {
  std::chrono::milliseconds wait = stream.retry().value_or(std::chrono::seconds(1));
  wait = std::min<std::chrono::milliseconds>(wait, limits::kResumeWaitMax);
  asio::steady_timer timer(strand_, wait);
  co_await timer.async_wait(asio::use_awaitable);
  if (const auto over = watch.over()) co_return *over;
  net_client::HttpRequest get{.method = "GET", .headers = {{"Last-Event-ID", stream.last_id()}}};
  CO_TRY(Answer answer, co_await send(std::move(get), watch.token()));
  if (!is_ok(answer->head().status) || !is_stream(answer->head())) {
    co_return co_await failure(*answer);
  }
  co_return answer;
}

awaitable<Result<void>> HttpTransport::post(json::object message, std::stop_token stop) {
  CallWatch watch(strand_, kNoticeTime, std::move(stop));
  net_client::HttpRequest request{.method = "POST",
                                  .headers = {{"Content-Type", "application/json"}},
                                  .body = json::serialize(message)};
  if (const auto method = find_string(message, "method"); method && revision_ == kModernRevision) {
    request.headers.push_back({"Mcp-Method", *method});
  }
  auto answer = co_await send(std::move(request), watch.token());
  if (!answer) co_return watch.over() ? *watch.over() : answer.error();
  const int status = (*answer)->head().status;
  if (status == kAccepted || is_ok(status)) co_return Result<void>{};
  co_return co_await failure(**answer);
}

awaitable<Result<void>> HttpTransport::tell(std::string method, json::object params) {
  co_return co_await post(notification_message(method, std::move(params)), {});
}

awaitable<void> HttpTransport::close() {
  if (session_.empty()) co_return;
  CallWatch watch(strand_, kNoticeTime, {});
  net_client::HttpRequest request{.method = "DELETE"};
  // It may refuse, or be gone; a session ends by itself, too.
  (void)(co_await send(std::move(request), watch.token())).ok();
  session_.clear();
}

}  // namespace coditect::mcp
