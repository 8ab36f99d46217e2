#include "protocols/mcp/client/parameter_headers.h"

#include <algorithm>
#include <set>

#include "base/base64.h"

namespace coditect::mcp {

namespace {

constexpr std::string_view kMark = "x-mcp-header";
/// Deeper schemas are not walked; what they mark is refused.
constexpr int kDepthMax = 16;

constexpr std::string_view kTokenMarks = "!#$%&'*+-.^_`|~";

bool is_token(std::string_view name) {
  return !name.empty() && std::ranges::all_of(name, [](char c) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    return letter || kTokenMarks.contains(c);
  });
}

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

/// Whether `value` or anything in it has a mark.
bool has_mark(const json::value& value) {
  if (const json::object* object = value.if_object()) {
    if (object->contains(kMark)) return true;
    return std::ranges::any_of(*object, [](const auto& each) { return has_mark(each.value()); });
  }
  const json::array* array = value.if_array();
  return array != nullptr && std::ranges::any_of(*array, has_mark);
}

Result<void> check_mark(const json::object& property, std::set<std::string>& names) {
  const json::value* mark = property.if_contains(kMark);
  if (mark == nullptr) return {};
  if (!mark->is_string() || !is_token(mark->get_string())) {
    return invalid("x-mcp-header is no name of a header");
  }
  const std::string type = find_string(property, "type").value_or("");
  if (type != "string" && type != "integer" && type != "boolean") {
    return invalid("x-mcp-header marks what is no text, whole number or boolean");
  }
  if (!names.insert(lower(std::string(mark->get_string()))).second) {
    return invalid("x-mcp-header names a header twice");
  }
  return {};
}

/// Marks count in properties, and in properties of those, only.
Result<void> check_properties(const json::object& schema, std::set<std::string>& names, int depth) {
  for (const auto& member : schema) {
    const bool walked = member.key() == "properties" && member.value().is_object();
    if (!walked && has_mark(member.value())) {
      return invalid("x-mcp-header stands where only some arguments have it");
    }
  }
  const json::object* properties = find_object(schema, "properties");
  if (properties == nullptr) return {};
  if (depth == kDepthMax) return invalid("the schema is nested too deeply");
  for (const auto& each : *properties) {
    const json::object* property = each.value().if_object();
    if (property == nullptr) continue;
    TRY_VOID(check_mark(*property, names));
    json::object inner = *property;
    inner.erase(kMark);
    TRY_VOID(check_properties(inner, names, depth + 1));
  }
  return {};
}

void add_headers(const json::object& schema, const json::object& arguments,
                 net_client::Headers& headers) {
  const json::object* properties = find_object(schema, "properties");
  if (properties == nullptr) return;
  for (const auto& each : *properties) {
    const json::object* property = each.value().if_object();
    const json::value* given = arguments.if_contains(each.key());
    if (property == nullptr || given == nullptr || given->is_null()) continue;
    if (const auto name = find_string(*property, kMark)) {
      const std::string text =
          given->is_string() ? std::string(given->get_string()) : json::serialize(*given);
      headers.push_back({"Mcp-Param-" + *name, header_value(text)});
    } else if (const json::object* inner = given->if_object()) {
      add_headers(*property, *inner, headers);
    }
  }
}

}  // namespace

std::string header_value(std::string_view text) {
  const bool visible = std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; });
  const bool trimmed = text.empty() || (text.front() != ' ' && text.back() != ' ');
  const bool like_ours = text.starts_with("=?base64?") && text.ends_with("?=");
  if (visible && trimmed && !like_ours) return std::string(text);
  return "=?base64?" + to_base64(text) + "?=";
}

Result<void> check_header_marks(const json::object& schema) {
  std::set<std::string> names;
  return check_properties(schema, names, 0);
}

net_client::Headers parameter_headers(const json::object& schema, const json::object& arguments) {
  net_client::Headers headers;
  add_headers(schema, arguments, headers);
  return headers;
}

}  // namespace coditect::mcp
