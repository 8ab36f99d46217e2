#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "net/client/http_client.h"

/// For tests of stores without a network.
namespace coditect::objects {

/// An answer with a Content-Length, or none at all: a cut connection.
struct ScriptedAnswer {
  int status = 200;
  net_client::Headers headers = {};
  std::string body = {};
  enum class End { kWhole, kCut } end = End::kWhole;
};

/// What a ScriptedClient was asked, and what it is to answer, in order.
struct Script {
  std::deque<ScriptedAnswer> answers;
  std::vector<net_client::HttpRequest> requests;
};

class ScriptedResponse final : public net_client::HttpResponse {
 public:
  ScriptedResponse(net_client::HttpHead head, std::string body)
      : head_(std::move(head)), body_(std::move(body)) {}
  const net_client::HttpHead& head() const override { return head_; }
  awaitable<net_client::HttpResult<std::string>> read() override {
    co_return std::exchange(body_, "");
  }

 private:
  const net_client::HttpHead head_;
  std::string body_;
};

/// Lifetime: the script outlives it.
class ScriptedClient final : public net_client::HttpClient {
 public:
  explicit ScriptedClient(Script& script) : script_(script) {}

  awaitable<net_client::HttpResult<std::unique_ptr<net_client::HttpResponse>>> send(
      net_client::HttpRequest request, std::stop_token) override {
    script_.requests.push_back(std::move(request));
    if (script_.answers.empty()) {
      co_return net_client::HttpError{net_client::HttpError::Kind::kCancelled, "no more answers"};
    }
    ScriptedAnswer answer = std::move(script_.answers.front());
    script_.answers.pop_front();
    if (answer.end == ScriptedAnswer::End::kCut)
      co_return net_client::HttpError{net_client::HttpError::Kind::kCut, "cut"};
    answer.headers.push_back({"Content-Length", std::to_string(answer.body.size())});
    net_client::HttpHead head{answer.status, std::move(answer.headers)};
    std::unique_ptr<net_client::HttpResponse> response =
        std::make_unique<ScriptedResponse>(std::move(head), std::move(answer.body));
    co_return response;
  }

 private:
  Script& script_;
};

/// Runs a story to its end on one thread.
class StoryTeller {
 public:
  template <class T>
  T run(awaitable<T> story) {
    std::optional<T> result;
    asio::co_spawn(strand, std::move(story), [&](std::exception_ptr error, T value) {
      if (error) std::rethrow_exception(error);
      result = std::move(value);
    });
    io.restart();
    io.run();
    return *std::move(result);
  }

  asio::io_context io;
  Strand strand = make_strand(io.get_executor());
};

}  // namespace coditect::objects
