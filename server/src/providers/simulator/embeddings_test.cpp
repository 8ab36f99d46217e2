#include "providers/simulator/embeddings.h"

#include <gtest/gtest.h>

#include <cmath>

namespace coditect::simulator {
namespace {

float product(std::string_view a, std::string_view b) {
  const std::vector<float> x = word_vector(a, 256);
  const std::vector<float> y = word_vector(b, 256);
  float sum = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += x[i] * y[i];
  return sum;
}

TEST(SimulatedEmbeddings, TextsWithSharedWordsAreNear) {
  const char* const query = "where are locks taken";
  EXPECT_GT(product(query, "Locks are taken in the lock table."),
            product(query, "The parser reads numbers."));
  EXPECT_NEAR(product(query, query), 1, 1e-5);
  EXPECT_NEAR(product("...", "?!"), 1, 1e-5) << "without words";
  EXPECT_NEAR(product("The LOCK", "the lock"), 1, 1e-5);
}

TEST(SimulatedEmbeddings, AnswersAsOpenAiDoes) {
  const auto answer = answer_embeddings(
      {{"model", "m"}, {"input", json::array{"one two", "three"}}, {"dimensions", 3}});
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->at("data").as_array().size(), 2u);
  EXPECT_EQ(answer->at("data").at(1).at("index"), 1u);
  EXPECT_EQ(answer->at("data").at(1).at("embedding").as_array().size(), 3u);
  EXPECT_EQ(answer->at("usage").at("prompt_tokens"), 3);
  EXPECT_TRUE(answer_embeddings({{"model", "m"}, {"input", "one"}}));
}

TEST(SimulatedEmbeddings, RefusesWhatOpenAiRefuses) {
  const json::object kBodies[] = {
      {{"input", "x"}},
      {{"model", "m"}},
      {{"model", "m"}, {"input", ""}},
      {{"model", "m"}, {"input", json::array()}},
      {{"model", "m"}, {"input", json::array{1}}},
      {{"model", "m"}, {"input", "x"}, {"dimensions", 0}},
      {{"model", "m"}, {"input", "x"}, {"encoding_format", "base64"}},
  };
  for (const json::object& body : kBodies) {
    EXPECT_FALSE(answer_embeddings(body)) << json::serialize(body);
  }
}

}  // namespace
}  // namespace coditect::simulator
