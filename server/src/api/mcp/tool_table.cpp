#include "api/mcp/tool_table.h"

#include <algorithm>

#include "base/check.h"

namespace coditect::api {

namespace {

using Effect = OfferedTool::Effect;

struct AgentTool {
  std::string_view name;
  Effect effect;
};
constexpr AgentTool kAgentTools[] = {
    {"list_files", Effect::kReads}, {"read_file", Effect::kReads},
    {"write_file", Effect::kEdits}, {"edit_file", Effect::kEdits},
    {"lock_files", Effect::kAdds},  {"unlock_files", Effect::kAdds},
    {"search", Effect::kReads},     {"send_message", Effect::kAdds},
};

struct MethodTool {
  std::string_view name;
  std::string_view method;
  Effect effect;
};
constexpr MethodTool kMethodTools[] = {
    {"list_messages", "messages.list", Effect::kReads},
    {"list_agents", "agents.list", Effect::kReads},
    {"list_locks", "locks.list", Effect::kReads},
    {"submit_task", "tasks.submit", Effect::kActs},
    {"list_tasks", "tasks.list", Effect::kReads},
    {"get_task", "tasks.get", Effect::kReads},
    {"cancel_task", "tasks.cancel", Effect::kActs},
    {"file_history", "files.history", Effect::kReads},
    {"timeline", "timeline.range", Effect::kReads},
    {"file_at", "timeline.file_at", Effect::kReads},
    {"query_sql", "sql.query", Effect::kReads},
    {"create_checkpoint", "checkpoints.create", Effect::kAdds},
    {"list_checkpoints", "checkpoints.list", Effect::kReads},
    {"restore_checkpoint", "checkpoints.restore", Effect::kActs},
};

json::object schema_of(const Method& method) {
  json::object properties;
  json::array required;
  for (const Parameter& parameter : method.parameters) {
    json::object property{{"description", parameter.description}};
    if (parameter.type != "any") property["type"] = parameter.type;
    if (parameter.type == "array") property["items"] = {{"type", "string"}};
    properties[parameter.name] = std::move(property);
    if (parameter.need == Parameter::Need::kRequired) required.emplace_back(parameter.name);
  }
  return {{"type", "object"},
          {"properties", std::move(properties)},
          {"required", std::move(required)},
          {"additionalProperties", false}};
}

/// The same schema with one more member, which is needed.
json::object with_workspace(json::object schema) {
  schema["properties"].as_object()["workspace"] = {
      {"type", "string"}, {"description", "The workspace's id or name; list_workspaces has them."}};
  schema["required"].as_array().emplace_back("workspace");
  return schema;
}

json::object listing_of(const OfferedTool& tool, ToolTable::Scope scope) {
  const bool any = scope == ToolTable::Scope::kAnyWorkspace;
  json::object listing{
      {"name", tool.name},
      {"description", tool.description},
      {"inputSchema", any ? with_workspace(tool.input_schema) : tool.input_schema},
      {"annotations",
       {{"readOnlyHint", tool.effect == Effect::kReads},
        {"destructiveHint", tool.effect == Effect::kEdits || tool.effect == Effect::kActs},
        {"openWorldHint", false}}}};
  if (tool.kind == OfferedTool::Kind::kMethod) listing["outputSchema"] = {{"type", "object"}};
  return listing;
}

json::object workspaces_tool() {
  return {{"name", kListWorkspaces},
          {"description", "The workspaces of this server: {workspaces: [{id, name, state}]}."},
          {"inputSchema",
           {{"type", "object"}, {"properties", json::object{}}, {"additionalProperties", false}}},
          {"outputSchema", {{"type", "object"}}},
          {"annotations", {{"readOnlyHint", true}, {"openWorldHint", false}}}};
}

}  // namespace

ToolTable::ToolTable(const std::vector<tools::ToolSpec>& specs, const MethodTable& methods) {
  for (const AgentTool& tool : kAgentTools) {
    const auto spec = std::ranges::find(specs, tool.name, &tools::ToolSpec::name);
    check(spec != specs.end(), tool.name);
    tools_.push_back({spec->name, spec->description, OfferedTool::Kind::kAgentTool, tool.effect, "",
                      spec->input_schema});
  }
  for (const MethodTool& tool : kMethodTools) {
    const Method* method = methods.find(tool.method);
    check(method != nullptr, tool.method);
    const std::string description =
        std::string(method->summary) + " Answers " + std::string(method->result);
    tools_.push_back({std::string(tool.name), description, OfferedTool::Kind::kMethod, tool.effect,
                      std::string(tool.method), schema_of(*method)});
  }
}

const OfferedTool* ToolTable::find(std::string_view name) const {
  const auto place = std::ranges::find(tools_, name, &OfferedTool::name);
  return place == tools_.end() ? nullptr : &*place;
}

json::array ToolTable::listed(Scope scope) const {
  json::array listed;
  if (scope == Scope::kAnyWorkspace) listed.push_back(workspaces_tool());
  for (const OfferedTool& tool : tools_) listed.push_back(listing_of(tool, scope));
  return listed;
}

}  // namespace coditect::api
