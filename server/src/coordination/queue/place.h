#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"

namespace coditect::queue {

/// Where a task stands within its priority: sequences compare as words do, so that between any two
/// there is room for a third.
///
/// A task that is queued stands at {seq} of that event, one that is promoted at {-seq}, one that is
/// moved between two others at what between() says. So the last promoted goes first, then those
/// that were queued, in order.
using Digits = std::vector<std::int64_t>;

/// A queued task's place before its agent: high priorities first, within one by digits.
struct Place {
  int minus_priority;
  Digits digits;
  Sequence queued_seq;  ///< tells two apart that a damaged log would put into one place
  auto operator<=>(const Place&) const = default;
};

/// Beyond it there is no room between two tasks any more: a move is refused.
inline constexpr std::size_t kPlaceDigitsMax = 64;
/// No digit is larger than what a double holds exactly, for every reader of JSON.
inline constexpr std::int64_t kPlaceDigitMax = (std::int64_t{1} << 53) - 1;

/// Digits after `after`, where there is one, and before `before`. Errc::kLimit where they would be
/// more than kPlaceDigitsMax. `after` stands before `before`.
Result<Digits> between(const std::optional<Digits>& after, const Digits& before);

json::array digits_json(const Digits& digits);
/// Errc::kInvalid for what digits_json() does not write.
Result<Digits> parse_digits(const json::value& value);

}  // namespace coditect::queue
