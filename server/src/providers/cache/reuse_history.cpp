#include "providers/cache/reuse_history.h"

#include <algorithm>

namespace coditect::providers {

namespace {

constexpr std::chrono::minutes kShortLife{5};
constexpr std::chrono::minutes kLongLife{60};
constexpr std::size_t kPausesMax = 8;
constexpr std::size_t kKeysMax = 1000;  // the one that was used least recently is forgotten

// In hundredths of the input's price.
constexpr std::ptrdiff_t kRewriteCost = 125 - 10;
constexpr std::ptrdiff_t kLongLifeCost = 200 - 125;
/// Tenths of a task's prompt that are new with each call.
constexpr std::ptrdiff_t kNewTenths = 1;

}  // namespace

CacheLife ReuseHistory::note(const std::string& key, PromptPart part, SteadyTime now) {
  const auto [place, first] = seen_.try_emplace(key, Seen{now, {}});
  Seen& seen = place->second;
  if (first) {
    forget_oldest();
    return CacheLife::kShort;
  }
  const auto pause = now - seen.last;
  seen.last = now;
  seen.pauses.push_back(pause <= kShortLife  ? Pause::kShort
                        : pause <= kLongLife ? Pause::kMiddle
                                             : Pause::kLong);
  if (seen.pauses.size() > kPausesMax) seen.pauses.pop_front();
  const auto all = static_cast<std::ptrdiff_t>(seen.pauses.size());
  const std::ptrdiff_t middle = std::ranges::count(seen.pauses, Pause::kMiddle);
  const std::ptrdiff_t too_long = std::ranges::count(seen.pauses, Pause::kLong);
  const std::ptrdiff_t new_tenths = part == PromptPart::kTurns ? kNewTenths * all : 0;
  const bool worth = middle * kRewriteCost * 10 > (too_long * 10 + new_tenths) * kLongLifeCost;
  return worth ? CacheLife::kLong : CacheLife::kShort;
}

void ReuseHistory::forget_oldest() {
  if (seen_.size() <= kKeysMax) return;
  seen_.erase(std::ranges::min_element(
      seen_, {}, [](const auto& entry) -> const SteadyTime& { return entry.second.last; }));
}

}  // namespace coditect::providers
