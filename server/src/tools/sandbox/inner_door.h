#pragma once

#include <cstdint>
#include <functional>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::tools {

/// Something of the server that a program in a sandbox reaches at 127.0.0.1:`port` of its own.
struct InnerDoor {
  std::uint16_t port = 0;
  /// Takes the socket that listens there, once the sandbox stands and before its program begins;
  /// on the thread that runs the program. An Error ends the start.
  std::function<Result<void>(FileDescriptor listener)> open;
};

}  // namespace coditect::tools
