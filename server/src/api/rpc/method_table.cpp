#include "api/rpc/method_table.h"

#include "api/rpc/method_roles.h"
#include "base/check.h"

namespace coditect::api {

namespace {

bool has_type(const json::value& value, std::string_view type) {
  if (type == "string") return value.is_string();
  if (type == "integer") {
    return find_int(json::object{{"value", value}}, "value").has_value();
  }
  if (type == "number") return value.is_number();
  if (type == "boolean") return value.is_bool();
  if (type == "array") return value.is_array();
  if (type == "object") return value.is_object();
  return type == "any";
}

json::object schema_of(const Parameter& parameter) {
  json::object schema{{"description", parameter.description}};
  if (parameter.type != "any") schema["type"] = parameter.type;
  return schema;
}

}  // namespace

MethodTable::MethodTable() {
  add(workspace_methods());
  add(agent_methods());
  add(task_methods());
  add(task_group_methods());
  add(message_methods());
  add(approval_methods());
  add(instruction_methods());
  add(secret_methods());
  add(mcp_methods());
  add(file_methods());
  add(lock_methods());
  add(sql_methods());
  add(timeline_methods());
  add(checkpoint_methods());
  add(undo_methods());
  add(worktree_methods());
  add(cost_methods());
  add(search_methods());
  add(terminal_methods());
  add(presence_methods());
  add(document_methods());
}

void MethodTable::add(std::vector<Method> methods) {
  for (Method& method : methods) {
    check(method.handler != nullptr, method.name);
    const std::string_view name = method.name;
    method.role = least_role(name);
    check(methods_.emplace(name, std::move(method)).second, "two methods of one name");
  }
}

const Method* MethodTable::find(std::string_view name) const {
  const auto place = methods_.find(name);
  return place == methods_.end() ? nullptr : &place->second;
}

json::object MethodTable::openrpc() const {
  json::array methods;
  for (const auto& [name, method] : methods_) {
    json::array params;
    for (const Parameter& parameter : method.parameters) {
      params.push_back(json::object{{"name", parameter.name},
                                    {"required", parameter.need == Parameter::Need::kRequired},
                                    {"schema", schema_of(parameter)}});
    }
    methods.push_back(json::object{
        {"name", name},
        {"summary", method.summary},
        {"x-role", to_string(method.role)},
        {"paramStructure", "by-name"},
        {"params", std::move(params)},
        {"result",
         {{"name", "result"}, {"description", method.result}, {"schema", json::object{}}}}});
  }
  return {{"openrpc", "1.3.2"},
          {"info", {{"title", "CODITECT Development Studio"}, {"version", "1"}}},
          {"methods", std::move(methods)}};
}

Result<void> check_parameters(const Method& method, const json::object& params) {
  std::string known;
  for (const Parameter& parameter : method.parameters) {
    known += known.empty() ? "" : ", ";
    known += parameter.name;
    const json::value* value = params.if_contains(parameter.name);
    if (value == nullptr) {
      if (parameter.need == Parameter::Need::kOptional) continue;
      return invalid(std::string(method.name) + " needs '" + std::string(parameter.name) + "'",
                     std::string(parameter.description));
    }
    if (!has_type(*value, parameter.type)) {
      return invalid(
          "'" + std::string(parameter.name) + "' is not of type " + std::string(parameter.type),
          std::string(parameter.description));
    }
  }
  for (const auto& member : params) {
    bool found = false;
    for (const Parameter& parameter : method.parameters) found |= parameter.name == member.key();
    if (!found) {
      return invalid(
          std::string(method.name) + " has no parameter '" + std::string(member.key()) + "'",
          known.empty() ? "it takes none" : "it takes: " + known);
    }
  }
  return {};
}

}  // namespace coditect::api
