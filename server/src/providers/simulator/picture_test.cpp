#include "providers/simulator/picture.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "providers/simulator/dialect.h"

namespace coditect::simulator {
namespace {

/// A PNG's first bytes, 300 by 200 pixels: all that the simulation looks at.
constexpr std::string_view kPng = "iVBORw0KGgoAAAANSUhEUgAAASwAAADICAYAAAA=";

json::array said(std::string_view key, std::vector<json::object> parts) {
  return {json::object{{"role", "user"}, {key, json::array(parts.begin(), parts.end())}}};
}

/// A request in which the user shows `data` as a `type`, and says "see".
std::string request_with(Vendor vendor, std::string_view type, std::string_view data) {
  const std::string url = "data:" + std::string(type) + ";base64," + std::string(data);
  const json::object text{{"type", "text"}, {"text", "see"}};
  json::object body{{"model", "m"}, {"max_tokens", 1}};
  switch (vendor) {
    case Vendor::kAnthropic: {
      const json::object source{{"type", "base64"}, {"media_type", type}, {"data", data}};
      const json::object image{{"type", "image"}, {"source", source}};
      body["messages"] = said("content", {image, text});
      break;
    }
    case Vendor::kGemini: {
      const json::object image{{"inlineData", json::object{{"mimeType", type}, {"data", data}}}};
      body["contents"] = said("parts", {text, image});
      break;
    }
    case Vendor::kOpenai: {
      const json::object image{{"type", "input_image"}, {"image_url", url}};
      body["input"] = said("content", {text, image});
      break;
    }
    case Vendor::kMoonshot: {
      const json::object image{{"type", "image_url"}, {"image_url", json::object{{"url", url}}}};
      body["messages"] = said("content", {text, image});
      break;
    }
  }
  return json::serialize(body);
}

Result<Prompt> read(Vendor vendor, std::string_view type, std::string_view data) {
  net::RequestHead head;
  head.headers.emplace_back("anthropic-version", "2023-06-01");
  TRY(const json::object body, parse_json_object(request_with(vendor, type, data)));
  return dialect_of(vendor).read(head, body, "m");
}

constexpr Vendor kVendors[] = {Vendor::kAnthropic, Vendor::kGemini, Vendor::kOpenai,
                               Vendor::kMoonshot};

TEST(Picture, EveryDialectIsShownIt) {
  for (const Vendor vendor : kVendors) {
    const auto prompt = read(vendor, "image/png", kPng);
    ASSERT_TRUE(prompt) << to_string(vendor) << prompt.error().message;
    ASSERT_EQ(prompt->turns.size(), 1u) << to_string(vendor);
    EXPECT_EQ(prompt->turns[0].text, "see") << to_string(vendor);
    ASSERT_EQ(prompt->turns[0].pictures.size(), 1u) << to_string(vendor);
    EXPECT_EQ(describe(prompt->turns[0].pictures[0]), "a PNG of 300 x 200 pixels");
    EXPECT_GE(estimate_input_tokens(*prompt), 80) << to_string(vendor);
  }
}

TEST(Picture, WhatIsNotWhatItIsSaidToBeIsRefused) {
  for (const Vendor vendor : kVendors) {
    for (const auto& [type, data] :
         {std::pair("image/jpeg", kPng), std::pair("image/png", std::string_view("eHh4")),
          std::pair("image/png", std::string_view("no base64"))}) {
      const auto prompt = read(vendor, type, data);
      ASSERT_FALSE(prompt) << to_string(vendor) << data;
      EXPECT_EQ(prompt.error().code, Errc::kInvalid) << to_string(vendor) << data;
    }
  }
}

TEST(Picture, OtherKindsAreNotLookedAt) {
  for (const Vendor vendor : kVendors) {
    const auto prompt = read(vendor, "image/webp", "eHh4");
    ASSERT_TRUE(prompt) << to_string(vendor);
    EXPECT_TRUE(prompt->turns[0].pictures.empty()) << to_string(vendor);
  }
  const auto elsewhere = read_picture_url("https://example.com/a.png");
  ASSERT_TRUE(elsewhere);
  EXPECT_FALSE(elsewhere->has_value());
}

}  // namespace
}  // namespace coditect::simulator
