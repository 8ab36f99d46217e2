#include "app/shell.h"

#include <iostream>
#include <unistd.h>

namespace coditect::app {

Shell process_shell(Environment environment) {
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  return {std::cin, std::cout, std::cerr, std::move(environment),
          terminal ? Shell::Screen::kTerminal : Shell::Screen::kPipe};
}

}  // namespace coditect::app
