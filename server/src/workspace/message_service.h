#pragma once

#include <string>
#include <vector>

#include "agents/agent_directory.h"
#include "async/strand.h"
#include "base/random.h"
#include "workspace/log/event_log.h"
#include "workspace/tasks/task_service.h"

namespace coditect::workspace {

/// What people say to agents. Each agent that is addressed gets the message as a task.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it.
class MessageService {
 public:
  struct Sent {
    std::string id;
    Sequence seq = 0;
    std::vector<TaskId> tasks;
  };

  MessageService(EventLog& log, TaskService& tasks, const agents::AgentDirectory& directory,
                 Random& random);

  /// `to` are agents' names, or "all" alone. Errc::kNotFound for a name that no agent has; nothing
  /// is sent then. `worktree`: where their tasks work.
  awaitable<Result<Sent>> send(Actor actor, std::vector<std::string> to, std::string text,
                               queue::WorktreeMode worktree = queue::WorktreeMode::kNone);

 private:
  EventLog& log_;
  TaskService& tasks_;
  const agents::AgentDirectory& directory_;
  Random& random_;
};

}  // namespace coditect::workspace
