#pragma once

#include <string>

#include "base/json.h"

namespace coditect::mcp {

/// What a tool answered, as text.
struct ToolResult {
  bool ok = true;
  std::string text;
};

/// The text of a `tools/call` result: texts as they are; images, sounds and other bytes by their
/// kind and size; links by their name and URI; structured content where there is no other. Pure.
ToolResult tool_result(const json::object& result);

}  // namespace coditect::mcp
