#pragma once

#include <utility>

#include "base/event.h"
#include "base/json.h"
#include "workspace/files/actor.h"

namespace coditect::workspace {

/// The `file_edit` of a change that `actor` made; `data` as describe_edit() has it.
/// Threads: any.
inline EventDraft edit_event(const Actor& actor, json::object data) {
  return {"file_edit", actor.name, actor.session, actor.task, std::move(data)};
}

}  // namespace coditect::workspace
