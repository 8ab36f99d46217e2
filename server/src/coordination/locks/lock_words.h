#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "coordination/locks/lock.h"
#include "coordination/locks/wait_graph.h"

/// What the lock table tells people and agents when it refuses: what is the case, what to do.
namespace coditect::locks {

/// kLocked: `holders` are in the way.
Error locked_error(const PathPattern& path, const std::vector<std::string>& holders);
/// kLocked: `lock` is in the way.
Error locked_error(const PathPattern& path, const Lock& lock);
/// kLocked: waiting would never end.
Error deadlock_error(const Cycle& cycle);
/// kConflict: the token's lock is no longer held; kNotFound: it never was.
Error stale_error(Token token, Token last_token);
/// kDenied: somebody else holds the token's lock.
Error not_yours_error(const Lock& lock);
/// kDenied: the token's lock is for reading.
Error read_only_error(const Lock& lock);

}  // namespace coditect::locks
