#include "coordination/locks/lock_events.h"

#include <cstdint>

#include "base/clock.h"

namespace coditect::locks {

namespace {

std::string_view to_string(ReleaseReason reason) {
  switch (reason) {
    case ReleaseReason::kReleased: return "released";
    case ReleaseReason::kExpired: return "expired";
    case ReleaseReason::kRevoked: return "revoked";
    case ReleaseReason::kHolderGone: return "holder_gone";
  }
  return "released";
}

std::string_view to_string(WaitEnd reason) {
  switch (reason) {
    case WaitEnd::kTimeout: return "timeout";
    case WaitEnd::kDeadlock: return "deadlock";
    case WaitEnd::kCancelled: return "cancelled";
    case WaitEnd::kRefused: return "refused";
  }
  return "cancelled";
}

EventDraft draft_of(std::string_view type, const Request& request) {
  return {std::string(type), request.holder, request.session, request.task, {}};
}

}  // namespace

json::object lock_json(const Lock& lock) {
  json::object data;
  data.reserve(5);
  data["path"] = lock.path.text();
  data["mode"] = to_string(lock.mode);
  data["token"] = static_cast<std::int64_t>(lock.token);
  data["holder"] = lock.holder;
  data["expires_at"] = to_rfc3339(lock.expires_at);
  return data;
}

EventDraft acquired_event(const Lock& lock, const Request& request) {
  EventDraft draft = draft_of("lock_acquired", request);
  draft.data = lock_json(lock);
  return draft;
}

EventDraft renewed_event(const Lock& lock, Time expires_at, Renewal renewal) {
  EventDraft draft{"lock_renewed", lock.holder, {}, {}, {}};
  draft.data["path"] = lock.path.text();
  draft.data["token"] = static_cast<std::int64_t>(lock.token);
  draft.data["holder"] = lock.holder;
  draft.data["expires_at"] = to_rfc3339(expires_at);
  if (renewal == Renewal::kByItself) draft.data["in_person"] = false;
  return draft;
}

EventDraft released_event(const Lock& lock, ReleaseReason reason, std::string_view actor) {
  EventDraft draft{"lock_released", std::string(actor), {}, {}, {}};
  draft.data["path"] = lock.path.text();
  draft.data["mode"] = to_string(lock.mode);
  draft.data["token"] = static_cast<std::int64_t>(lock.token);
  draft.data["holder"] = lock.holder;
  draft.data["reason"] = to_string(reason);
  return draft;
}

EventDraft waiting_event(const PathPattern& path, const Request& request,
                         const std::vector<std::string>& waits_for) {
  EventDraft draft = draft_of("lock_waiting", request);
  draft.data["path"] = path.text();
  draft.data["mode"] = to_string(request.mode);
  draft.data["holder"] = request.holder;
  draft.data["waits_for"] = json::array(waits_for.begin(), waits_for.end());
  return draft;
}

EventDraft wait_ended_event(const PathPattern& path, const Request& request, WaitEnd reason) {
  EventDraft draft = draft_of("lock_wait_ended", request);
  draft.data["path"] = path.text();
  draft.data["holder"] = request.holder;
  draft.data["reason"] = to_string(reason);
  return draft;
}

}  // namespace coditect::locks
