#pragma once

#include <chrono>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "tools/network/visit.h"
#include "tools/sandbox/inner_door.h"
#include "tools/sandbox/read_only_paths.h"
#include "tools/sandbox/sandbox_limits.h"
#include "tools/sandbox/secret.h"

namespace coditect::tools {

/// What one command may use. base/limits.h says what happens at each limit.
struct CommandLimits {
  std::chrono::milliseconds time = limits::kCommandTimeDefault;
  std::size_t memory_bytes = limits::kCommandMemoryBytesMax;
  std::size_t processes = limits::kCommandProcessesMax;
  std::size_t file_bytes = limits::kCommandFileBytesMax;  ///< of any one file
  std::size_t open_files = limits::kCommandOpenFilesMax;  ///< of any one process
  std::size_t scratch_bytes = limits::kCommandScratchBytesMax;
  std::size_t output_bytes = limits::kToolOutputBytesMax;         ///< kept; the rest is dropped
  std::uint64_t written_bytes = limits::kCommandWrittenBytesMax;  ///< into the project, in all
  std::uint64_t written_files = limits::kCommandWrittenFilesMax;
  std::uint64_t project_bytes = limits::kProjectBytesMax;  ///< on disk in all
  int cores = limits::kCommandCoresMax;                    ///< processor time in a second of time
};

enum class ProjectAccess { kReadOnly, kReadWrite };
/// Whether somebody looks at what a command prints, and types: then it may use colours and pagers.
enum class Console { kNone, kTerminal };
/// Whether a command may reach the hosts of the server's allow-list, where there is one.
enum class Network { kNone, kAllowList };

/// One command to run in a project. Inside, the project is kSandboxProject.
struct CommandSpec {
  std::vector<std::string> argv;
  std::filesystem::path project_root;
  std::string working_directory = {};  ///< relative to the project, "" for its root
  ProjectAccess access = ProjectAccess::kReadWrite;
  Console console = Console::kNone;
  Network network = Network::kNone;
  /// Added to the sandbox's own few variables; never a secret.
  std::vector<std::pair<std::string, std::string>> environment = {};
  /// Variables too, which never stand in an argument vector, and are replaced in all that is heard
  /// of the command (SecretMask).
  std::vector<Secret> secrets = {};
  CommandLimits limits = {};
  /// What of the project it may not change; null: everything may be changed.
  std::shared_ptr<ReadOnlyPaths> read_only = nullptr;
  std::stop_token stop = {};
  /// Hears everything the command prints, as it comes, on the thread that runs it. Cuts fall
  /// anywhere, also inside a UTF-8 sequence. Must not block.
  std::function<void(std::string_view chunk)> on_output = {};
  /// A folder of the host that is its home, and is kept; empty: an empty one that goes with it.
  std::filesystem::path home = {};
  /// Folders of the host that it sees read-only at their own place: programs.
  std::vector<std::filesystem::path> programs = {};
  /// What of the server it reaches on its own loopback address, before it begins.
  std::vector<InnerDoor> doors = {};
};

inline constexpr std::string_view kSandboxProject = "/workspace";

enum class CommandEnd { kExited, kTimedOut, kStopped, kDiskLimit };

struct CommandResult {
  CommandEnd end = CommandEnd::kExited;
  int exit_code = 0;  ///< 128 + signal when a signal ended it, as a shell says it
  int signal = 0;     ///< 0 when it exited by itself
  /// What it printed on both streams, in order: valid UTF-8, its middle left out beyond the limit.
  std::string output = {};
  std::size_t output_bytes = 0;  ///< printed in all
  bool truncated = false;
  bool out_of_memory = false;        ///< some process of it was killed at the memory limit
  std::size_t memory_bytes_max = 0;  ///< that limit
  std::string disk_limit = {};       ///< of kDiskLimit: which one, in words
  std::vector<Visit> visits = {};    ///< hosts that it wanted to reach through the allow-list
  std::chrono::milliseconds elapsed{0};
};

/// The arguments that run `text` as a shell command.
std::vector<std::string> shell_command(std::string text);

/// Runs commands that are not trusted.
///
/// Threads: any; run() blocks its caller for as long as the command takes.
class CommandRunner {
 public:
  virtual ~CommandRunner() = default;
  /// Returns when the command and everything it started has ended, at the latest
  /// limits::kCommandKillMax after the time limit or a stop. A command that fails is a result;
  /// an Error means that it did not run.
  virtual Result<CommandResult> run(const CommandSpec& spec) = 0;
  /// For operators: how commands are confined, and which limits are in force.
  virtual const std::string& description() const = 0;
};

}  // namespace coditect::tools
