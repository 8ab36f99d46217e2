#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "agents/acp/acp_host.h"
#include "async/blocking_pool.h"
#include "coordination/approvals/desk.h"
#include "coordination/queue/task_board.h"
#include "workspace/files/file_service.h"
#include "workspace/host/command_book.h"
#include "workspace/log/event_log.h"
#include "workspace/worktrees/worktree_service.h"

namespace coditect::workspace {

/// The workspace as programs that are agents need it.
///
/// Threads:  the workspace's strand.
/// Lifetime: its parts outlive it; it outlives the runs.
class AcpWorkspace final : public agents::acp::AcpHost {
 public:
  struct Parts {
    EventLog& log;
    const queue::TaskBoard& board;
    const approvals::Desk& approvals;
    FileService& files;
    CommandBook& commands;
    WorktreeService& worktrees;
    BlockingPool& disk;
    std::filesystem::path homes;  ///< a folder for each agent
  };

  explicit AcpWorkspace(Parts parts) : parts_(std::move(parts)) {}

  Result<tools::CommandScope> begin_run(const tools::Caller& caller) override;
  tools::ProjectAccess access(const std::string& agent) const override;
  awaitable<void> end_run(std::uint64_t scope) override;
  awaitable<Result<void>> compare(tools::Caller caller, std::vector<std::string> paths) override;
  awaitable<Result<agents::acp::Recalled>> recall(tools::Caller caller) override;
  awaitable<Result<std::filesystem::path>> home(std::string agent) override;

 private:
  awaitable<Result<void>> compare_copy(Worktree& copy, const tools::Caller& caller);

  const Parts parts_;
  // Of runs in a worktree, where nothing is locked: who runs, by scope.
  std::map<std::uint64_t, tools::Caller> apart_;
  std::uint64_t last_apart_ = std::uint64_t{1} << 63;  ///< beyond those of CommandBook
};

}  // namespace coditect::workspace
