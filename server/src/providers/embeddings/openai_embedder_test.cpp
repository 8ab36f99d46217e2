#include "providers/embeddings/openai_embedder.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>

#include <deque>

namespace coditect::providers {
namespace {

using Kind = ProviderError::Kind;

struct Reply {
  int status = 200;
  std::string body;
  Headers headers = {};
};

class ScriptedResponse final : public HttpResponse {
 public:
  explicit ScriptedResponse(Reply reply)
      : head_{reply.status, reply.headers}, body_(std::move(reply.body)) {}
  const HttpHead& head() const override { return head_; }
  awaitable<ProviderResult<std::string>> read() override { co_return std::exchange(body_, {}); }

 private:
  HttpHead head_;
  std::string body_;
};

class ScriptedClient final : public HttpClient {
 public:
  ScriptedClient(Reply reply, std::vector<HttpPost>& posts)
      : reply_(std::move(reply)), posts_(posts) {}
  awaitable<ProviderResult<std::unique_ptr<HttpResponse>>> post(HttpPost request,
                                                                std::stop_token) override {
    posts_.push_back(std::move(request));
    std::unique_ptr<HttpResponse> response = std::make_unique<ScriptedResponse>(reply_);
    co_return response;
  }

 private:
  const Reply reply_;
  std::vector<HttpPost>& posts_;
};

class OpenAiEmbedderTest : public testing::Test {
 protected:
  ProviderResult<Embedded> ask(Reply reply, std::vector<std::string> texts,
                               EmbeddingModel model = {"e5"}) {
    OpenAiEmbedder embedder(std::move(model), "sk-secret",
                            std::make_unique<ScriptedClient>(std::move(reply), posts_), clock_);
    ProviderResult<Embedded> answer = provider_error(Kind::kServer, "nothing was awaited");
    asio::io_context io;
    asio::co_spawn(io, keep(embedder, std::move(texts), answer),
                   [](std::exception_ptr thrown) { EXPECT_EQ(thrown, nullptr); });
    io.run();
    return answer;
  }
  static awaitable<void> keep(Embedder& embedder, std::vector<std::string> texts,
                              ProviderResult<Embedded>& answer) {
    answer = co_await embedder.embed(std::move(texts), {});
  }

  SystemClock clock_;
  std::vector<HttpPost> posts_;
};

TEST_F(OpenAiEmbedderTest, GivesTheVectorsInTheOrderOfTheTexts) {
  const auto answer = ask({200,
                           R"({"data":[{"index":1,"embedding":[3,4]},
                                       {"index":0,"embedding":[1,2.5]}],
                               "usage":{"prompt_tokens":7,"total_tokens":7}})"},
                          {"a", "b"}, {"e5", {}, 2});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->vectors, (std::vector<std::vector<float>>{{1, 2.5}, {3, 4}}));
  EXPECT_EQ(answer->tokens, 7);
  ASSERT_EQ(posts_.size(), 1u);
  EXPECT_EQ(posts_[0].target, "/embeddings");
  EXPECT_EQ(posts_[0].body,
            R"({"model":"e5","input":["a","b"],"encoding_format":"float","dimensions":2})");
  EXPECT_EQ(posts_[0].headers.at(0).value, "Bearer sk-secret");
}

TEST_F(OpenAiEmbedderTest, RefusesAnswersThatDoNotFit) {
  const char* const kBodies[] = {
      "",
      "[]",
      R"({"data":[]})",
      R"({"data":[{"index":0,"embedding":[1]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"index":0,"embedding":[1]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"index":2,"embedding":[1]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"embedding":[1]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":["x"]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1e300]}]})",
      R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]})",
      R"({"data":[{"index":1,"embedding":[1]},{"index":0,"embedding":[1,2]}]})",
      R"({"data":[{"index":0,"embedding":[1]},7]})",
  };
  for (const char* body : kBodies) {
    const auto answer = ask({200, body}, {"a", "b"}, {"e5", {}, 1});
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().kind, Kind::kMalformed) << body;
  }
}

TEST_F(OpenAiEmbedderTest, VectorsHaveOneLengthWhereNoneWasAskedFor) {
  const char* const kBodies[] = {
      R"({"data":[{"index":0,"embedding":[1]},{"index":1,"embedding":[1,2]}]})",
      R"({"data":[{"index":1,"embedding":[1]},{"index":0,"embedding":[1,2]}]})"};
  for (const char* body : kBodies) {
    const auto answer = ask({200, body}, {"a", "b"});
    ASSERT_FALSE(answer) << body;
    EXPECT_EQ(answer.error().kind, Kind::kMalformed);
  }
}

TEST_F(OpenAiEmbedderTest, ARefusalSaysWhatItIsAndNeverTheKey) {
  const auto limited =
      ask({429, R"({"error":{"message":"slow down, sk-secret"}})", {{"retry-after", "7"}}}, {"a"});
  ASSERT_FALSE(limited);
  EXPECT_EQ(limited.error().kind, Kind::kRateLimited);
  EXPECT_TRUE(limited.error().retryable);
  EXPECT_EQ(limited.error().retry_after, std::chrono::seconds(7));
  EXPECT_EQ(limited.error().message, "slow down, [key]");
  const auto wrong = ask({401, R"({"error":{"message":"no"}})"}, {"a"});
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, Kind::kAuth);
  EXPECT_FALSE(wrong.error().retryable);
}

TEST(OpenAiEmbedder, AKeyWithALineEndIsRefused) {
  SystemClock clock;
  EmbedderConfig config{"http://127.0.0.1:1/v1", "sk\n", {"e5"}};
  EXPECT_FALSE(OpenAiEmbedder::create(config, clock));
  config.api_key = "sk";
  EXPECT_TRUE(OpenAiEmbedder::create(config, clock));
  config.base_url = "ftp://somewhere";
  EXPECT_FALSE(OpenAiEmbedder::create(config, clock));
}

}  // namespace
}  // namespace coditect::providers
