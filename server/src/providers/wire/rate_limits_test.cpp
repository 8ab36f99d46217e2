#include "providers/wire/rate_limits.h"

#include <gtest/gtest.h>

namespace coditect::providers {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Fri, 20 Nov 2026 12:00:00 GMT
constexpr Time kNoon =
    std::chrono::sys_days{std::chrono::year{2026} / 11 / 20} + std::chrono::hours{12};

TEST(ParseReset, EveryFormThatVendorsWrite) {
  struct Case {
    const char* name;
    const char* text;
    std::optional<milliseconds> expected;
  };
  const Case cases[] = {
      {"RFC 3339", "2026-11-20T12:00:30Z", seconds{30}},
      {"RFC 3339, fraction", "2026-11-20T12:00:00.25Z", milliseconds{250}},
      {"RFC 3339, past", "2026-11-20T11:59:00Z", milliseconds{0}},
      {"RFC 3339, far", "2027-11-20T11:59:00Z", std::nullopt},
      {"milliseconds", "18ms", milliseconds{18}},
      {"minutes and seconds", "6m0s", minutes{6}},
      {"hours too", "1h2m3.5s", hours{1} + minutes{2} + milliseconds{3500}},
      {"days", "2d", hours{48}},
      {"microseconds", "1500us", milliseconds{2}},
      {"seconds", "12", seconds{12}},
      {"a fraction of a second", "0.5", milliseconds{500}},
      {"now", "0", milliseconds{0}},
      {"seconds since 1970", "1795176030", seconds{30}},
      {"milliseconds since 1970", "1795176030000", seconds{30}},
      {"past since 1970", "1000000000", milliseconds{0}},
      {"nothing", "", std::nullopt},
      {"words", "soon", std::nullopt},
      {"a time of day", "Today", std::nullopt},
      {"negative", "-3", std::nullopt},
      {"no unit that is known", "3 weeks", std::nullopt},
      {"a unit alone", "s", std::nullopt},
      {"a number after the last unit", "6m3", std::nullopt},
      {"40 days", "40d", std::nullopt},
      {"absurd", "99999999999999999999", std::nullopt},
  };
  for (const Case& test : cases)
    EXPECT_EQ(parse_reset(test.text, kNoon), test.expected) << test.name;
}

TEST(RateLimits, OfEachVendor) {
  struct Case {
    const char* name;
    Headers headers;
    std::vector<RateLimit> expected;
  };
  const Case cases[] = {
      {"none", {{"retry-after", "3"}}, {}},
      {"Anthropic",
       {{"anthropic-ratelimit-requests-limit", "50"},
        {"anthropic-ratelimit-requests-remaining", "49"},
        {"anthropic-ratelimit-requests-reset", "2026-11-20T12:00:01Z"},
        {"Anthropic-Ratelimit-Input-Tokens-Remaining", "0"},
        {"Anthropic-Ratelimit-Input-Tokens-Reset", "2026-11-20T12:01:00Z"}},
       {{"requests", 50, 49, seconds{1}}, {"input-tokens", std::nullopt, 0, minutes{1}}}},
      {"OpenAI",
       {{"x-ratelimit-limit-requests", "500"},
        {"x-ratelimit-limit-tokens", "30000"},
        {"x-ratelimit-remaining-requests", "499"},
        {"x-ratelimit-remaining-tokens", "29000"},
        {"x-ratelimit-reset-requests", "120ms"},
        {"x-ratelimit-reset-tokens", "6m0s"}},
       {{"requests", 500, 499, milliseconds{120}}, {"tokens", 30000, 29000, minutes{6}}}},
      {"Moonshot",
       {{"X-RateLimit-Limit", "20"}, {"X-RateLimit-Remaining", "3"}, {"X-RateLimit-Reset", "7"}},
       {{"requests", 20, 3, seconds{7}}}},
      {"the sender's clock is an hour ahead",
       {{"date", "Fri, 20 Nov 2026 13:00:00 GMT"},
        {"anthropic-ratelimit-tokens-remaining", "5"},
        {"anthropic-ratelimit-tokens-reset", "2026-11-20T13:00:10Z"}},
       {{"tokens", std::nullopt, 5, seconds{10}}}},
      {"more is used than there is",
       {{"x-ratelimit-remaining-requests", "-2"}, {"x-ratelimit-reset-requests", "1s"}},
       {{"requests", std::nullopt, 0, seconds{1}}}},
      {"nobody says when", {{"x-ratelimit-remaining-requests", "0"}}, {}},
      {"nobody says how many", {{"x-ratelimit-reset-requests", "1s"}}, {}},
      {"not a number",
       {{"x-ratelimit-remaining-requests", "few"}, {"x-ratelimit-reset-requests", "1s"}},
       {}},
  };
  for (const Case& test : cases) {
    EXPECT_EQ(rate_limits(test.headers, kNoon), test.expected) << test.name;
  }
}

}  // namespace
}  // namespace coditect::providers
