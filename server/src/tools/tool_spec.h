#pragma once

#include <string>
#include <vector>

#include "base/json.h"
#include "base/result.h"

namespace coditect::tools {

/// What a model is told about a tool.
struct ToolSpec {
  std::string name;
  std::string description;
  /// JSON Schema 2020-12, the part that every vendor takes: one object, `additionalProperties`
  /// false, members of type string, integer, or array of strings; optional ones also take null.
  json::object input_schema;
};

/// Every tool, in the order in which models see them.
std::vector<ToolSpec> tool_specs();

/// The schema with every member required, as the strict modes of OpenAI and Moonshot demand;
/// optional members are null there.
json::object strict_schema(const json::object& schema);

/// Checks a call's input against a tool's schema: unknown members, missing ones, types. The error
/// names the member and says what the tool takes. Pure.
Result<void> validate_input(const ToolSpec& spec, const json::object& input);

}  // namespace coditect::tools
