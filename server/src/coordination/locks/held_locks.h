#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/locks/lock.h"
#include "coordination/locks/path_index.h"

namespace coditect::locks {

/// The durable half of the lock table: the locks that are held, and the highest token.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone, so the same events give the same state; no two holders
///             have conflicting locks, for as long as the events come from LockTable's decisions.
/// Errors:     an event that does not fit the state is refused and changes nothing.
class HeldLocks {
 public:
  /// Takes lock_acquired, lock_renewed and lock_released; other types change nothing.
  Result<void> apply(const Event& event);

  json::object snapshot() const;
  static Result<HeldLocks> restore(const json::object& snapshot);

  std::size_t size() const { return locks_.size(); }
  const std::map<Token, Lock>& locks() const { return locks_; }
  const PathIndex& index() const { return index_; }
  Token last_token() const { return last_token_; }
  const Lock* find(Token token) const;
  /// The tokens of the holder's locks, oldest first.
  const std::set<Token>& of(std::string_view holder) const;
  std::optional<std::pair<Time, Token>> first_expiry() const;

 private:
  Result<void> insert(const json::object& data);
  Result<void> renew(const json::object& data);
  Result<void> erase(const json::object& data);

  std::map<Token, Lock> locks_;  ///< its nodes stay where they are: the index points at them
  Token last_token_ = 0;
  // Views of locks_.
  PathIndex index_;
  std::map<std::string, std::set<Token>, std::less<>> by_holder_;
  std::set<std::pair<Time, Token>> expiries_;
};

}  // namespace coditect::locks
