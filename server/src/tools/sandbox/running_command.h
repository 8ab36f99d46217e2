#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "base/posix_file.h"
#include "base/result.h"
#include "tools/network/egress_gateway.h"
#include "tools/sandbox/bounded_output.h"
#include "tools/sandbox/cgroup.h"
#include "tools/sandbox/child_process.h"
#include "tools/sandbox/command.h"
#include "tools/sandbox/disk_watch.h"
#include "tools/sandbox/mount_guard.h"
#include "tools/sandbox/secret_mask.h"

namespace coditect::tools {

struct Pipe {
  FileDescriptor read;
  FileDescriptor write;
};
/// Both ends close on exec.
Result<Pipe> make_pipe();

/// Two ends that both read and write.
Result<Pipe> make_socket_pair();

/// What a command's descriptors 0 to 2 are, and the end of them that is followed.
struct Streams {
  FileDescriptor input;
  FileDescriptor output;
  FileDescriptor ours;
  FileDescriptor answers = {};  ///< where open, its standard output; `output` is the errors' then
};

/// What a limit that is not a control group's is set by: setrlimit, per process.
enum class MemoryLimit { kByCgroup, kPerProcess };

/// One bubblewrap from its start to its end.
///
/// bubblewrap starts a child, the init of the new process namespace, and reports its number; the
/// child waits at a gate while it gets its limits, then becomes the command. Killing the init kills
/// everything in the namespace; the kernel reports its end only after that.
///
/// Threads:  the one that started the process.
/// Lifetime: `spec` and `cgroup` outlive it.
class RunningCommand {
 public:
  struct Parts {
    ChildProcess bubblewrap;
    FileDescriptor output;  ///< what the command prints: a pipe or a pseudo-terminal
    FileDescriptor status;  ///< what bubblewrap reports
    FileDescriptor gate;    ///< the command starts when a byte is written
    FileDescriptor ready;   ///< the sandbox stands and waits for a line; closed where it does not
    MemoryLimit memory;
    EgressGateway* gateway = nullptr;                    ///< the way out; null where there is none
    std::shared_ptr<ReadOnlyPaths> read_only = nullptr;  ///< null: nothing is held fast
  };
  RunningCommand(const CommandSpec& spec, Cgroup& cgroup, Parts parts);

  /// Follows the command to its end, or ends it. Every process of it is gone on return.
  Result<CommandResult> follow();

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  /// Waits for whatever comes first; true when bubblewrap has ended.
  bool wait_for_progress(Deadline deadline, int stop);
  void read_output();
  void hear(std::string_view chunk);
  Result<void> read_status();
  Result<void> admit();
  /// Holds fast what must not be changed, before the command begins and whenever that changes.
  Result<void> guard_paths();
  /// What is done to the sandbox from outside before the command begins.
  Result<void> prepare();
  Deadline next_deadline(Deadline start) const;
  /// The descriptor that says that other paths are to be guarded; -1 while it is too early to look.
  int guard_event() const;
  bool disk_is_full(Deadline now);
  Result<void> terminate();
  Result<CommandResult> result(CommandEnd end, int wait_status);

  const CommandSpec& spec_;
  Cgroup& cgroup_;
  Parts parts_;
  const Deadline started_ = std::chrono::steady_clock::now();
  BoundedOutput output_;
  std::string status_;
  FileDescriptor init_;
  pid_t init_pid_ = -1;
  std::optional<int> exit_code_;
  std::optional<SecretMask> mask_;    ///< where it has secrets
  std::optional<MountGuard> guard_;   ///< once the sandbox stands, where paths are held fast
  std::unique_ptr<EgressDoor> door_;  ///< once the sandbox stands, where there is a way out
  std::optional<DiskWatch> disk_;     ///< from the admission on, where it may write
  std::string disk_limit_;
  Deadline next_guard_{};  ///< locks come and go by the millisecond, mounts need not
  bool admitted_ = false;
  Deadline next_disk_check_ = Deadline::max();
  Deadline deadline_{};  ///< of the command, from its admission: a busy machine starts it late
};

/// A sandbox that waits at its gate.
struct Launched {
  Cgroup cgroup;
  RunningCommand::Parts parts;
};

}  // namespace coditect::tools
