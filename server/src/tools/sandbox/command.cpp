#include "tools/sandbox/command.h"

namespace coditect::tools {

std::vector<std::string> shell_command(std::string text) {
  return {"/bin/bash", "-c", std::move(text)};
}

}  // namespace coditect::tools
