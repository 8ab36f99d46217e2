#pragma once

#include <istream>
#include <ostream>

#include "base/environment.h"

namespace coditect::app {

/// What a command is started with: its streams and its environment. Tests give it their own.
///
/// Lifetime: the streams outlive it.
struct Shell {
  std::istream& in;
  std::ostream& out;  ///< data only
  std::ostream& err;  ///< errors and progress
  Environment environment;
  enum class Screen {
    kPipe,      ///< nobody watches: no progress
    kTerminal,  ///< a person watches
  } err_screen = Screen::kPipe;
};

/// The process's own streams and its environment.
Shell process_shell(Environment environment);

}  // namespace coditect::app
