#include "tools/project_path.h"

#include <algorithm>
#include <cctype>

#include "base/limits.h"
#include "tools/sandbox/command.h"

namespace coditect::tools {

namespace {

constexpr std::string_view kHint = "give a path relative to the project, such as src/main.cpp";

bool is_git_folder(std::string_view component) {
  // Also as file systems that ignore case would take it.
  return std::ranges::equal(component, std::string_view(".git"), [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == b;
  });
}

}  // namespace

Result<std::string> project_path(std::string_view path) {
  if (path.size() > limits::kPathBytesMax) return invalid("the path is too long");
  const bool controls = std::ranges::any_of(
      path, [](char byte) { return byte == '\0' || byte == '\n' || byte == '\r'; });
  if (controls) return invalid("the path holds a control character", std::string(kHint));

  std::string_view rest = path;
  if (rest.starts_with('/')) {
    const bool inside =
        rest.starts_with(kSandboxProject) &&
        (rest.size() == kSandboxProject.size() || rest[kSandboxProject.size()] == '/');
    if (!inside) {
      return invalid("the path '" + std::string(path) + "' is outside the project",
                     std::string(kHint));
    }
    rest.remove_prefix(kSandboxProject.size());
  }
  std::string normal;
  while (!rest.empty()) {
    const std::string_view component = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(component.size() + 1, rest.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") {
      return invalid("the path '" + std::string(path) + "' contains '..'", std::string(kHint));
    }
    if (!normal.empty()) normal += '/';
    normal += component;
  }
  return normal;
}

Result<std::string> changeable_path(std::string_view path) {
  TRY(std::string normal, project_path(path));
  if (normal.empty()) return invalid("the path is the project itself", std::string(kHint));
  std::string_view rest = normal;
  while (!rest.empty()) {
    const std::string_view component = rest.substr(0, rest.find('/'));
    rest.remove_prefix(std::min(component.size() + 1, rest.size()));
    if (is_git_folder(component)) {
      return Error{Errc::kDenied, "files of git itself cannot be changed", "use the git tool"};
    }
  }
  return normal;
}

Result<std::string> lockable_path(std::string_view path) {
  TRY(std::string normal, changeable_path(path));
  if (path.ends_with('/')) normal += '/';
  return normal;
}

}  // namespace coditect::tools
