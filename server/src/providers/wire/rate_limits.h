#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "providers/wire/http_message.h"

namespace coditect::providers {

/// One limit of a key, as a response told it.
struct RateLimit {
  std::string name;  ///< "requests", "tokens", "input-tokens", "output-tokens"
  std::optional<std::int64_t> limit = std::nullopt;  ///< what it is when nothing is used
  std::int64_t remaining = 0;
  std::chrono::milliseconds resets_in{0};  ///< until nothing of it is used any more
  bool operator==(const RateLimit&) const = default;
};

/// The limits that the headers of a response name: `anthropic-ratelimit-NAME-*`,
/// `x-ratelimit-*-NAME` and, without a name for requests, `x-ratelimit-*`. One that lacks what is
/// left or when it comes back is left out, as is one that cannot be read.
///
/// Times of day are taken by the sender's own clock where it sends `date`, else by `now`.
std::vector<RateLimit> rate_limits(const Headers& headers, Time now);

/// How long until a limit comes back, in any of the forms that vendors write: RFC 3339 ("2026-11-
/// 20T12:00:00Z"), a duration ("6m0s", "18ms"), seconds ("12", "0.5"), or seconds or milliseconds
/// since 1970. Nothing for anything else and for more than 30 days.
std::optional<std::chrono::milliseconds> parse_reset(std::string_view text, Time now);

}  // namespace coditect::providers
