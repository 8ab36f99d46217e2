// The shell over a scripted client: retries, resumption, cancellation, and the key that never
// shows.
#include "providers/http_provider.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <deque>

#include "base/check.h"
#include "net/client/testing/scripted_server.h"
#include "providers/anthropic/dialect.h"
#include "providers/factory.h"
#include "providers/gemini/dialect.h"
#include "providers/testing/heard.h"

namespace coditect::providers {
namespace {

using Kind = ProviderError::Kind;
using Server = net_client::ScriptedServer;
using Socket = Server::Socket;
using net_client::chunk;
using net_client::kLastChunk;
using net_client::kStreamHead;

/// What the scripted client does with one request.
struct Reply {
  int status = 200;
  std::string body;
  Headers headers = {};
  std::optional<Kind> breaks_with = std::nullopt;  // after the body
};

class ScriptedResponse final : public HttpResponse {
 public:
  explicit ScriptedResponse(Reply reply)
      : head_{reply.status, reply.headers}, reply_(std::move(reply)) {}
  const HttpHead& head() const override { return head_; }
  awaitable<ProviderResult<std::string>> read() override {
    if (!reply_.body.empty()) co_return std::exchange(reply_.body, {});
    if (reply_.breaks_with) co_return provider_error(*reply_.breaks_with, "broken");
    co_return std::string();
  }

 private:
  HttpHead head_;
  Reply reply_;
};

class ScriptedClient final : public HttpClient {
 public:
  ScriptedClient(std::deque<Reply> replies, std::vector<HttpPost>& posts)
      : replies_(std::move(replies)), posts_(posts) {}
  awaitable<ProviderResult<std::unique_ptr<HttpResponse>>> post(HttpPost request,
                                                                std::stop_token stop) override {
    if (stop.stop_requested()) co_return provider_error(Kind::kCancelled, "");
    posts_.push_back(std::move(request));
    check(!replies_.empty(), "the script is over");
    std::unique_ptr<HttpResponse> response =
        std::make_unique<ScriptedResponse>(std::move(replies_.front()));
    replies_.pop_front();
    co_return response;
  }

 private:
  std::deque<Reply> replies_;
  std::vector<HttpPost>& posts_;
};

constexpr const char* kKey = "sk-test-0123456789";

class HttpProviderTest : public testing::Test {
 protected:
  ProviderResult<ModelAnswer> call(std::unique_ptr<Dialect> dialect, std::deque<Reply> replies,
                                   std::stop_token stop = {}) {
    HttpProviderOptions options;
    options.retry = dialect->retry_policy();
    options.retry.backoff_first = std::chrono::milliseconds{1};
    options.retry.backoff_max = std::chrono::milliseconds{1};
    options.dialect = std::move(dialect);
    options.client = std::make_unique<ScriptedClient>(std::move(replies), posts_);
    options.api_key = kKey;
    options.gate = std::make_shared<KeyGate>("test", steady_);
    HttpProvider provider(std::move(options), clock_, random_);
    return call(provider, std::move(stop));
  }
  ProviderResult<ModelAnswer> call(Provider& provider, std::stop_token stop = {}) {
    ModelRequest request{.model = "model"};
    request.turns = {{Role::kUser, {TextBlock{"hello"}}}};
    asio::io_context io;
    std::optional<ProviderResult<ModelAnswer>> result;
    auto story = [&]() -> awaitable<void> {
      result = co_await provider.call(request, heard_, stop);
    };
    std::exception_ptr failure;
    asio::co_spawn(make_strand(io.get_executor()), story(),
                   [&](std::exception_ptr error) { failure = error; });
    io.run();
    if (failure) std::rethrow_exception(failure);
    return *std::move(result);
  }

  ManualClock clock_;
  SystemClock steady_;  // of gates: they wait for real
  SeededRandom random_{1};
  Heard heard_;
  std::vector<HttpPost> posts_;
};

std::string begun(std::string_view text) {
  return "data: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"served\","
         "\"usage\":{\"input_tokens\":7,\"output_tokens\":1}}}\n\n"
         "data: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\","
         "\"text\":\"\"}}\n\n"
         "data: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\","
         "\"text\":\"" +
         std::string(text) + "\"}}\n\n";
}
std::string whole(std::string_view text) {
  return begun(text) +
         "data: {\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\"},\"usage\":"
         "{\"output_tokens\":3}}\n\ndata: {\"type\":\"message_stop\"}\n\n";
}

TEST_F(HttpProviderTest, AnAnswerAndItsHeaders) {
  const auto answer = call(std::make_unique<AnthropicDialect>(), {{200, whole("hi")}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(describe(answer->turn), (std::vector<std::string>{"text: hi"}));
  EXPECT_EQ(heard_.text, "hi");
  ASSERT_EQ(posts_.size(), 1u);
  EXPECT_EQ(find_header(posts_[0].headers, "X-Api-Key"), kKey);
  EXPECT_EQ(find_header(posts_[0].headers, "anthropic-version"), "2023-06-01");
  EXPECT_FALSE(posts_[0].body.contains(kKey));
  EXPECT_FALSE(posts_[0].target.contains(kKey));
}

TEST_F(HttpProviderTest, ABrokenStreamStartsAgainAndWhatItCostIsCounted) {
  const auto answer =
      call(std::make_unique<AnthropicDialect>(),
           {{200, begun("half an"), {}, Kind::kNetwork}, {200, begun("cut")}, {200, whole("all")}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(heard_.retries, (std::vector<std::string>{"1 network", "2 network"}));
  EXPECT_EQ(heard_.text, "all");
  EXPECT_EQ(describe(answer->turn), (std::vector<std::string>{"text: all"}));
  EXPECT_EQ(answer->billed.size(), 3u);
  EXPECT_EQ(answer->usage().input, 21);
  EXPECT_EQ(answer->usage().output, 5);
}

TEST_F(HttpProviderTest, AnErrorInTheStreamIsTriedAgain) {
  const std::string broken =
      begun("x") + "data: {\"type\":\"error\",\"error\":{\"type\":\"overloaded_error\"}}\n\n";
  const auto answer =
      call(std::make_unique<AnthropicDialect>(), {{200, broken}, {200, whole("y")}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(heard_.retries, (std::vector<std::string>{"1 overloaded"}));
  EXPECT_EQ(heard_.text, "y");
}

TEST_F(HttpProviderTest, GivesUpAfterTheLastAttemptAndSaysWhatWasBilled) {
  std::deque<Reply> replies(limits::kModelTimedOutAttemptsMax,
                            {200, begun("x"), {}, Kind::kTimeout});
  const auto answer = call(std::make_unique<AnthropicDialect>(), std::move(replies));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, Kind::kTimeout);
  EXPECT_EQ(posts_.size(), std::size_t{limits::kModelTimedOutAttemptsMax});
  EXPECT_EQ(total(answer.error().billed).input, 7 * limits::kModelTimedOutAttemptsMax);
}

TEST_F(HttpProviderTest, ARefusalThatIsFinalIsNotTriedAgain) {
  const auto answer =
      call(std::make_unique<AnthropicDialect>(),
           {{401,
             R"({"error":{"type":"authentication_error","message":"bad key sk-test-0123456789!"}})",
             {{"request-id", "req_1"}}}});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, Kind::kAuth);
  EXPECT_EQ(answer.error().request_id, "req_1");
  EXPECT_EQ(answer.error().message, "bad key [key]!");
  EXPECT_TRUE(heard_.retries.empty());
}

TEST_F(HttpProviderTest, ARefusalWhoseBodyBreaksOffIsStillThatRefusal) {
  const auto answer =
      call(std::make_unique<AnthropicDialect>(), {{403, "{\"err", {}, Kind::kNetwork}});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, Kind::kAuth);
}

TEST_F(HttpProviderTest, AnEventWithoutEndIsNoAnswer) {
  const std::string endless(limits::kStreamEventBytesMax + 1, 'x');
  const auto answer = call(std::make_unique<AnthropicDialect>(), {{200, endless}});
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, Kind::kMalformed);
}

TEST_F(HttpProviderTest, AnEndWithoutItsBlankLineIsOneAndHalfAnEventIsNone) {
  std::string stream = whole("hi");
  stream.resize(stream.size() - 2);
  EXPECT_TRUE(call(std::make_unique<AnthropicDialect>(), {{200, stream}}).has_value());
  stream.resize(stream.size() - 2);
  const auto answer =
      call(std::make_unique<AnthropicDialect>(), {{200, stream}, {200, whole("again")}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(describe(answer->turn), (std::vector<std::string>{"text: again"}));
  EXPECT_EQ(heard_.retries, (std::vector<std::string>{"1 network"}));
}

TEST_F(HttpProviderTest, GooglesFailureWithoutAFieldName) {
  const std::string failure =
      "{\n  \"error\": {\n    \"code\": 503,\n    \"message\": \"later\",\n"
      "    \"status\": \"UNAVAILABLE\"\n  }\n}\n";
  const std::string chunk =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"a\"}]}}]}\r\n\r\n";
  const std::string all =
      "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"b\"}]},"
      "\"finishReason\":\"STOP\"}]}\r\n\r\n";
  const auto answer = call(std::make_unique<GeminiDialect>(), {{200, chunk + failure}, {200, all}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(heard_.retries, (std::vector<std::string>{"1 overloaded"}));
  EXPECT_EQ(describe(answer->turn), (std::vector<std::string>{"text: b"}));
}

TEST_F(HttpProviderTest, ARequestThatIsTooLargeIsNotSent) {
  HttpProviderOptions options;
  options.dialect = std::make_unique<AnthropicDialect>();
  options.client = std::make_unique<ScriptedClient>(std::deque<Reply>{}, posts_);
  options.gate = std::make_shared<KeyGate>("test", steady_);
  HttpProvider provider(std::move(options), clock_, random_);
  ModelRequest request{.model = "m"};
  request.turns = {{Role::kUser, {TextBlock{std::string(limits::kModelRequestBytesMax, 'x')}}}};
  asio::io_context io;
  std::optional<ProviderResult<ModelAnswer>> result;
  auto story = [&]() -> awaitable<void> { result = co_await provider.call(request, heard_, {}); };
  asio::co_spawn(make_strand(io.get_executor()), story(), [](std::exception_ptr) {});
  io.run();
  ASSERT_TRUE(result && !result->has_value());
  EXPECT_EQ(result->error().kind, Kind::kContextExceeded);
  EXPECT_FALSE(result->error().may_be_billed());
  EXPECT_TRUE(posts_.empty());
}

/// Asks to stop when the call is about to wait.
class StopOnRetry final : public StreamListener {
 public:
  explicit StopOnRetry(std::stop_source stop) : stop_(std::move(stop)) {}
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const Retry& retry) override {
    EXPECT_GE(retry.delay, std::chrono::seconds{200});
    stop_.request_stop();
  }

 private:
  std::stop_source stop_;
};

TEST_F(HttpProviderTest, AStopEndsTheWaitBetweenAttemptsAtOnce) {
  HttpProviderOptions options;
  options.dialect = std::make_unique<AnthropicDialect>();
  options.client = std::make_unique<ScriptedClient>(
      std::deque<Reply>{{529, "", {{"retry-after", "200"}}}}, posts_);
  options.gate = std::make_shared<KeyGate>("test", steady_);
  HttpProvider provider(std::move(options), clock_, random_);
  std::stop_source stop;
  StopOnRetry listener(stop);
  asio::io_context io;
  std::optional<ProviderResult<ModelAnswer>> result;
  auto story = [&]() -> awaitable<void> {
    ModelRequest request{.model = "m"};
    result = co_await provider.call(std::move(request), listener, stop.get_token());
  };
  asio::co_spawn(make_strand(io.get_executor()), story(), [](std::exception_ptr) {});
  io.run();  // hangs for 200 s if the wait does not end
  ASSERT_TRUE(result && !result->has_value());
  EXPECT_EQ(result->error().kind, Kind::kCancelled);
  EXPECT_FALSE(result->error().may_be_billed()) << "nothing was under way";
}

std::string hop(std::string_view text, std::string_view end, int prompt) {
  return "data: {\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"" + std::string(text) +
         "\"}]}" + std::string(end) +
         "}],\"usageMetadata\":{\"promptTokenCount\":" + std::to_string(prompt) +
         ",\"candidatesTokenCount\":2}}\r\n\r\n";
}

TEST_F(HttpProviderTest, AnAnswerOverSeveralRequestsIsJoinedAndSummed) {
  const auto answer = call(
      std::make_unique<GeminiDialect>(),
      {{200, hop("one ", ",\"finishReason\":\"CONTINUATION\",\"continuationToken\":\"T1\"", 10)},
       {200, hop("", ",\"finishReason\":\"CONTINUATION\",\"continuationToken\":\"T2\"", 12)},
       {200, hop("two", ",\"finishReason\":\"STOP\"", 15)}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(describe(answer->turn), (std::vector<std::string>{"text: one two"}));
  EXPECT_EQ(heard_.text, "one two");
  EXPECT_EQ(answer->usage().input, 37);
  EXPECT_EQ(answer->usage().output, 6);
  EXPECT_EQ(answer->prompt_tokens, 10);
  EXPECT_EQ(answer->billed.size(), 3u);
  ASSERT_EQ(posts_.size(), 3u);
  EXPECT_FALSE(posts_[0].body.contains("continuationToken"));
  EXPECT_TRUE(posts_[1].body.ends_with("\"continuationToken\":\"T1\"}"));
  EXPECT_TRUE(posts_[2].body.ends_with("\"continuationToken\":\"T2\"}"));
  EXPECT_TRUE(heard_.retries.empty());
  EXPECT_EQ(heard_.continuations, 2);
}

TEST_F(HttpProviderTest, ADroppedStreamWithATokenGoesOnFromIt) {
  const std::string first = hop("kept ", ",\"continuationToken\":\"T1\"", 10) + hop("lost", "", 10);
  const auto answer = call(
      std::make_unique<GeminiDialect>(),
      {{200, first, {}, Kind::kNetwork}, {200, hop("rest", ",\"finishReason\":\"STOP\"", 15)}});
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(describe(answer->turn), (std::vector<std::string>{"text: kept rest"}));
  EXPECT_EQ(heard_.text, "kept rest");
  EXPECT_EQ(heard_.retries, (std::vector<std::string>{"1 network"}));
  EXPECT_TRUE(posts_[1].body.contains("\"continuationToken\":\"T1\""));
  EXPECT_EQ(answer->usage().input, 25);
  EXPECT_EQ(answer->prompt_tokens, 10);
}

TEST_F(HttpProviderTest, AnAnswerThatNeverEndsIsGivenUp) {
  std::deque<Reply> replies(
      limits::kModelHopsMax,
      {200, hop("x", ",\"finishReason\":\"CONTINUATION\",\"continuationToken\":\"T\"", 1)});
  const auto answer = call(std::make_unique<GeminiDialect>(), std::move(replies));
  ASSERT_FALSE(answer.has_value());
  EXPECT_EQ(answer.error().kind, Kind::kMalformed);
  EXPECT_EQ(total(answer.error().billed).input, limits::kModelHopsMax);
}

TEST_F(HttpProviderTest, EndToEndOverASocket) {
  std::string request;
  Server server({[](Socket& socket) {
                   Server::read_request(socket);
                   Server::write(socket,
                                 "HTTP/1.1 529 Busy\r\nretry-after-ms: 1\r\n"
                                 "Content-Length: 0\r\n\r\n");
                 },
                 [](Socket& socket) {
                   Server::read_request(socket);
                   Server::write(socket, kStreamHead + chunk(begun("half")));
                 },
                 [&](Socket& socket) {
                   request = Server::read_request(socket);
                   Server::write(socket, kStreamHead + chunk(whole("whole")) + kLastChunk);
                 }});
  ProviderConfig config{.kind = ProviderKind::kAnthropic, .base_url = server.url()};
  config.api_key = kKey;
  config.retry = RetryPolicy{};
  config.retry->backoff_first = std::chrono::milliseconds{1};
  config.retry->backoff_max = std::chrono::milliseconds{1};
  const auto provider = make_provider(config, clock_, random_);
  ASSERT_TRUE(provider.ok());
  const auto answer = call(**provider);
  ASSERT_TRUE(answer.has_value());
  EXPECT_EQ(heard_.text, "whole");
  EXPECT_EQ(heard_.retries, (std::vector<std::string>{"1 overloaded", "2 network"}));
  EXPECT_TRUE(request.starts_with("POST /v1/messages HTTP/1.1\r\n"));
  EXPECT_TRUE(request.contains("x-api-key: sk-test-0123456789\r\n"));
}

TEST_F(HttpProviderTest, TheFactoryRefusesWhatCannotWork) {
  const ProviderConfig cases[] = {
      {.kind = ProviderKind::kOpenAiCompatible},
      {.kind = ProviderKind::kOpenAi, .base_url = "not a url"},
      {.kind = ProviderKind::kOpenAi, .base_url = "", .api_key = "key\r\nx: y"},
      {.kind = ProviderKind::kOpenAi, .base_url = "", .api_key = "\"quoted key\" "},
      {.kind = ProviderKind::kOpenAi, .proxy = {"socks5://proxy:1", ""}},
  };
  for (const ProviderConfig& config : cases) {
    const auto provider = make_provider(config, clock_, random_);
    ASSERT_FALSE(provider.ok());
    EXPECT_EQ(provider.error().code, Errc::kInvalid);
    if (!config.api_key.empty()) {
      EXPECT_FALSE(provider.error().message.contains(config.api_key));
    }
  }
}

}  // namespace
}  // namespace coditect::providers
