#pragma once

#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "async/strand.h"
#include "net/client/http_client.h"
#include "protocols/mcp/client/authorizer.h"
#include "protocols/mcp/client/call_watch.h"
#include "protocols/mcp/client/event_stream.h"
#include "protocols/mcp/client/transport.h"

namespace coditect::mcp {

/// Streamable HTTP: every message is a POST of its own, and an answer is JSON or a stream of
/// events. Of 2025-11-25 and before also sessions, and going on with a stream that broke off.
///
/// Threads, Lifetime, Errors: as its base. `authorizer` may be null.
class HttpTransport final : public Transport {
 public:
  struct Options {
    net_client::BaseUrl url;  ///< its prefix is the whole path
    std::optional<net_client::Proxy> proxy = {};
    net_client::Headers headers = {};  ///< of every request; may hold secrets
    std::string trusted_certificates = {};
  };

  static Result<std::unique_ptr<HttpTransport>> create(const Strand& strand, Options options,
                                                       Listener& listener, Authorizer* authorizer);

  awaitable<Result<Response>> ask(Outgoing request, std::stop_token stop) override;
  awaitable<Result<void>> tell(std::string method, json::object params) override;
  void speak(std::string revision) override { revision_ = std::move(revision); }
  awaitable<void> close() override;

 private:
  using Answer = std::unique_ptr<net_client::HttpResponse>;

  HttpTransport(const Strand& strand, std::string target, net_client::Headers headers,
                std::unique_ptr<net_client::HttpClient> http, Listener& listener,
                Authorizer* authorizer)
      : strand_(strand),
        target_(std::move(target)),
        headers_(std::move(headers)),
        http_(std::move(http)),
        listener_(listener),
        authorizer_(authorizer) {}

  net_client::Headers common_headers(const std::string& token) const;
  /// Sends a request, again with another token where the server wants one.
  awaitable<Result<Answer>> send(net_client::HttpRequest request, std::stop_token stop);
  /// The response to `request` in a body of JSON.
  awaitable<Result<Response>> read_json(net_client::HttpResponse& answer, const Outgoing& request);
  /// The same in a stream, and in what it goes on with.
  awaitable<Result<Response>> read_stream(Answer answer, const Outgoing& request, CallWatch& watch);
  /// One stream to its end: the response, or nothing where it ended before.
  awaitable<Result<std::optional<Response>>> read_events(net_client::HttpResponse& answer,
                                                         EventStream& stream,
                                                         const Outgoing& request, CallWatch& watch);
  /// The response to `request`, where `text` is it; everything else is heard.
  awaitable<Result<std::optional<Response>>> take(std::string text, const Outgoing& request);
  awaitable<Result<Answer>> resume(const EventStream& stream, CallWatch& watch);
  awaitable<Result<void>> post(json::object message, std::stop_token stop);
  /// Why the whole request failed.
  awaitable<Error> failure(net_client::HttpResponse& answer) const;
  awaitable<void> tell_cancelled(std::int64_t id);

  const Strand strand_;
  const std::string target_;  ///< after the prefix of the base URL
  const net_client::Headers headers_;
  const std::unique_ptr<net_client::HttpClient> http_;
  Listener& listener_;
  Authorizer* const authorizer_;
  // Touched only on strand_.
  std::string revision_;
  std::string session_;
};

}  // namespace coditect::mcp
