#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "tools/network/egress_gateway.h"
#include "tools/sandbox/bubblewrap_arguments.h"
#include "tools/sandbox/cgroup.h"
#include "tools/sandbox/command.h"
#include "tools/sandbox/no_sandbox.h"
#include "tools/sandbox/piped_process.h"
#include "tools/sandbox/shared_bytes.h"
#include "tools/sandbox/terminal.h"

namespace coditect::tools {

struct Launched;
struct Streams;

struct SandboxOptions {
  std::filesystem::path bubblewrap = "/usr/bin/bwrap";
  /// Shown read-only besides the system's own folders: toolchains outside /usr.
  std::vector<std::filesystem::path> read_only = {};
  /// No command gets more than this, whatever its specification says.
  CommandLimits most = {.time = limits::kTerminalTimeMax};
  /// The only way out of a sandbox; null: there is none. Outlives the sandbox.
  EgressGateway* gateway = nullptr;
};

/// Runs commands that agents make up, and terminals, by bubblewrap: in namespaces of their own
/// (user, processes, network, IPC, names), without capabilities, with a system-call filter, with
/// limits. A command sees the system's programs read-only, its project at kSandboxProject, and an
/// empty /tmp.
///
/// Threads:    any; run() blocks its caller, who must be a long-lived thread (a pool's).
/// Lifetime:   outlives its runs.
/// Invariants: the server's environment, descriptors and files are never visible inside; when
///             run() returns, no process of the command is left, not even one that made itself a
///             daemon.
/// Errors:     create() fails where the sandbox does not work. There is no unconfined fallback.
///
/// What it does not confine: what a command writes into the project. Nothing outside may execute
/// what is found there: neither its programs nor its git hooks or git configuration, so git too
/// runs on a project only in here.
class Sandbox final : public CommandRunner, public TerminalLauncher, public PipedLauncher {
 public:
  /// Probes: runs one command. Errc::kUnavailable with a hint when that fails.
  static Result<std::unique_ptr<Sandbox>> create(SandboxOptions options);

  /// Errc::kInvalid for an empty command, a folder outside the project or a reserved variable.
  Result<CommandResult> run(const CommandSpec& asked) override;
  const std::string& description() const override { return description_; }

  /// As run(); the terminal's own thread runs its program, so any thread may call this.
  Result<std::unique_ptr<TerminalProcess>> start(TerminalSpec spec) override;
  Result<std::unique_ptr<PipedProcess>> start(PipedSpec spec) override;

 private:
  struct Files {
    SharedBytes seccomp;
    SharedBytes passwd;
    SharedBytes group;
    SharedBytes hosts;
  };

  Sandbox(SandboxOptions options, Files files);
  static Result<Files> make_files();
  Result<void> probe();
  Result<void> probe_network(CommandSpec spec);
  /// What the command is run by, after what this machine and this server can do.
  Result<CommandSpec> confine(const CommandSpec& spec) const;
  Result<Launched> launch(const CommandSpec& spec, Streams streams);

  // Constant after construction.
  const SandboxOptions options_;
  const SystemView view_;
  const Files files_;
  const Cgroups cgroups_;
  // Constant after create().
  EgressGateway* gateway_ = nullptr;
  bool guards_paths_ = true;
  std::string description_;
};

}  // namespace coditect::tools
