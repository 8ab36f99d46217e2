#include "providers/wire/rate_limits.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "providers/wire/failure.h"

namespace coditect::providers {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kResetMax = std::chrono::hours{30 * 24};
// Numbers from here on are times since 1970: as durations they would be longer than kResetMax.
constexpr double kEpochSecondsMin = 1e9;
constexpr double kEpochMillisecondsMin = 1e12;

/// The headers of one limit.
struct Names {
  std::string_view name;
  std::string_view limit;
  std::string_view remaining;
  std::string_view reset;
};

constexpr Names kNames[] = {
    {"requests", "anthropic-ratelimit-requests-limit", "anthropic-ratelimit-requests-remaining",
     "anthropic-ratelimit-requests-reset"},
    {"tokens", "anthropic-ratelimit-tokens-limit", "anthropic-ratelimit-tokens-remaining",
     "anthropic-ratelimit-tokens-reset"},
    {"input-tokens", "anthropic-ratelimit-input-tokens-limit",
     "anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"},
    {"output-tokens", "anthropic-ratelimit-output-tokens-limit",
     "anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"},
    {"requests", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests",
     "x-ratelimit-reset-requests"},
    {"tokens", "x-ratelimit-limit-tokens", "x-ratelimit-remaining-tokens",
     "x-ratelimit-reset-tokens"},
    {"requests", "x-ratelimit-limit", "x-ratelimit-remaining", "x-ratelimit-reset"},
};

std::optional<double> number_at_start(std::string_view& text) {
  double value = 0;
  const auto [end, problem] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (problem != std::errc{} || !(value >= 0)) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return value;
}

/// A count, also where it is written as "0.0".
std::optional<std::int64_t> parse_count(std::string_view text) {
  constexpr double kCountMax = 1e15;
  if (text.starts_with('-')) return 0;  // more was used than there is
  const auto value = number_at_start(text);
  if (!value || !text.empty() || *value > kCountMax) return std::nullopt;
  return static_cast<std::int64_t>(*value);
}

std::optional<milliseconds> from_double(double in_milliseconds) {
  if (in_milliseconds > static_cast<double>(kResetMax.count())) return std::nullopt;
  return milliseconds{std::llround(in_milliseconds)};
}

std::optional<milliseconds> until(Time at, Time now) {
  const auto left = std::chrono::ceil<milliseconds>(at - now);
  if (left > kResetMax) return std::nullopt;
  return std::max(milliseconds{0}, left);
}

/// "1h2m3.5s", "18ms": numbers with units, the largest first as far as anybody cares.
std::optional<milliseconds> parse_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    double in_milliseconds;
  };
  // "ms" stands before "m", whose beginning it is.
  constexpr Unit kUnits[] = {{"ms", 1},        {"us", 1e-3},  {"ns", 1e-6}, {"d", 86'400'000},
                             {"h", 3'600'000}, {"m", 60'000}, {"s", 1000}};
  double sum = 0;
  while (!text.empty()) {
    const auto value = number_at_start(text);
    const auto* unit =
        std::ranges::find_if(kUnits, [&](const Unit& each) { return text.starts_with(each.name); });
    if (!value || unit == std::end(kUnits)) return std::nullopt;
    text.remove_prefix(unit->name.size());
    sum += *value * unit->in_milliseconds;
  }
  return from_double(sum);
}

}  // namespace

std::optional<milliseconds> parse_reset(std::string_view text, Time now) {
  if (text.empty()) return std::nullopt;
  if (text.contains('T')) {
    const Result<Time> at = parse_rfc3339(text);
    return at ? until(*at, now) : std::nullopt;
  }
  std::string_view rest = text;
  const auto value = number_at_start(rest);
  if (!value) return std::nullopt;
  if (!rest.empty()) return parse_duration(text);
  if (*value < kEpochSecondsMin) return from_double(*value * 1000);
  const double at = *value >= kEpochMillisecondsMin ? *value : *value * 1000;
  if (at >= kEpochMillisecondsMin * 10) return std::nullopt;
  return until(Time{milliseconds{static_cast<std::int64_t>(at)}}, now);
}

std::vector<RateLimit> rate_limits(const Headers& headers, Time now) {
  const Time sent = parse_http_date(find_header(headers, "date")).value_or(now);
  std::vector<RateLimit> found;
  for (const Names& names : kNames) {
    const std::string_view left = find_header(headers, names.remaining);
    if (left.empty()) continue;
    const auto remaining = parse_count(left);
    const auto resets_in = parse_reset(find_header(headers, names.reset), sent);
    if (!remaining || !resets_in) continue;
    found.push_back({std::string(names.name), parse_count(find_header(headers, names.limit)),
                     *remaining, *resets_in});
  }
  return found;
}

}  // namespace coditect::providers
