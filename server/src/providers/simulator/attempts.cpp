#include "providers/simulator/attempts.h"

#include "base/sha256.h"

namespace coditect::simulator {

Fate Attempts::next(const std::string& place, Vendor vendor, const Act& act) {
  if (act.failures.empty() && act.stream_errors.empty() && act.drops == 0) return {};
  const std::lock_guard lock(mutex_);
  int left = count(place);
  if (const Fail* fail = choose(act.failures, vendor, left)) return {.failure = fail};
  if (const Fail* fail = choose(act.stream_errors, vendor, left)) return {.stream_error = fail};
  if (left < act.drops) return {.drops = true};
  forget(place);
  return {};
}

const Fail* Attempts::choose(const std::vector<Fail>& failures, Vendor vendor, int& left) {
  for (const Fail& fail : failures) {
    if (fail.only && *fail.only != vendor) continue;
    if (left < fail.times) return &fail;
    left -= fail.times;
  }
  return nullptr;
}

std::size_t Attempts::size() const {
  const std::lock_guard lock(mutex_);
  return entries_.size();
}

int Attempts::count(const std::string& place) {
  const auto [found, is_new] = entries_.try_emplace(place);
  if (is_new) {
    found->second.age = oldest_first_.insert(oldest_first_.end(), place);
    if (entries_.size() > kPlacesMax) {
      const std::string oldest = oldest_first_.front();
      forget(oldest);
    }
  }
  return found->second.attempts++;
}

void Attempts::forget(const std::string& place) {
  const auto found = entries_.find(place);
  oldest_first_.erase(found->second.age);
  entries_.erase(found);
}

std::string place_of(const Prompt& prompt) {
  json::array all{to_string(prompt.vendor), prompt.model};
  for (const Turn& turn : prompt.turns) {
    all.emplace_back(turn.text);
    for (const ToolCall& call : turn.calls) all.push_back({call.name, call.input});
    for (const ToolOutcome& outcome : turn.outcomes) all.emplace_back(outcome.text);
  }
  return sha256_hex(json::serialize(all));
}

}  // namespace coditect::simulator
