#include "providers/model_window.h"

#include <gtest/gtest.h>

namespace coditect::providers {
namespace {

TEST(ModelWindow, KnowsTheVendorsModelsByTheirNames) {
  const struct {
    const char* model;
    std::int64_t tokens;
  } cases[] = {{"claude-opus-5-5", 1'000'000},
               {"claude-opus-4-5-20251101", 200'000},
               {"claude-opus-4-6", 1'000'000},
               {"gemini-4-argon", 1'048'576},
               {"gpt-6.1-sol", 1'050'000},
               {"gpt-5.3-codex", 400'000},
               {"kimi-k2.6", 262'144},
               {"kimi-k3.1-pro", 1'048'576},
               {"some-model", kUnknownWindowTokens},
               {"my-claude-", kUnknownWindowTokens},
               {"", kUnknownWindowTokens}};
  for (const auto& c : cases) EXPECT_EQ(window_tokens(c.model), c.tokens) << c.model;
}

}  // namespace
}  // namespace coditect::providers
