#include "coordination/locks/holder_activity.h"

#include <algorithm>
#include <cstdint>

namespace coditect::locks {

namespace {

Token token_of(const Event& event) {
  return static_cast<Token>(find_int(event.data, "token").value_or(0));
}

}  // namespace

void HolderActivity::begin(const HeldLocks& held, Time now) {
  for (const auto& [token, lock] : held.locks()) locks_[token] = {Time{}, now};
}

void HolderActivity::apply(const Event& event, const HeldLocks& held) {
  if (event.type == "lock_acquired") {
    locks_[token_of(event)] = {event.ts, event.ts};
  } else if (event.type == "lock_released") {
    locks_.erase(token_of(event));
  } else if (event.type == "lock_renewed") {
    const auto lock = locks_.find(token_of(event));
    const bool in_person = find_bool(event.data, "in_person").value_or(true);
    if (lock != locks_.end() && in_person) lock->second.touched_at = event.ts;
  } else if (event.type == "file_edit") {
    for (const char* name : {"path", "from"}) {
      if (const auto path = find_string(event.data, name)) {
        touch(event.actor, *path, event.ts, held);
      }
    }
  } else if (event.type.starts_with("task_")) {
    follow_task(event);
  }
}

void HolderActivity::touch(std::string_view holder, const std::string& path, Time now,
                           const HeldLocks& held) {
  const auto file = PathPattern::file(path);
  if (!file) return;
  for (const Token token : held.of(holder)) {
    const Lock* lock = held.find(token);
    if (lock != nullptr && lock->path.overlaps(*file)) locks_[token].touched_at = now;
  }
}

void HolderActivity::follow_task(const Event& event) {
  const auto agent = find_string(event.data, "agent");
  if (!agent) return;
  const auto kind = find_string(event.data, "for").value_or("");
  const bool begins = event.type == "task_started" || event.type == "task_resumed";
  const bool ends = event.type == "task_waiting" || event.type == "task_finished" ||
                    event.type == "task_requeued" || event.type == "task_paused";
  if (!begins && !ends) return;  // of a task that does not change what its agent does
  // A task that is resumed after a pause is only queued.
  const bool works = begins ? kind != "pause" : event.type == "task_waiting" && kind == "lock";
  Agent& seen = agents_["agent:" + *agent];
  if (seen.works == works && seen.since != Time{}) return;
  seen = {works, event.ts};
}

bool HolderActivity::works(const Lock& lock) const {
  const auto agent = agents_.find(lock.holder);
  return agent != agents_.end() && agent->second.works;
}

Time HolderActivity::idle_since(const Lock& lock) const {
  const auto seen = locks_.find(lock.token);
  const Time touched = seen == locks_.end() ? Time{} : seen->second.touched_at;
  const auto agent = agents_.find(lock.holder);
  return agent == agents_.end() ? touched : std::max(touched, agent->second.since);
}

Time HolderActivity::granted_at(const Lock& lock) const {
  const auto seen = locks_.find(lock.token);
  return seen == locks_.end() ? Time{} : seen->second.granted_at;
}

}  // namespace coditect::locks
