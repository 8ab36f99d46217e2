#include "tools/sandbox/command.h"

namespace coditect::tools {

std::vector<std::string> shell_command(std::string text) {
  return {"/bin/bash", "-c", std::move(text)};
}

NoSandbox::NoSandbox(Error reason)
    : reason_(std::move(reason)), description_("commands are refused: " + reason_.message) {}

Result<CommandResult> NoSandbox::run(const CommandSpec&) {
  return Error{Errc::kUnavailable, "commands cannot be run here: " + reason_.message, reason_.hint};
}

}  // namespace coditect::tools
