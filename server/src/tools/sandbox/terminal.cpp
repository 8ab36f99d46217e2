#include "tools/sandbox/terminal.h"

namespace coditect::tools {

namespace {

/// setsid makes the terminal the controlling one of a new session: without it there is neither job
/// control nor an interrupt key. The sandbox's own session belongs to its init.
std::vector<std::string> in_own_session(std::vector<std::string> argv) {
  std::vector<std::string> all{"/usr/bin/setsid", "--ctty"};
  all.insert(all.end(), argv.begin(), argv.end());
  return all;
}

}  // namespace

std::vector<std::string> terminal_shell() { return in_own_session({"/bin/bash", "-l"}); }

std::vector<std::string> terminal_command(std::string text) {
  return in_own_session(shell_command(std::move(text)));
}

}  // namespace coditect::tools
