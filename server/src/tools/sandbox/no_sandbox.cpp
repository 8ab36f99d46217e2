#include "tools/sandbox/no_sandbox.h"

namespace coditect::tools {

NoSandbox::NoSandbox(Error reason)
    : reason_(std::move(reason)), description_("commands are refused: " + reason_.message) {}

Result<CommandResult> NoSandbox::run(const CommandSpec&) { return refusal("commands"); }

Result<std::unique_ptr<TerminalProcess>> NoSandbox::start(TerminalSpec) {
  return refusal("terminals");
}

Result<std::unique_ptr<PipedProcess>> NoSandbox::start(PipedSpec) {
  return refusal("programs of agents");
}

Error NoSandbox::refusal(std::string_view what) const {
  return unavailable(std::string(what) + " cannot be run here: " + reason_.message, reason_.hint);
}

}  // namespace coditect::tools
