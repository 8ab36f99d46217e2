#include "providers/model_images.h"

#include <gtest/gtest.h>

namespace coditect::providers {
namespace {

TEST(ModelImages, OnlyTheModelsThatAreKnownToTakeTextAloneAreNotShownAny) {
  for (const char* model : {"kimi-k2-0905-preview", "kimi-k2-thinking", "moonshot-v1-128k"}) {
    EXPECT_FALSE(takes_images(model)) << model;
  }
  for (const char* model : {"kimi-k2.5", "kimi-k3", "moonshot-v1-8k-vision-preview", "gpt-5.4",
                            "claude-opus-4-5", "gemini-3-pro", "something-new", ""}) {
    EXPECT_TRUE(takes_images(model)) << model;
  }
}

}  // namespace
}  // namespace coditect::providers
