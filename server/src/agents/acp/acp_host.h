#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "async/strand.h"
#include "base/result.h"
#include "tools/tool_host.h"

namespace coditect::agents::acp {

/// What the log knows of a task that was begun before.
struct Recalled {
  std::string session;                    ///< of the program's; "" where it had none
  std::string said = {};                  ///< last, by the agent
  std::vector<std::string> did = {};      ///< calls of tools, in a line each, the newest last
  std::vector<std::string> changed = {};  ///< paths
};

/// What a program that is an agent needs of the workspace, besides what every agent does.
///
/// Threads:  the workspace's strand.
/// Lifetime: outlives every run.
class AcpHost {
 public:
  virtual ~AcpHost() = default;

  /// Before the program starts: how it is run. What it changes on the disk from here on is its
  /// agent's where the agent has locked it, and the task's process's elsewhere.
  virtual Result<tools::CommandScope> begin_run(const tools::Caller& caller) = 0;
  /// Whether it may change files at all: an agent that may only read does not, asked or not.
  virtual tools::ProjectAccess access(const std::string& agent) const = 0;
  /// After it, once for each begin_run() that succeeded: compares the project.
  virtual awaitable<void> end_run(std::uint64_t scope) = 0;
  /// Compares these paths with the disk, durably: what changed there is the caller's.
  virtual awaitable<Result<void>> compare(tools::Caller caller, std::vector<std::string> paths) = 0;
  virtual awaitable<Result<Recalled>> recall(tools::Caller caller) = 0;
  /// The agent's own folder on this machine, beside the project; it is there on return.
  virtual awaitable<Result<std::filesystem::path>> home(std::string agent) = 0;
};

}  // namespace coditect::agents::acp
