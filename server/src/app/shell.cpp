#include "app/shell.h"

#include <cstdlib>
#include <iostream>
#include <unistd.h>

namespace coditect::app {

Shell process_shell() {
  auto environment = [](const std::string& name) -> std::optional<std::string> {
    const char* value = std::getenv(name.c_str());
    if (value == nullptr || *value == '\0') return std::nullopt;
    return value;
  };
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  return {std::cin, std::cout, std::cerr, environment,
          terminal ? Shell::Screen::kTerminal : Shell::Screen::kPipe};
}

}  // namespace coditect::app
