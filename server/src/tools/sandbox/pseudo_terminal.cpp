#include "tools/sandbox/pseudo_terminal.h"

#include <cerrno>
#include <cstdlib>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <termios.h>

namespace coditect::tools {

Result<PseudoTerminal> open_pseudo_terminal(TerminalSize size) {
  PseudoTerminal made;
  made.ours = FileDescriptor(::posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK));
  if (!made.ours.open()) return system_error("posix_openpt", errno);
  if (::grantpt(made.ours.get()) != 0) return system_error("grantpt", errno);
  if (::unlockpt(made.ours.get()) != 0) return system_error("unlockpt", errno);
  // Not by its name, which may mean another one where /dev/pts is not this process's own.
  made.program =
      FileDescriptor(::ioctl(made.ours.get(), TIOCGPTPEER, O_RDWR | O_NOCTTY | O_CLOEXEC));
  if (!made.program.open()) return system_error("open a terminal's other end", errno);
  termios modes{};
  if (::tcgetattr(made.program.get(), &modes) != 0) return system_error("tcgetattr", errno);
  modes.c_iflag |= IUTF8;  // the erase key takes a character, not a byte
  if (::tcsetattr(made.program.get(), TCSANOW, &modes) != 0) {
    return system_error("tcsetattr", errno);
  }
  TRY_VOID(set_size(made.ours, size));
  return made;
}

Result<void> set_size(const FileDescriptor& ours, TerminalSize size) {
  winsize window{};
  window.ws_col = static_cast<unsigned short>(size.columns);
  window.ws_row = static_cast<unsigned short>(size.rows);
  if (::ioctl(ours.get(), TIOCSWINSZ, &window) != 0) return system_error("TIOCSWINSZ", errno);
  return {};
}

}  // namespace coditect::tools
