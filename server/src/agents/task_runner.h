#pragma once

#include <stop_token>

#include "agents/agent_host.h"

namespace coditect::agents {

/// Works on one task, from where it stands to its end.
///
/// Threads:  the workspace's strand.
/// Lifetime: outlives run(), which is called once.
/// Stopping: `stop` ends it soon, and the outcome is kCancelled; so it is where the task is to
///           stand still.
class TaskRunner {
 public:
  virtual ~TaskRunner() = default;
  virtual awaitable<Outcome> run(Assignment assignment, std::stop_token stop) = 0;
};

}  // namespace coditect::agents
