#include "providers/simulator/structured_answer.h"

#include <algorithm>
#include <cctype>
#include <string_view>

namespace coditect::simulator {

namespace {

constexpr int kDepthMax = 16;

/// In small letters, as all but Google write them; the first that is not null where there are
/// several.
std::string type_of(const json::object& schema) {
  std::string type = find_string(schema, "type").value_or("");
  if (const json::array* types = find_array(schema, "type")) {
    for (const json::value& each : *types) {
      if (each.is_string() && each.get_string() != "null" && type.empty()) {
        type = std::string(each.get_string());
      }
    }
  }
  std::ranges::transform(type, type.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  if (type.empty() && schema.contains("properties")) return "object";
  return type;
}

json::value least(const json::object& schema, int depth);

json::value least_object(const json::object& schema, int depth) {
  json::object object;
  const json::object* properties = find_object(schema, "properties");
  const json::array* required = find_array(schema, "required");
  if (properties == nullptr) return object;
  for (const auto& [name, property] : *properties) {
    const bool wanted =
        required == nullptr || std::ranges::find(*required, json::value(name)) != required->end();
    if (wanted && property.is_object()) object[name] = least(property.get_object(), depth + 1);
  }
  return object;
}

json::value least(const json::object& schema, int depth) {
  if (depth > kDepthMax) return nullptr;
  if (const json::value* only = schema.if_contains("const")) return *only;
  const json::array* values = find_array(schema, "enum");
  if (values != nullptr && !values->empty()) return values->front();
  for (const char* key : {"anyOf", "oneOf", "allOf"}) {
    const json::array* choices = find_array(schema, key);
    if (choices == nullptr || choices->empty() || !choices->front().is_object()) continue;
    return least(choices->front().get_object(), depth + 1);
  }
  const std::string type = type_of(schema);
  if (type == "object") return least_object(schema, depth);
  if (type == "array") return json::array();
  if (type == "boolean") return false;
  if (type == "integer" || type == "number") return find_int(schema, "minimum").value_or(0);
  return type == "string" ? json::value("simulated") : json::value(nullptr);
}

}  // namespace

std::optional<json::object> answer_schema(const json::object& body) {
  if (const json::object* google = find_object(body, "generationConfig")) {
    if (find_string(*google, "responseMimeType") != "application/json") return std::nullopt;
    for (const char* key : {"responseJsonSchema", "responseSchema"}) {
      if (const json::object* schema = find_object(*google, key)) return *schema;
    }
    return json::object();
  }
  const json::object* format = find_object(body, "response_format");
  for (const char* where : {"text", "output_config"}) {
    const json::object* outer = find_object(body, where);
    if (format == nullptr && outer != nullptr) format = find_object(*outer, "format");
  }
  if (format == nullptr) return std::nullopt;
  const std::string type = find_string(*format, "type").value_or("");
  if (type == "json_object") return json::object();
  if (type != "json_schema") return std::nullopt;
  const json::object* inner = find_object(*format, "json_schema");
  const json::object* schema = find_object(inner == nullptr ? *format : *inner, "schema");
  return schema == nullptr ? json::object() : *schema;
}

json::value least_answer(const json::object& schema) {
  json::value answer = least(schema, 0);
  // A schema that says nothing wants JSON, and that is an object.
  return answer.is_null() ? json::value(json::object()) : answer;
}

}  // namespace coditect::simulator
