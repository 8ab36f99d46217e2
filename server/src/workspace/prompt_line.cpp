#include "workspace/prompt_line.h"

#include "tools/sandbox/bounded_output.h"

namespace coditect::workspace {

std::string prompt_line(std::string_view prompt) {
  constexpr std::size_t kBytesMax = 200;
  while (prompt.starts_with('\n')) prompt.remove_prefix(1);
  prompt = prompt.substr(0, prompt.find('\n'));
  std::string line(prompt.substr(0, tools::utf8_prefix(prompt, kBytesMax)));
  std::erase(line, '`');
  return line;
}

}  // namespace coditect::workspace
