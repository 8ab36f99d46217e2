#pragma once

#include <string_view>
#include <vector>

#include "api/people/role.h"

namespace coditect::api {

/// The least role that may call a method. What the list does not name is an owner's: a method that
/// is forgotten here is closed, not open.
Role least_role(std::string_view method);
/// Every name in the lists: none of them is of a method that is not there.
std::vector<std::string_view> names_with_roles();

}  // namespace coditect::api
