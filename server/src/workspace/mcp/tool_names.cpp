#include "workspace/mcp/tool_names.h"

#include <algorithm>

#include "base/sha256.h"

namespace coditect::workspace {

namespace {

constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kHashDigits = 8;

std::string cleaned(std::string_view server, std::string_view tool) {
  std::string name = std::string(server) + "__";
  for (const char c : tool) {
    const bool good = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '_' || c == '-';
    name += good ? c : '_';
  }
  return name;
}

/// A name that no other tool has, of the tool's own name alone.
std::string hashed(std::string name, const std::string& tool) {
  name.resize(std::min(name.size(), kNameBytesMax - kHashDigits - 1));
  return name + "_" + sha256_hex(tool).substr(0, kHashDigits);
}

}  // namespace

std::map<std::string, std::string> offered_names(std::string_view server,
                                                 const std::vector<std::string>& tools) {
  std::map<std::string, int> wanted;
  for (const std::string& tool : tools) ++wanted[cleaned(server, tool)];
  std::map<std::string, std::string> names;
  for (const std::string& tool : tools) {
    std::string name = cleaned(server, tool);
    const bool as_it_is = name.ends_with("__" + tool) && name.size() <= kNameBytesMax;
    const bool alone = wanted[name] == 1 && name.size() <= kNameBytesMax;
    names[tool] = as_it_is || alone ? name : hashed(name, tool);
  }
  return names;
}

json::object offered_schema(json::object schema) {
  for (const char* member : {"oneOf", "anyOf", "allOf", "not", "enum", "const", "$schema", "$id"}) {
    schema.erase(member);
  }
  schema["type"] = "object";
  if (find_object(schema, "properties") == nullptr) schema["properties"] = json::object();
  return schema;
}

}  // namespace coditect::workspace
