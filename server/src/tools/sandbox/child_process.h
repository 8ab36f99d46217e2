#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::tools {

/// A process that this one started and that never outlives it: killed and reaped when destroyed.
///
/// Threads:    one at a time; the thread that spawned it outlives it (PR_SET_PDEATHSIG is about
///             threads).
/// Invariants: until reaped, pid() cannot name another process.
class ChildProcess {
 public:
  /// Starts `program` in a session of its own, with no environment, no blocked signal, and exactly
  /// these descriptors: `descriptors[i]` is its descriptor i, which is closed where that is -1;
  /// nothing else is inherited.
  static Result<ChildProcess> spawn(const std::filesystem::path& program,
                                    const std::vector<std::string>& argv,
                                    std::span<const int> descriptors);
  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&&) = delete;
  ~ChildProcess();

  pid_t pid() const { return pid_; }
  /// Readable once the process has ended.
  int pidfd() const { return pidfd_.get(); }
  void kill();
  /// Waits for the end. What waitpid(2) says.
  int reap();

 private:
  ChildProcess(pid_t pid, FileDescriptor pidfd) : pid_(pid), pidfd_(std::move(pidfd)) {}

  pid_t pid_ = -1;  ///< -1 once reaped or moved from
  FileDescriptor pidfd_;
};

/// A handle on the process `pid`, which must be a child of `parent`; closed otherwise. While
/// `parent` has not reaped it the handle cannot be of another process.
FileDescriptor open_child_of(pid_t parent, pid_t pid);
/// Sends SIGKILL; a process that has ended stays so.
void kill_process(const FileDescriptor& pidfd);
/// Reaps a process that has ended and whose parent has ended too, when that has made it a child of
/// this process: a server that is a container's first process inherits every orphan.
void reap_orphan(const FileDescriptor& pidfd);

}  // namespace coditect::tools
