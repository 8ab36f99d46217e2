#pragma once

#include <memory>
#include <string>

#include "tools/sandbox/command.h"
#include "tools/sandbox/piped_process.h"
#include "tools/sandbox/terminal.h"

namespace coditect::tools {

/// Refuses every command and every terminal: what a server uses where no sandbox is to be had.
///
/// Threads: any.
class NoSandbox final : public CommandRunner, public TerminalLauncher, public PipedLauncher {
 public:
  explicit NoSandbox(Error reason);
  Result<CommandResult> run(const CommandSpec& spec) override;
  Result<std::unique_ptr<TerminalProcess>> start(TerminalSpec spec) override;
  Result<std::unique_ptr<PipedProcess>> start(PipedSpec spec) override;
  const std::string& description() const override { return description_; }

 private:
  Error refusal(std::string_view what) const;

  const Error reason_;
  const std::string description_;
};

}  // namespace coditect::tools
