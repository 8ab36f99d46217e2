#include "coordination/locks/lock_words.h"

#include "base/clock.h"

namespace coditect::locks {

Error locked_error(const PathPattern& path, const std::vector<std::string>& holders) {
  constexpr std::size_t kNamed = 5;
  std::string names;
  for (std::size_t i = 0; i < holders.size() && i < kNamed; ++i) {
    if (i > 0) names += ", ";
    names += holders[i];
  }
  if (holders.size() > kNamed) names += " and " + std::to_string(holders.size() - kNamed) + " more";
  return {Errc::kLocked, path.text() + " is locked by " + names,
          "try again later with a longer time-out, or work on something else meanwhile"};
}

Error locked_error(const PathPattern& path, const Lock& lock) {
  return {Errc::kLocked,
          path.text() + " is locked for " + std::string(to_string(lock.mode)) + " by " +
              lock.holder + " (" + lock.path.text() + ") until " + to_rfc3339(lock.expires_at),
          "acquire a lock to wait for it, then read the file again before writing"};
}

Error deadlock_error(const Cycle& cycle) {
  return {Errc::kLocked, "waiting would be a deadlock: " + cycle.in_words(),
          "release the locks you hold, then ask again"};
}

Error stale_error(Token token, Token last_token) {
  const std::string name = "token " + std::to_string(token);
  if (token > last_token) {
    return not_found(name + " was never granted", "send the token that acquiring returned");
  }
  return {Errc::kConflict, name + " is stale: its lock is no longer held",
          "acquire the lock again and read the file again before writing"};
}

Error not_yours_error(const Lock& lock) {
  return {Errc::kDenied, "token " + std::to_string(lock.token) + " belongs to " + lock.holder,
          "use the token of your own lock"};
}

Error read_only_error(const Lock& lock) {
  return {Errc::kDenied,
          "token " + std::to_string(lock.token) + " is for reading " + lock.path.text(),
          "acquire the path for writing: the read lock is upgraded"};
}

}  // namespace coditect::locks
