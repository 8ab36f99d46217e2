#pragma once

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

namespace coditect::app {

/// What a command is started with: its streams and its environment. Tests give it their own.
///
/// Lifetime: the streams outlive it.
struct Shell {
  std::istream& in;
  std::ostream& out;  ///< data only
  std::ostream& err;  ///< errors and progress
  /// A variable's value; nothing where it is unset or empty.
  std::function<std::optional<std::string>(const std::string& name)> environment;
  enum class Screen {
    kPipe,      ///< nobody watches: no progress
    kTerminal,  ///< a person watches
  } err_screen = Screen::kPipe;
};

/// The process's own streams and environment.
Shell process_shell();

}  // namespace coditect::app
