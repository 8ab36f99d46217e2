#pragma once

#include <functional>
#include <string>
#include <thread>

#include "app/shell.h"

namespace coditect::app {

/// Tells a person who watches that something is still going on, once it takes over two seconds.
/// Writes nothing where nobody watches; its line is gone when it is destroyed.
///
/// Threads:  owns one that writes to `shell.err`; nobody else writes there while it lives.
/// Lifetime: `shell` outlives it.
class Progress {
 public:
  Progress(Shell& shell, std::string what);
  /// `tell` is asked each second how far it is; on the writing thread.
  Progress(Shell& shell, std::string what, std::function<std::string()> tell);

 private:
  std::jthread writer_;  ///< stopped and joined by its destructor
};

}  // namespace coditect::app
