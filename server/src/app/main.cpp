#include <string>
#include <unistd.h>
#include <vector>

#include "app/command_line.h"

#ifdef CODITECT_MIMALLOC
#include <mimalloc.h>

namespace {

/// Freed memory goes back to the system this long after. An agent's next call takes as much again
/// some moments later: with mimalloc's 25 ms, a fifth of the processor's time goes into page
/// faults.
constexpr long kDecommitDelayMs = 1'000;

}  // namespace
#endif

int main(int argc, char** argv) {
#ifdef CODITECT_MIMALLOC
  mi_option_set_default(mi_option_decommit_delay, kDecommitDelayMs);
#endif
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  coditect::app::Shell shell = coditect::app::process_shell(coditect::Environment(environ));
  return coditect::app::run_command_line(arguments, shell);
}
