#pragma once

#include <optional>
#include <string_view>

namespace coditect::api {

/// What a person may do. Each may do what those before it may.
enum class Role {
  kViewer,  ///< sees everything of a workspace, changes nothing
  kEditor,  ///< works in it: files, agents, terminals, approvals
  kOwner,   ///< decides: people, money, rules, secrets, workspaces
};

constexpr bool may(Role has, Role needs) { return has >= needs; }

std::string_view to_string(Role role);
/// Nothing for a word that names none.
std::optional<Role> parse_role(std::string_view text);

}  // namespace coditect::api
