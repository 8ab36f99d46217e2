#include "api/people/role.h"

namespace coditect::api {

std::string_view to_string(Role role) {
  switch (role) {
    case Role::kViewer: return "viewer";
    case Role::kEditor: return "editor";
    case Role::kOwner: return "owner";
  }
  return "viewer";
}

std::optional<Role> parse_role(std::string_view text) {
  for (const Role role : {Role::kViewer, Role::kEditor, Role::kOwner}) {
    if (text == to_string(role)) return role;
  }
  return std::nullopt;
}

}  // namespace coditect::api
