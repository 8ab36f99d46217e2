#include "workspace/coordination/escalation_words.h"

#include <algorithm>
#include <chrono>

namespace coditect::workspace {

namespace {

std::int64_t seconds_since(Time since, Time now) {
  return std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::seconds>(now - since).count());
}

const locks::Obstacle* obstacle(const locks::LongWait& wait, locks::Token token) {
  const auto found = std::ranges::find(wait.obstacles, token, &locks::Obstacle::token);
  return found == wait.obstacles.end() ? nullptr : &*found;
}

/// "a.txt", or where the lock is wider "src/ (for src/a.txt)".
std::string lock_name(const locks::Lock& lock, const std::string& path) {
  return lock.path.text() == path ? path : lock.path.text() + " (for " + path + ")";
}

}  // namespace

std::string waiting_words(const locks::LongWait& wait, const locks::Lock& lock, Time now) {
  const std::string how = lock.holder.starts_with("agent:")
                              ? "Give it back with unlock_files as soon as you can."
                              : "Release it as soon as you can.";
  return wait.holder + " has waited " + std::to_string(seconds_since(wait.since, now)) +
         " s for your lock on " + lock_name(lock, wait.path) + ". " + how;
}

std::string revoked_words(const locks::Lock& lock, const std::string& waiter,
                          const std::string& why) {
  return "You no longer have the lock on " + lock.path.text() + " (token " +
         std::to_string(lock.token) + "): " + waiter + " waits for it, and " + why +
         ". A write with that token is refused. Read the file again and take a new lock.";
}

std::string idle_words(const locks::LongWait& wait, const locks::Lock& lock, Time now) {
  const locks::Obstacle* seen = obstacle(wait, lock.token);
  const Time since = seen == nullptr ? wait.since : std::max(seen->idle_since, seen->granted_at);
  return lock.holder + " has done nothing with it for " +
         std::to_string(seconds_since(since, now)) + " s";
}

std::string asked_words(const locks::LongWait& wait, Time now) {
  return wait.holder + " has waited " + std::to_string(seconds_since(wait.since, now)) + " s for " +
         wait.path;
}

json::object question_input(const locks::LongWait& wait, const std::vector<locks::Lock>& locks,
                            Time now) {
  json::array held;
  for (const locks::Lock& lock : locks) {
    json::object row{{"path", lock.path.text()},
                     {"mode", locks::to_string(lock.mode)},
                     {"token", static_cast<std::int64_t>(lock.token)},
                     {"holder", lock.holder}};
    if (const locks::Obstacle* seen = obstacle(wait, lock.token)) {
      row["works"] = seen->works;
      row["idle_s"] = seen->works ? 0 : seconds_since(seen->idle_since, now);
    }
    held.push_back(std::move(row));
  }
  return {{"path", wait.path},
          {"waited_s", seconds_since(wait.since, now)},
          {"locks", std::move(held)}};
}

Error refused_wait(const std::string& path, const std::vector<locks::Lock>& locks,
                   const std::string& by, const std::string& note) {
  std::string holders;
  for (const locks::Lock& lock : locks) {
    holders += (holders.empty() ? "" : ", ") + lock.holder;
  }
  const std::string words = note.empty() ? "" : ": " + note;
  return {Errc::kLocked,
          path + " is locked by " + (holders.empty() ? "others" : holders) + ", and " + by +
              " decided not to wait for it" + words,
          "do not try the same again; go on with something else, ask the holder with "
          "send_message, or end with what you could not do"};
}

}  // namespace coditect::workspace
