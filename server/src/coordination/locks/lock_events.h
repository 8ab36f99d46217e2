#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "coordination/locks/lock.h"

/// The lock events as docs/api/events.md describes them.
namespace coditect::locks {

/// {path, mode, token, holder, expires_at}
json::object lock_json(const Lock& lock);

EventDraft acquired_event(const Lock& lock, const Request& request);
EventDraft renewed_event(const Lock& lock, Time expires_at, Renewal renewal);
EventDraft released_event(const Lock& lock, ReleaseReason reason, std::string_view actor);
EventDraft waiting_event(const PathPattern& path, const Request& request,
                         const std::vector<std::string>& waits_for);
EventDraft wait_ended_event(const PathPattern& path, const Request& request, WaitEnd reason);

}  // namespace coditect::locks
