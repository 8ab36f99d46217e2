// What every vendor's errors mean: one table per vendor.
#include <gtest/gtest.h>

#include "providers/anthropic/dialect.h"
#include "providers/gemini/dialect.h"
#include "providers/moonshot/dialect.h"
#include "providers/openai/dialect.h"
#include "providers/testing/heard.h"

namespace coditect::providers {
namespace {

using Kind = ProviderError::Kind;
using std::chrono::milliseconds;

enum class Again { kNo, kYes };

struct Case {
  const char* name;
  int status;
  const char* body;
  Kind kind;
  const char* code;
  Again again;
  Headers headers = {};
  std::optional<milliseconds> wish = std::nullopt;
};

void expect(const Dialect& dialect, const Case& test) {
  const ProviderError error = dialect.decode_error({test.status, test.headers, test.body, {}});
  EXPECT_EQ(to_string(error.kind), to_string(test.kind)) << test.name;
  EXPECT_EQ(error.code, test.code) << test.name;
  EXPECT_EQ(error.retryable, test.again == Again::kYes) << test.name;
  EXPECT_EQ(error.http_status, test.status) << test.name;
  EXPECT_EQ(error.retry_after, test.wish) << test.name;
}

TEST(Errors, Anthropic) {
  const Case cases[] = {
      {"bad request", 400,
       R"({"type":"error","error":{"type":"invalid_request_error","message":"x"}})",
       Kind::kInvalidRequest, "invalid_request_error", Again::kNo},
      {"long prompt", 400,
       R"({"error":{"type":"invalid_request_error","message":"prompt is too long: 1 > 0"}})",
       Kind::kContextExceeded, "invalid_request_error", Again::kNo},
      {"no credit", 400,
       R"({"error":{"type":"invalid_request_error","message":"Your credit balance is too low"}})",
       Kind::kQuota, "invalid_request_error", Again::kNo},
      {"key", 401, R"({"error":{"type":"authentication_error","message":"x"}})", Kind::kAuth,
       "authentication_error", Again::kNo},
      {"billing", 402, R"({"error":{"type":"billing_error","message":"x"}})", Kind::kQuota,
       "billing_error", Again::kNo},
      {"permission", 403, R"({"error":{"type":"permission_error","message":"x"}})", Kind::kAuth,
       "permission_error", Again::kNo},
      {"model", 404, R"({"error":{"type":"not_found_error","message":"model: x"}})",
       Kind::kInvalidRequest, "not_found_error", Again::kNo},
      {"conflict", 409, R"({"error":{"type":"conflict_error","message":"x"}})",
       Kind::kInvalidRequest, "conflict_error", Again::kYes},
      {"size", 413, R"({"error":{"type":"request_too_large","message":"x"}})",
       Kind::kContextExceeded, "request_too_large", Again::kNo},
      {"rate",
       429,
       R"({"error":{"type":"rate_limit_error","message":"x"}})",
       Kind::kRateLimited,
       "rate_limit_error",
       Again::kYes,
       {{"retry-after", "3"}},
       milliseconds{3000}},
      {"ramp", 429,
       R"({"error":{"type":"rate_limit_error","message":"x","details":{"error_code":"ramp_limit_exceeded"}}})",
       Kind::kRateLimited, "ramp_limit_exceeded", Again::kYes},
      {"spend limit, even if asked to retry",
       429,
       R"({"error":{"type":"rate_limit_error","message":"x","details":{"error_code":"enforced_spend_limit_reached"}}})",
       Kind::kQuota,
       "enforced_spend_limit_reached",
       Again::kNo,
       {{"x-should-retry", "true"}}},
      {"contract limit", 429,
       R"({"error":{"type":"rate_limit_error","message":"x","details":{"error_code":"contract_spend_limit_reached"}}})",
       Kind::kQuota, "contract_spend_limit_reached", Again::kNo},
      {"server", 500, R"({"error":{"type":"api_error","message":"x"}})", Kind::kServer, "api_error",
       Again::kYes},
      {"timeout", 504, R"({"error":{"type":"timeout_error","message":"x"}})", Kind::kTimeout,
       "timeout_error", Again::kYes},
      {"overloaded", 529, R"({"error":{"type":"overloaded_error","message":"x"}})",
       Kind::kOverloaded, "overloaded_error", Again::kYes},
      {"overloaded, but told not to",
       529,
       R"({"error":{"type":"overloaded_error","message":"x"}})",
       Kind::kOverloaded,
       "overloaded_error",
       Again::kNo,
       {{"x-should-retry", "false"}}},
      {"a gateway's page", 502, "<html>Bad Gateway</html>", Kind::kServer, "", Again::kYes},
      {"a type nobody knows", 418, R"({"error":{"type":"teapot","message":"x"}})",
       Kind::kInvalidRequest, "teapot", Again::kNo},
      {"a redirect", 302, "", Kind::kServer, "", Again::kYes},
  };
  for (const Case& test : cases) expect(AnthropicDialect(), test);
}

TEST(Errors, Gemini) {
  const Case cases[] = {
      {"bad request", 400, R"({"error":{"code":400,"message":"x","status":"INVALID_ARGUMENT"}})",
       Kind::kInvalidRequest, "INVALID_ARGUMENT", Again::kNo},
      {"key", 400,
       R"({"error":{"code":400,"message":"API key not valid.","status":"INVALID_ARGUMENT","details":[
       {"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}]}})",
       Kind::kAuth, "API_KEY_INVALID", Again::kNo},
      {"long prompt", 400,
       R"({"error":{"message":"The input token count exceeds the maximum number of tokens",
       "status":"INVALID_ARGUMENT"}})",
       Kind::kContextExceeded, "INVALID_ARGUMENT", Again::kNo},
      {"permission", 403, R"({"error":{"message":"x","status":"PERMISSION_DENIED"}})", Kind::kAuth,
       "PERMISSION_DENIED", Again::kNo},
      {"model", 404, R"({"error":{"message":"x","status":"NOT_FOUND"}})", Kind::kInvalidRequest,
       "NOT_FOUND", Again::kNo},
      {"minute quota",
       429,
       R"({"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34.4s"}]}})",
       Kind::kRateLimited,
       "RESOURCE_EXHAUSTED",
       Again::kYes,
       {},
       milliseconds{34'400}},
      {"daily quota",
       429,
       R"({"error":{"code":429,"message":"x","status":"RESOURCE_EXHAUSTED","details":[{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]},{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"1s"}]}})",
       Kind::kQuota,
       "RESOURCE_EXHAUSTED",
       Again::kNo,
       {},
       milliseconds{1000}},
      {"quota without details", 429,
       R"({"error":{"code":429,"message":"You exceeded your current quota, please check it.",)"
       R"("status":"RESOURCE_EXHAUSTED"}})",
       Kind::kQuota, "RESOURCE_EXHAUSTED", Again::kNo},
      {"a delay that is none", 429,
       R"({"error":{"message":"x","status":"RESOURCE_EXHAUSTED","details":[7,{"@type":"x.RetryInfo","retryDelay":"soon"}]}})",
       Kind::kRateLimited, "RESOURCE_EXHAUSTED", Again::kYes},
      {"internal", 500, R"({"error":{"message":"x","status":"INTERNAL"}})", Kind::kServer,
       "INTERNAL", Again::kYes},
      {"unavailable, as a stream answers", 503,
       R"([{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}])", Kind::kOverloaded,
       "UNAVAILABLE", Again::kYes},
      {"deadline", 504, R"({"error":{"message":"x","status":"DEADLINE_EXCEEDED"}})", Kind::kTimeout,
       "DEADLINE_EXCEEDED", Again::kYes},
      {"no JSON", 500, "oops", Kind::kServer, "", Again::kYes},
  };
  for (const Case& test : cases) expect(GeminiDialect(), test);
}

TEST(Errors, OpenAi) {
  const Case cases[] = {
      {"parameter", 400,
       R"({"error":{"message":"x","type":"invalid_request_error","param":"temperature","code":"unsupported_parameter"}})",
       Kind::kInvalidRequest, "unsupported_parameter", Again::kNo},
      {"long prompt", 400,
       R"({"error":{"message":"x","type":"invalid_request_error","code":"context_length_exceeded"}})",
       Kind::kContextExceeded, "context_length_exceeded", Again::kNo},
      {"key", 401,
       R"({"error":{"message":"x","type":"invalid_request_error","code":"invalid_api_key"}})",
       Kind::kAuth, "invalid_api_key", Again::kNo},
      {"model", 404, R"({"error":{"message":"x","code":"model_not_found"}})", Kind::kInvalidRequest,
       "model_not_found", Again::kNo},
      {"rate",
       429,
       R"({"error":{"message":"x","type":"requests","code":"rate_limit_exceeded"}})",
       Kind::kRateLimited,
       "rate_limit_exceeded",
       Again::kYes,
       {{"retry-after-ms", "1500"}},
       milliseconds{1500}},
      {"slow down", 429, R"({"error":{"message":"x","code":"slow_down"}})", Kind::kRateLimited,
       "slow_down", Again::kYes},
      {"quota",
       429,
       R"({"error":{"message":"x","type":"insufficient_quota","code":"insufficient_quota"}})",
       Kind::kQuota,
       "insufficient_quota",
       Again::kNo,
       {{"x-should-retry", "true"}}},
      {"quota by type", 429, R"({"error":{"message":"x","type":"insufficient_quota","code":null}})",
       Kind::kQuota, "insufficient_quota", Again::kNo},
      {"credit", 429, R"({"error":{"message":"x","code":"credit_balance_exhausted"}})",
       Kind::kQuota, "credit_balance_exhausted", Again::kNo},
      {"server", 500, R"({"error":{"message":"x","type":"server_error","code":null}})",
       Kind::kServer, "server_error", Again::kYes},
      {"overloaded", 503, R"({"error":{"message":"x","code":"server_is_overloaded"}})",
       Kind::kOverloaded, "server_is_overloaded", Again::kYes},
      {"empty", 500, "", Kind::kServer, "", Again::kYes},
      {"an error that is text", 400, R"({"error":"x"})", Kind::kInvalidRequest, "", Again::kNo},
  };
  for (const Case& test : cases) expect(OpenAiDialect(), test);
}

TEST(Errors, Moonshot) {
  const Case cases[] = {
      {"request", 400, R"({"error":{"message":"x","type":"invalid_request_error"}})",
       Kind::kInvalidRequest, "invalid_request_error", Again::kNo},
      {"long prompt", 400,
       R"({"error":{"message":"Your request exceeded model token limit : 262144",
       "type":"invalid_request_error"}})",
       Kind::kContextExceeded, "invalid_request_error", Again::kNo},
      {"filter", 400, R"({"error":{"message":"high risk","type":"content_filter"}})",
       Kind::kContentFilter, "content_filter", Again::kNo},
      {"key", 401, R"({"error":{"message":"x","type":"invalid_authentication_error"}})",
       Kind::kAuth, "invalid_authentication_error", Again::kNo},
      {"another key", 401, R"({"error":{"message":"x","type":"incorrect_api_key_error"}})",
       Kind::kAuth, "incorrect_api_key_error", Again::kNo},
      {"balance", 403,
       R"({"error":{"message":"Your account has insufficient balance","type":"x"}})", Kind::kQuota,
       "x", Again::kNo},
      {"payment", 402, R"({"error":{"message":"x","type":"y"}})", Kind::kQuota, "y", Again::kNo},
      {"overloaded", 429, R"({"error":{"message":"x","type":"engine_overloaded_error"}})",
       Kind::kOverloaded, "engine_overloaded_error", Again::kYes},
      {"rate",
       429,
       R"({"error":{"message":"x","type":"rate_limit_reached_error"}})",
       Kind::kRateLimited,
       "rate_limit_reached_error",
       Again::kYes,
       {{"Retry-After", "1"}},
       milliseconds{1000}},
      {"tokens of a day", 429,
       R"({"error":{"message":"reached organization TPD rate limit, current: 15, limit: 10",)"
       R"("type":"rate_limit_reached_error"}})",
       Kind::kQuota, "rate_limit_reached_error", Again::kNo},
      {"quota", 429, R"({"error":{"message":"x","type":"exceeded_current_quota_error"}})",
       Kind::kQuota, "exceeded_current_quota_error", Again::kNo},
      {"plan", 429,
       R"({"error":{"message":"the engine is currently overloaded","type":"rate_limit_error"}})",
       Kind::kOverloaded, "rate_limit_error", Again::kYes},
      {"server", 500, R"({"error":{"message":"x","type":"server_error"}})", Kind::kServer,
       "server_error", Again::kYes},
      {"busy", 529, "", Kind::kOverloaded, "", Again::kYes},
  };
  for (const Case& test : cases) expect(MoonshotDialect(ProviderKind::kMoonshot), test);
}

struct MidStream {
  const char* name;
  ProviderKind vendor;
  const char* data;
  Kind kind;
  Again again;
};

TEST(Errors, InTheMiddleOfAStream) {
  const MidStream cases[] = {
      {"overloaded", ProviderKind::kAnthropic,
       R"({"type":"error","error":{"type":"overloaded_error","message":"x"}})", Kind::kOverloaded,
       Again::kYes},
      {"server", ProviderKind::kAnthropic,
       R"({"type":"error","error":{"type":"api_error","message":"x"}})", Kind::kServer,
       Again::kYes},
      {"unknown", ProviderKind::kAnthropic, R"({"type":"error","error":{"type":"new_error"}})",
       Kind::kServer, Again::kYes},
      {"chunk", ProviderKind::kGemini,
       R"({"error":{"code":503,"message":"x","status":"UNAVAILABLE"}})", Kind::kOverloaded,
       Again::kYes},
      {"flat", ProviderKind::kOpenAi,
       R"({"type":"error","code":"server_error","message":"x","param":null})", Kind::kServer,
       Again::kYes},
      {"nested", ProviderKind::kOpenAi,
       R"({"type":"error","error":{"type":"insufficient_quota","code":"insufficient_quota"}})",
       Kind::kQuota, Again::kNo},
      {"failed", ProviderKind::kOpenAi,
       R"({"type":"response.failed","response":{"status":"failed","error":{"code":"rate_limit_exceeded","message":"x"}}})",
       Kind::kRateLimited, Again::kYes},
      {"chat", ProviderKind::kMoonshot,
       R"({"error":{"message":"x","type":"engine_overloaded_error"}})", Kind::kOverloaded,
       Again::kYes},
      {"no JSON", ProviderKind::kAnthropic, "{\"type\":", Kind::kMalformed, Again::kYes},
      {"no object", ProviderKind::kMoonshot, "[1]", Kind::kMalformed, Again::kYes},
  };
  for (const MidStream& test : cases) {
    const ModelRequest request{.model = "m"};
    std::unique_ptr<AnswerDecoder> decoder;
    if (test.vendor == ProviderKind::kAnthropic) decoder = AnthropicDialect().decoder(request);
    if (test.vendor == ProviderKind::kGemini) decoder = GeminiDialect().decoder(request);
    if (test.vendor == ProviderKind::kOpenAi) decoder = OpenAiDialect().decoder(request);
    if (test.vendor == ProviderKind::kMoonshot) {
      decoder = MoonshotDialect(test.vendor).decoder(request);
    }
    Heard heard;
    const auto taken = decoder->take({"", test.data}, heard);
    ASSERT_FALSE(taken.has_value()) << test.name;
    EXPECT_EQ(to_string(taken.error().kind), to_string(test.kind)) << test.name;
    EXPECT_EQ(taken.error().retryable, test.again == Again::kYes) << test.name;
  }
}

TEST(Errors, MoonshotSaysInWordsHowLongToWait) {
  const auto wish = [](std::string_view message, Headers headers = {}) {
    HttpFailure failure{429, std::move(headers), "", {}};
    const json::object error{{"message", message}, {"type", "rate_limit_reached_error"}};
    failure.body = json::serialize(json::object{{"error", error}});
    return MoonshotDialect(ProviderKind::kMoonshot).decode_error(failure).retry_after;
  };
  EXPECT_EQ(wish("max RPM: 20, please try again after 3 seconds"), std::chrono::seconds{3});
  EXPECT_EQ(wish("please try again after 3 seconds", {{"retry-after", "1"}}),
            std::chrono::seconds{1});
  EXPECT_EQ(wish("please try again after a while"), std::nullopt);
  EXPECT_EQ(wish("please try again after some seconds"), std::nullopt);
  EXPECT_EQ(wish("please try again"), std::nullopt);
}

TEST(Errors, OfOurOwnHaveHintsOfTheirOwn) {
  ProviderError error = provider_error(Kind::kNetwork, "x");
  error.code = kUntrustedCertificate;
  EXPECT_TRUE(error.to_error().hint.contains("certificate"));
  error.code = kRefusedByProxy;
  EXPECT_TRUE(error.to_error().hint.contains("HTTPS_PROXY"));
}

TEST(Errors, WhatTheRestOfTheProgramSees) {
  ProviderError error = provider_error(Kind::kQuota, "spent");
  error.http_status = 429;
  EXPECT_EQ(error.to_error().message, "quota (HTTP 429): spent");
  EXPECT_EQ(error.to_error().code, Errc::kLimit);
  EXPECT_FALSE(error.to_error().hint.empty());
  EXPECT_EQ(provider_error(Kind::kCancelled, "").to_error().code, Errc::kCancelled);
  EXPECT_EQ(provider_error(Kind::kAuth, "").to_error().code, Errc::kDenied);
}

}  // namespace
}  // namespace coditect::providers
