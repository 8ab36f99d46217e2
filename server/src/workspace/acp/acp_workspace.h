#pragma once

#include <filesystem>
#include <string>

#include "agents/acp/acp_host.h"
#include "async/blocking_pool.h"
#include "coordination/approvals/desk.h"
#include "coordination/queue/task_board.h"
#include "workspace/files/file_service.h"
#include "workspace/host/command_book.h"
#include "workspace/log/event_log.h"

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
  const Parts parts_;
};

}  // namespace coditect::workspace
