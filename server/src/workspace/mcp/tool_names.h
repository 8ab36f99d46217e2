#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"

namespace coditect::workspace {

/// The names under which agents see a server's tools, by the server's own: SERVER__TOOL, of
/// letters, digits, '_' and '-', at most 64, which all vendors take. They depend on the set of
/// names alone. Pure.
std::map<std::string, std::string> offered_names(std::string_view server,
                                                 const std::vector<std::string>& tools);

/// A tool's schema as all vendors take it: an object with properties, and no choice between
/// several schemas at its top. The server checks its arguments itself. Pure.
json::object offered_schema(json::object schema);

}  // namespace coditect::workspace
