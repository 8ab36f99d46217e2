#pragma once

#include <set>
#include <string>
#include <sys/types.h>
#include <vector>

#include "base/result.h"

namespace coditect::tools {

/// Makes paths of a running sandbox's project read-only, and writable again, by mounts in the
/// sandbox's own namespace.
///
/// The mounts are made from inside: a short-lived child of this process enters the namespaces of
/// the sandbox and resolves every path there, below the project and through no link. So whatever
/// the command, or another one in the same tree, puts in the way meanwhile, nothing outside the
/// project can be shown in it and nothing is created. The command cannot undo it: it has no
/// capability, and its filter refuses mounts.
///
/// Threads:    one at a time.
/// Lifetime:   the sandbox's first process lives, or has not been reaped.
/// Errors:     Errc::kNotFound once the sandbox has ended; Errc::kUnavailable where the kernel
///             refuses, and what was done before stays.
class MountGuard {
 public:
  /// `init` is a process of the sandbox.
  explicit MountGuard(pid_t init) : init_(init) {}

  /// From here on exactly `paths` are read-only. What is not there, or is a link, is passed over:
  /// there is nothing that a mount could hold fast.
  Result<void> apply(const std::vector<std::string>& paths);

 private:
  const pid_t init_;
  std::set<std::string> guarded_;  ///< asked for by the last apply() that succeeded
};

}  // namespace coditect::tools
