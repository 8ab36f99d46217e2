#pragma once

#include "base/posix_file.h"
#include "base/result.h"
#include "tools/sandbox/terminal.h"

namespace coditect::tools {

/// The two ends of a new pseudo-terminal: whoever plays the screen and the keyboard has `ours`.
/// Neither becomes the controlling terminal of this process; both close on exec.
struct PseudoTerminal {
  FileDescriptor ours;
  FileDescriptor program;
};

/// In the modes of a terminal that somebody types at, in UTF-8. `ours` does not block.
Result<PseudoTerminal> open_pseudo_terminal(TerminalSize size);

/// Sets the size of the terminal whose end `ours` is.
Result<void> set_size(const FileDescriptor& ours, TerminalSize size);

}  // namespace coditect::tools
