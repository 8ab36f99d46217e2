#include "workspace/instructions/instruction_paths.h"

#include <algorithm>

namespace coditect::workspace {

namespace {

/// What the vendors' own tools read. Who works here is not bound to one vendor, so every agent
/// gets all of them.
constexpr std::string_view kNames[] = {"AGENTS.md", "CLAUDE.md", "GEMINI.md"};

}  // namespace

bool is_instruction_path(std::string_view path) {
  const std::string_view name = path.substr(path.rfind('/') + 1);  // npos + 1 is 0
  return std::ranges::find(kNames, name) != std::end(kNames);
}

std::vector<std::string> instruction_paths(std::string_view path) {
  std::vector<std::string> paths;
  const auto add = [&paths](std::string_view folder) {
    for (const std::string_view name : kNames) paths.push_back(std::string(folder) += name);
  };
  add("");
  if (path.empty()) return paths;
  for (std::size_t end = path.find('/'); end != std::string_view::npos;
       end = path.find('/', end + 1)) {
    add(path.substr(0, end + 1));
  }
  // The path may itself be a folder.
  add(std::string(path) + "/");
  return paths;
}

}  // namespace coditect::workspace
