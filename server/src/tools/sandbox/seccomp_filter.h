#pragma once

#include <string>

#include "base/result.h"

namespace coditect::tools {

/// The system-call filter of a sandboxed command, as the BPF program that bubblewrap loads.
///
/// Everything is allowed but what no build or test needs and what has broken out of namespaces
/// before: new namespaces and mounts, kernel modules and kexec, the keyring, bpf, perf,
/// userfaultfd, io_uring, the clock, terminal injection, sockets that network namespaces do not
/// confine, and set-user-id files (inside, the command may own files as the host's root does
/// outside).
Result<std::string> seccomp_filter();

}  // namespace coditect::tools
