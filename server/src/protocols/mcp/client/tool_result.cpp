#include "protocols/mcp/client/tool_result.h"

namespace coditect::mcp {

namespace {

std::string bytes_in_words(const json::object& block, std::string_view member) {
  // Base64 is four characters for three bytes.
  const std::size_t size = find_string(block, member).value_or("").size() / 4 * 3;
  return "about " + std::to_string(size) + " bytes";
}

std::string resource_text(const json::object& block) {
  const json::object* resource = find_object(block, "resource");
  if (resource == nullptr) return "[a resource without content]";
  const std::string uri = find_string(*resource, "uri").value_or("");
  if (const auto text = find_string(*resource, "text")) {
    return "[resource " + uri + "]\n" + *text;
  }
  return "[resource " + uri + ", " + find_string(*resource, "mimeType").value_or("bytes") + ", " +
         bytes_in_words(*resource, "blob") + ", not shown]";
}

std::string block_text(const json::object& block) {
  const std::string type = find_string(block, "type").value_or("");
  if (type == "text") return find_string(block, "text").value_or("");
  if (type == "image" || type == "audio") {
    return "[" + type + " " + find_string(block, "mimeType").value_or("of an unknown kind") + ", " +
           bytes_in_words(block, "data") + ", not shown]";
  }
  if (type == "resource") return resource_text(block);
  if (type == "resource_link") {
    return "[link to " + find_string(block, "name").value_or("a resource") + ": " +
           find_string(block, "uri").value_or("") + "]";
  }
  return "[content of the kind '" + type.substr(0, 100) + "', not shown]";
}

}  // namespace

ToolResult tool_result(const json::object& result) {
  ToolResult told;
  told.ok = !find_bool(result, "isError").value_or(false);
  if (const json::array* content = find_array(result, "content")) {
    for (const json::value& each : *content) {
      const json::object* block = each.if_object();
      if (block == nullptr) continue;
      if (!told.text.empty() && !told.text.ends_with('\n')) told.text += '\n';
      told.text += block_text(*block);
    }
  }
  const json::value* structured = result.if_contains("structuredContent");
  if (told.text.empty() && structured != nullptr) told.text = json::serialize(*structured);
  if (told.text.empty()) told.text = "[it answered with nothing]";
  return told;
}

}  // namespace coditect::mcp
