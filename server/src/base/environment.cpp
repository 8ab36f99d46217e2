#include "base/environment.h"

namespace coditect {

Environment::Environment(const char* const* variables) {
  for (; *variables != nullptr; ++variables) {
    const std::string_view text = *variables;
    const auto equals = text.find('=');
    if (equals == std::string_view::npos) continue;
    // Of a name that is there twice the first counts, as for getenv().
    variables_.emplace(text.substr(0, equals), text.substr(equals + 1));
  }
}

std::optional<std::string> Environment::find(std::string_view name) const {
  const auto found = variables_.find(name);
  if (found == variables_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

std::vector<std::string> Environment::pick(std::initializer_list<std::string_view> names) const {
  std::vector<std::string> picked;
  for (const std::string_view name : names) {
    if (const auto value = find(name)) picked.push_back(std::string(name) + "=" + *value);
  }
  return picked;
}

}  // namespace coditect
