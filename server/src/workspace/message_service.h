#pragma once

#include <string>
#include <vector>

#include "agents/agent_directory.h"
#include "async/strand.h"
#include "base/image_ref.h"
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
  struct Draft {
    std::vector<std::string> to;  ///< agents' names, or "all" alone
    std::string text;
    std::vector<ImageRef> images = {};                          ///< pictures that belong to it
    queue::WorktreeMode worktree = queue::WorktreeMode::kNone;  ///< where the tasks work
  };
  struct Sent {
    std::string id;
    Sequence seq = 0;
    std::vector<TaskId> tasks;
  };

  MessageService(EventLog& log, TaskService& tasks, const agents::AgentDirectory& directory,
                 Random& random);

  /// Errc::kNotFound for a name that no agent has; nothing is sent then.
  awaitable<Result<Sent>> send(Actor actor, Draft draft);

 private:
  Result<void> check_names(const std::vector<std::string>& names) const;

  EventLog& log_;
  TaskService& tasks_;
  const agents::AgentDirectory& directory_;
  Random& random_;
};

}  // namespace coditect::workspace
