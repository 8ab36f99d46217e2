#pragma once

#include <memory>
#include <stop_token>
#include <thread>

#include "base/posix_file.h"
#include "tools/sandbox/follow_program.h"
#include "tools/sandbox/terminal.h"

namespace coditect::tools {

/// A terminal whose program runs in the sandbox: a command like any other that prints to a
/// pseudo-terminal instead of a pipe, followed by a thread of its own.
///
/// Threads:  as its base; thread_ owns the running command.
class SandboxTerminal final : public TerminalProcess {
 public:
  /// Starts the sandbox for a specification, on the terminal's thread, which outlives it.
  using Launch = LaunchProgram;

  static Result<std::unique_ptr<TerminalProcess>> start(TerminalSpec spec, Launch launch,
                                                        CommandLimits limits);
  ~SandboxTerminal() override;

  Result<std::size_t> write(std::string_view text) override;
  Result<void> resize(TerminalSize size) override;
  void stop() override { stop_.request_stop(); }

 private:
  explicit SandboxTerminal(FileDescriptor keyboard) : keyboard_(std::move(keyboard)) {}

  const FileDescriptor keyboard_;  ///< the same end that the thread reads from
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace coditect::tools
