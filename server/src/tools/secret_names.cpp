#include "tools/secret_names.h"

#include <algorithm>

#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {

namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kNamesMax = 10;

/// Names by which programs are found, started or connected.
constexpr std::string_view kReserved[] = {
    "PATH",       "HOME",        "USER",      "LANG",           "TERM",         "PWD",
    "SHELL",      "IFS",         "ENV",       "BASH_ENV",       "BASHOPTS",     "SHELLOPTS",
    "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY",       "GIT_PAGER",    "PAGER",
    "CI",         "NO_COLOR",    "EDITOR",    "PROMPT_COMMAND", "NODE_OPTIONS", "PYTHONSTARTUP"};

bool is_letter(char c) { return (c >= 'A' && c <= 'Z') || c == '_'; }

}  // namespace

Result<void> check_secret_name(std::string_view name) {
  const bool good =
      !name.empty() && name.size() <= kNameBytesMax && is_letter(name[0]) &&
      std::ranges::all_of(name, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
  const std::string shown = to_valid_utf8(name.substr(0, kNameBytesMax));
  if (!good) {
    return invalid("'" + shown + "' is no name of a secret",
                   "use A-Z, 0-9 and _, for example NPM_TOKEN, at most 64 of them");
  }
  if (name.starts_with("LD_") || std::ranges::count(kReserved, name) > 0) {
    return invalid("'" + shown + "' cannot be a secret: programs find or start others by it",
                   "give it another name");
  }
  return {};
}

Result<std::vector<std::string>> secret_names(const json::object& input) {
  std::vector<std::string> names;
  const json::array* array = find_array(input, "secrets");
  if (array == nullptr) return names;
  for (const json::value& each : *array) {
    std::string name(each.as_string());
    TRY_VOID(check_secret_name(name));
    if (std::ranges::count(names, name) == 0) names.push_back(std::move(name));
  }
  if (names.size() <= kNamesMax) return names;
  return Error{Errc::kLimit, "a command gets 10 secrets at most", {}};
}

}  // namespace coditect::tools
