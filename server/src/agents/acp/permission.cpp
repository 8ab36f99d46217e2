#include "agents/acp/permission.h"

#include "tools/project_path.h"

namespace coditect::agents::acp {

std::optional<std::string> option_of(const json::array& options, std::string_view kind) {
  for (const json::value& each : options) {
    const json::object* option = each.if_object();
    if (option == nullptr || find_string(*option, "kind") != kind) continue;
    if (auto id = find_string(*option, "optionId")) return id;
  }
  return std::nullopt;
}

json::value selected_outcome(const std::string& option) {
  return {{"outcome", {{"outcome", "selected"}, {"optionId", option}}}};
}

json::value cancelled_outcome() { return {{"outcome", {{"outcome", "cancelled"}}}}; }

std::optional<std::string> normal_path(std::string_view path) {
  auto normal = tools::project_path(path);
  if (!normal || normal->empty()) return std::nullopt;
  return *std::move(normal);
}

}  // namespace coditect::agents::acp
