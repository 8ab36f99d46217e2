#pragma once

#include <string>

#include "base/json.h"

namespace coditect::mcp {

/// A tool that a server offers. All of it is what the server says: nothing to rely on.
struct Tool {
  std::string name;
  std::string description;
  json::object input_schema;
  bool read_only_hint = false;
};

}  // namespace coditect::mcp
