#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "tools/sandbox/command.h"

namespace coditect::tools {

/// In characters.
struct TerminalSize {
  int columns = 80;
  int rows = 24;
};

/// A program to run at a terminal in a project. Inside, the project is kSandboxProject.
struct TerminalSpec {
  std::vector<std::string> argv;
  std::filesystem::path project_root;
  TerminalSize size = {};
  /// Hears what the terminal shows, as it comes, on a thread of the terminal's own. Cuts fall
  /// anywhere. It may block, and the program then waits to print more, until `stop` is requested.
  std::function<void(std::string_view chunk, const std::stop_token& stop)> on_output = {};
  /// Called once, the last of all, on the same thread: every process of the terminal is gone.
  std::function<void(Result<CommandResult> end)> on_exit = {};
};

/// The arguments of an interactive shell, and of a command that is run by one.
std::vector<std::string> terminal_shell();
std::vector<std::string> terminal_command(std::string text);

/// A terminal with a program at it.
///
/// Threads:  any, one at a time.
/// Lifetime: destroying it ends the program and waits for that: at most limits::kCommandKillMax.
class TerminalProcess {
 public:
  virtual ~TerminalProcess() = default;
  /// Types `text`. How many bytes were taken: none while the program leaves too much unread. Does
  /// not block.
  virtual Result<std::size_t> write(std::string_view text) = 0;
  /// Tells the program, by SIGWINCH.
  virtual Result<void> resize(TerminalSize size) = 0;
  /// Begins to end the program and everything it started; on_exit follows. Does not block.
  virtual void stop() = 0;
};

/// Starts programs that are not trusted, at terminals.
///
/// Threads:  any; start() blocks for as long as it takes to start a process.
/// Lifetime: outlives its terminals.
class TerminalLauncher {
 public:
  virtual ~TerminalLauncher() = default;
  /// An Error means that nothing was started and that on_exit is not called.
  virtual Result<std::unique_ptr<TerminalProcess>> start(TerminalSpec spec) = 0;
};

}  // namespace coditect::tools
