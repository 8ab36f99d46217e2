#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/shell.h"
#include "base/result.h"

namespace coditect::app {

inline constexpr std::string_view kVersion = "0.1.0";

// What the process exits with.
inline constexpr int kSucceeded = 0;
inline constexpr int kFailed = 1;
inline constexpr int kMisused = 2;  ///< the command line itself is wrong; nothing was done

/// Reads a command line, without the program's name, runs the command and returns the exit code.
/// Data goes to `shell.out`; an error goes to `shell.err` as tell_error() writes it.
int run_command_line(std::span<const std::string> arguments, Shell& shell);

/// `coditect: WHAT` and, where there is one, `hint: WHAT TO DO`, each on one line.
void tell_error(std::ostream& out, const Error& error);

}  // namespace coditect::app
