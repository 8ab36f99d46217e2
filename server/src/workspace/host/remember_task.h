#pragma once

#include "agents/conversation.h"
#include "async/strand.h"
#include "base/strong_id.h"
#include "workspace/log/event_log.h"

namespace coditect::workspace {

/// What was said in the task so far, from the log. `since` is the event that queued it.
///
/// Threads: the workspace's strand.
/// Errors:  those of the log.
awaitable<Result<agents::Remembered>> remember_task(EventLog& log, TaskId task, Sequence since);

}  // namespace coditect::workspace
