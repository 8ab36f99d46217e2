#include "coordination/locks/held_locks.h"

#include <cstdint>
#include <string>

#include "coordination/locks/lock_events.h"

namespace coditect::locks {

namespace {

Result<Token> need_token(const json::object& data) {
  TRY(std::int64_t token, need_int(data, "token"));
  if (token <= 0) return invalid("a lock's token is not positive");
  return static_cast<Token>(token);
}

Result<Time> need_expiry(const json::object& data) {
  TRY(std::string text, need_string(data, "expires_at"));
  return parse_rfc3339(text);
}

Error no_such_lock(Token token) {
  return internal("the log names a lock that is not held: token " + std::to_string(token));
}

}  // namespace

Result<void> HeldLocks::apply(const Event& event) {
  if (event.type == "lock_acquired") return insert(event.data);
  if (event.type == "lock_renewed") return renew(event.data);
  if (event.type == "lock_released") return erase(event.data);
  return {};
}

Result<void> HeldLocks::insert(const json::object& data) {
  TRY(Token token, need_token(data));
  if (token <= last_token_ && locks_.contains(token)) {
    return internal("the log grants token " + std::to_string(token) + " twice");
  }
  TRY(std::string path, need_string(data, "path"));
  TRY(PathPattern pattern, PathPattern::parse(path));
  TRY(std::string mode_text, need_string(data, "mode"));
  TRY(Mode mode, parse_mode(mode_text));
  TRY(std::string holder, need_string(data, "holder"));
  TRY(Time expires_at, need_expiry(data));
  const auto entry =
      locks_.emplace(token, Lock{std::move(pattern), mode, token, std::move(holder), expires_at});
  const Lock& lock = entry.first->second;
  index_.insert(token, lock.path);
  by_holder_[lock.holder].insert(token);
  expiries_.emplace(expires_at, token);
  last_token_ = std::max(last_token_, token);
  return {};
}

Result<void> HeldLocks::renew(const json::object& data) {
  TRY(Token token, need_token(data));
  TRY(Time expires_at, need_expiry(data));
  const auto found = locks_.find(token);
  if (found == locks_.end()) return no_such_lock(token);
  expiries_.erase({found->second.expires_at, token});
  expiries_.emplace(expires_at, token);
  found->second.expires_at = expires_at;
  return {};
}

Result<void> HeldLocks::erase(const json::object& data) {
  TRY(Token token, need_token(data));
  const auto found = locks_.find(token);
  if (found == locks_.end()) return no_such_lock(token);
  const Lock& lock = found->second;
  index_.erase(token, lock.path);
  expiries_.erase({lock.expires_at, token});
  const auto holder = by_holder_.find(lock.holder);
  holder->second.erase(token);
  if (holder->second.empty()) by_holder_.erase(holder);
  locks_.erase(found);
  return {};
}

json::object HeldLocks::snapshot() const {
  json::array locks;
  locks.reserve(locks_.size());
  for (const auto& [token, lock] : locks_) locks.push_back(lock_json(lock));
  json::object object;
  object["last_token"] = static_cast<std::int64_t>(last_token_);
  object["locks"] = std::move(locks);
  return object;
}

Result<HeldLocks> HeldLocks::restore(const json::object& snapshot) {
  HeldLocks held;
  const json::array* locks = find_array(snapshot, "locks");
  if (locks == nullptr) return invalid("a lock snapshot has no locks");
  for (const json::value& value : *locks) {
    if (!value.is_object()) return invalid("a lock snapshot holds something that is no lock");
    TRY_VOID(held.insert(value.get_object()));
  }
  TRY(std::int64_t last_token, need_int(snapshot, "last_token"));
  if (last_token < 0 || static_cast<Token>(last_token) < held.last_token_) {
    return invalid("a lock snapshot's last_token is below a token in it");
  }
  held.last_token_ = static_cast<Token>(last_token);
  return held;
}

const Lock* HeldLocks::find(Token token) const {
  const auto found = locks_.find(token);
  return found == locks_.end() ? nullptr : &found->second;
}

const std::set<Token>& HeldLocks::of(std::string_view holder) const {
  static const std::set<Token> kNone;
  const auto found = by_holder_.find(holder);
  return found == by_holder_.end() ? kNone : found->second;
}

std::optional<std::pair<Time, Token>> HeldLocks::first_expiry() const {
  if (expiries_.empty()) return std::nullopt;
  return *expiries_.begin();
}

}  // namespace coditect::locks
