#pragma once

#include <functional>
#include <future>

#include "base/result.h"
#include "tools/sandbox/command.h"
#include "tools/sandbox/running_command.h"

namespace coditect::tools {

/// Starts a command in the sandbox. Blocks.
using LaunchProgram = std::function<Result<Launched>(const CommandSpec& spec, Streams streams)>;

/// The life of a long-lived program's thread, from its launch to its end; blocks for as long.
///
/// Threads:  the program's own.
/// Errors:   `started` hears once whether there is a program to follow. Where there is none
/// `on_exit`
///           is not called; else it is, once, when no process of the program is left.
void follow_program(const CommandSpec& spec, const LaunchProgram& launch, Streams streams,
                    std::promise<Result<void>> started,
                    const std::function<void(Result<CommandResult> end)>& on_exit);

}  // namespace coditect::tools
