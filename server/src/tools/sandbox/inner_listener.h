#pragma once

#include <cstdint>
#include <sys/types.h>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::tools {

/// A socket that listens on 127.0.0.1:`port` inside of a sandbox and belongs to this process: what
/// connects to it from inside is accepted outside. Nothing of the sandbox holds it, so nothing
/// there can close it, take its place, or send anything but bytes through it.
///
/// `init` is a process of the sandbox that has not been reaped. A short-lived child enters its
/// network namespace. Errc::kUnavailable where the kernel refuses.
Result<FileDescriptor> listen_inside(pid_t init, std::uint16_t port);

}  // namespace coditect::tools
