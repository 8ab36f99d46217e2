#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"
#include "tools/sandbox/command.h"

namespace coditect::tools {

/// A program that is talked to through its standard streams for as long as it lives. Inside, the
/// project is kSandboxProject.
struct PipedSpec {
  std::vector<std::string> argv;
  std::filesystem::path project_root;
  ProjectAccess access = ProjectAccess::kReadWrite;
  Network network = Network::kNone;
  std::vector<std::pair<std::string, std::string>> environment = {};  ///< never a secret
  std::vector<Secret> secrets = {};                                   ///< see CommandSpec::secrets
  std::shared_ptr<ReadOnlyPaths> read_only = nullptr;
  std::filesystem::path home = {};  ///< see CommandSpec::home
  std::vector<std::filesystem::path> programs = {};
  std::vector<InnerDoor> doors = {};
  /// Called once, the last of all, on a thread of the process's own: every process of it is gone.
  /// `output` is the beginning and the end of what it wrote to its standard error.
  std::function<void(Result<CommandResult> end)> on_exit = {};
};

/// A program in a sandbox with its standard input and output in our hands.
///
/// Threads:  any, one at a time.
/// Lifetime: destroying it ends the program and waits for that: at most limits::kCommandKillMax.
class PipedProcess {
 public:
  virtual ~PipedProcess() = default;
  /// A stream socket: what is written to it the program reads, what it prints is read from it.
  /// Handed out once.
  virtual FileDescriptor take_stream() = 0;
  /// Begins to end the program and everything it started; on_exit follows. Does not block.
  virtual void stop() = 0;
};

/// Starts programs that are not trusted and are talked to.
///
/// Threads:  any; start() blocks for as long as it takes to start a process.
/// Lifetime: outlives its processes.
class PipedLauncher {
 public:
  virtual ~PipedLauncher() = default;
  /// An Error means that nothing was started and that on_exit is not called.
  virtual Result<std::unique_ptr<PipedProcess>> start(PipedSpec spec) = 0;
};

}  // namespace coditect::tools
