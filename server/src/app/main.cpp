#include <string>
#include <unistd.h>
#include <vector>

#include "app/command_line.h"

int main(int argc, char** argv) {
  const std::vector<std::string> arguments(argv + 1, argv + argc);
  coditect::app::Shell shell = coditect::app::process_shell(coditect::Environment(environ));
  return coditect::app::run_command_line(arguments, shell);
}
