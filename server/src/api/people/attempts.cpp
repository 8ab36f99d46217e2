#include "api/people/attempts.h"

#include "api/people/people_limits.h"

namespace coditect::api {

namespace {

constexpr std::chrono::minutes kWindow{1};

}  // namespace

bool Attempts::is_over(const std::string& address) {
  const std::scoped_lock hold(mutex_);
  const auto found = counts_.find(address);
  if (found == counts_.end()) return false;
  if (clock_.steady() - found->second.since < kWindow) {
    return found->second.failures >= limits::kJoinFailuresMax;
  }
  counts_.erase(found);
  return false;
}

void Attempts::failed(const std::string& address) {
  const std::scoped_lock hold(mutex_);
  if (counts_.size() >= limits::kJoinAddressesMax) counts_.clear();
  Count& count = counts_.try_emplace(address, Count{clock_.steady(), 0}).first->second;
  ++count.failures;
}

}  // namespace coditect::api
