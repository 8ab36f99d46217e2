#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "providers/wire/failure.h"
#include "providers/wire/retry_policy.h"

namespace coditect::providers {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Kind = ProviderError::Kind;

ProviderError error_of(Kind kind, std::optional<milliseconds> wish = std::nullopt) {
  ProviderError error = provider_error(kind, "x");
  error.retry_after = wish;
  return error;
}

struct Case {
  const char* name;
  int attempts;
  ProviderError error;
  std::optional<milliseconds> expected;  // without jitter
};

TEST(RetryPolicy, WithAnotherModelToGoOnWithAnOpenCircuitIsNotWaitedFor) {
  ProviderError open = error_of(Kind::kOverloaded, seconds{5});
  open.code = kCircuitOpen;
  RetryPolicy policy;
  EXPECT_EQ(next_delay(policy, 1, open, 0), seconds{5});
  policy.open_circuit = OpenCircuit::kGiveUp;
  EXPECT_EQ(next_delay(policy, 1, open, 0), std::nullopt);
  EXPECT_EQ(next_delay(policy, 1, error_of(Kind::kOverloaded, seconds{5}), 0), seconds{5});
}

TEST(RetryPolicy, DelaysOfTheDefault) {
  const Case cases[] = {
      {"first", 1, error_of(Kind::kOverloaded), milliseconds{500}},
      {"second", 2, error_of(Kind::kOverloaded), milliseconds{1000}},
      {"fourth", 4, error_of(Kind::kServer), milliseconds{4000}},
      {"last attempt", 5, error_of(Kind::kServer), std::nullopt},
      {"far beyond", 1000, error_of(Kind::kServer), std::nullopt},
      {"overloaded for long", 7, error_of(Kind::kOverloaded), seconds{8}},
      {"overloaded for too long", 8, error_of(Kind::kOverloaded), std::nullopt},
      {"no answer twice", 2, error_of(Kind::kTimeout), std::nullopt},
      {"network", 1, error_of(Kind::kNetwork), milliseconds{500}},
      {"timeout", 1, error_of(Kind::kTimeout), milliseconds{500}},
      {"the vendor's wish", 1, error_of(Kind::kRateLimited, seconds{7}), seconds{7}},
      {"a wish of nothing", 3, error_of(Kind::kRateLimited, seconds{0}), seconds{0}},
      {"the longest wish", 1, error_of(Kind::kRateLimited, seconds{300}), seconds{300}},
      {"too long a wish", 1, error_of(Kind::kRateLimited, seconds{301}), std::nullopt},
      {"quota", 1, error_of(Kind::kQuota), std::nullopt},
      {"quota with a wish", 1, error_of(Kind::kQuota, seconds{1}), std::nullopt},
      {"key", 1, error_of(Kind::kAuth), std::nullopt},
      {"request", 1, error_of(Kind::kInvalidRequest), std::nullopt},
      {"context", 1, error_of(Kind::kContextExceeded), std::nullopt},
      {"filter", 1, error_of(Kind::kContentFilter), std::nullopt},
      {"cancelled", 1, error_of(Kind::kCancelled), std::nullopt},
      {"protocol", 1, error_of(Kind::kMalformed), std::nullopt},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(next_delay({}, test.attempts, test.error, 0), test.expected) << test.name;
  }
}

TEST(RetryPolicy, OpenAisSdkIgnoresWishesOverAMinute) {
  RetryPolicy policy;
  policy.wish_max = seconds{60};
  policy.long_wish = LongWish::kIgnore;
  EXPECT_EQ(next_delay(policy, 1, error_of(Kind::kRateLimited, seconds{60}), 0), seconds{60});
  EXPECT_EQ(next_delay(policy, 1, error_of(Kind::kRateLimited, seconds{61}), 0), milliseconds{500});
}

RC_GTEST_PROP(RetryPolicy, JitterStaysInItsBounds, ()) {
  const int attempts = *rc::gen::inRange(1, 5);
  const auto random = *rc::gen::arbitrary<std::uint64_t>();
  const auto plain = next_delay({}, attempts, error_of(Kind::kServer), 0);
  const auto spread = next_delay({}, attempts, error_of(Kind::kServer), random);
  RC_ASSERT(*spread <= *plain);
  RC_ASSERT(*spread >= *plain * 3 / 4);
  const milliseconds wish{*rc::gen::inRange(0, 300'000)};
  const auto asked = next_delay({}, attempts, error_of(Kind::kRateLimited, wish), random);
  RC_ASSERT(*asked >= wish);
  RC_ASSERT(*asked <= wish + wish / 8);
}

// Fri, 20 Nov 2026 12:00:00 GMT
constexpr Time kNoon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{12};

struct HintCase {
  const char* name;
  Headers headers;
  std::optional<milliseconds> expected;
};

TEST(RetryAfter, Headers) {
  const HintCase cases[] = {
      {"none", {}, std::nullopt},
      {"seconds", {{"Retry-After", "12"}}, seconds{12}},
      {"a fraction", {{"retry-after", "0.25"}}, milliseconds{250}},
      {"milliseconds first", {{"retry-after", "9"}, {"retry-after-ms", "120"}}, milliseconds{120}},
      {"bad milliseconds", {{"retry-after", "9"}, {"retry-after-ms", "soon"}}, seconds{9}},
      {"date", {{"retry-after", "Fri, 20 Nov 2026 12:00:30 GMT"}}, seconds{30}},
      {"past date", {{"retry-after", "Fri, 20 Nov 2026 11:00:00 GMT"}}, seconds{0}},
      {"negative", {{"retry-after", "-3"}}, std::nullopt},
      {"no number", {{"retry-after", "1e99"}}, std::nullopt},
      {"not finite", {{"retry-after", "inf"}}, std::nullopt},
      {"trailing text", {{"retry-after", "3 s"}}, std::nullopt},
      {"a year", {{"retry-after", "99999999"}}, std::nullopt},
      {"no such day", {{"retry-after", "Fri, 31 Nov 2026 12:00:30 GMT"}}, std::nullopt},
      {"another date format", {{"retry-after", "2026-11-20T12:00:30Z"}}, std::nullopt},
  };
  for (const HintCase& test : cases) {
    EXPECT_EQ(retry_after(test.headers, kNoon), test.expected) << test.name;
  }
}

TEST(Failed, ShouldRetryWinsExceptOverMoney) {
  const HttpFailure yes{400, {{"x-should-retry", "true"}}, "", kNoon};
  const HttpFailure no{503, {{"x-should-retry", "false"}}, "", kNoon};
  const HttpFailure conflict{409, {}, "", kNoon};
  EXPECT_TRUE(failed(yes, Kind::kInvalidRequest, "", "").retryable);
  EXPECT_FALSE(failed(no, Kind::kOverloaded, "", "").retryable);
  EXPECT_FALSE(failed(yes, Kind::kQuota, "", "").retryable);
  EXPECT_TRUE(failed(conflict, Kind::kInvalidRequest, "", "").retryable);
}

TEST(Printable, CutsBetweenCharactersAndHidesControls) {
  EXPECT_EQ(printable("a\nb\x1b[1m\x7f"), "a b [1m ");
  EXPECT_EQ(printable(std::string(1000, 'x')).size(), 1000u);
  const std::string umlauts = [] {
    std::string text = "x";
    for (int i = 0; i < 600; ++i) text += "\xC3\xA4";
    return text;
  }();
  EXPECT_EQ(printable(umlauts).size(), 999u);
  EXPECT_EQ(printable(""), "");
}

}  // namespace
}  // namespace coditect::providers
