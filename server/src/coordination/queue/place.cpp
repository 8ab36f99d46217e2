#include "coordination/queue/place.h"

#include "base/check.h"

namespace coditect::queue {

namespace {

/// How far apart neighbours in a new digit stand: twenty more fit between by halving.
constexpr std::int64_t kStride = 1 << 20;

}  // namespace

Result<Digits> between(const std::optional<Digits>& after, const Digits& before) {
  if (!after) return Digits{before.at(0) - 1};
  check(*after < before, "there is room between two places in order");
  Digits made;
  std::size_t at = 0;
  while (at < after->size() && (*after)[at] == before[at]) made.push_back((*after)[at++]);
  if (at == after->size()) {
    made.push_back(before[at] - kStride);  // `before` begins with `after`
  } else if (before[at] - (*after)[at] > 1) {
    made.push_back((*after)[at] + (before[at] - (*after)[at]) / 2);
  } else {
    made.push_back((*after)[at]);
    const bool more = at + 1 < after->size();
    made.push_back(more ? (*after)[at + 1] + kStride : 0);
  }
  const bool fits = made.size() <= kPlaceDigitsMax && made.back() < kPlaceDigitMax &&
                    made.back() > -kPlaceDigitMax;
  if (fits) return made;
  return Error{Errc::kLimit, "there is no room left between these two tasks",
               "promote the task, or move it before another one first"};
}

json::array digits_json(const Digits& digits) { return json::array(digits.begin(), digits.end()); }

Result<Digits> parse_digits(const json::value& value) {
  Digits digits;
  const json::array* array = value.if_array();
  if (array == nullptr || array->empty() || array->size() > kPlaceDigitsMax) {
    return invalid("a task's place is no list of numbers");
  }
  for (const json::value& each : *array) {
    const std::int64_t* digit = each.if_int64();
    if (digit == nullptr) return invalid("a task's place holds something that is no number");
    digits.push_back(*digit);
  }
  return digits;
}

}  // namespace coditect::queue
