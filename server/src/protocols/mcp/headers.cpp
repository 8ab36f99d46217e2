#include "protocols/mcp/headers.h"

#include <algorithm>
#include <charconv>

#include "base/base64.h"

namespace coditect::mcp {

namespace {

constexpr std::string_view kPrefix = "=?base64?";
constexpr std::string_view kSuffix = "?=";
/// Deeper annotations are refused, so that nobody's schema is walked for ever.
constexpr int kDepthMax = 16;

bool is_visible(char c) { return c == '\t' || (c >= ' ' && c <= '~'); }

/// What stands in the body where Mcp-Name is from; nothing for a method that has no such header.
std::optional<std::string> named(const Request& request) {
  if (request.method == "tools/call" || request.method == "prompts/get") {
    return find_string(request.params, "name").value_or("");
  }
  if (request.method == "resources/read") return find_string(request.params, "uri").value_or("");
  return std::nullopt;
}

Result<void> compare(const net::Headers& headers, std::string_view name,
                     const std::string& expected) {
  const auto value = net::find_header(headers, name);
  if (!value) return invalid("the header " + std::string(name) + " is missing");
  auto meant = header_meaning(*value);
  if (!meant) return std::move(meant).error().in(name);
  if (*meant == expected) return {};
  return invalid(std::string(name) + " is '" + *meant + "', and the body says '" + expected + "'");
}

bool same_number(std::string_view text, double expected) {
  double read = 0;
  const auto parsed = std::from_chars(text.data(), text.data() + text.size(), read);
  return parsed.ec == std::errc() && parsed.ptr == text.data() + text.size() && read == expected;
}

Result<void> check_parameter(const net::Headers& headers, const std::string& name,
                             const json::value* given) {
  const auto value = net::find_header(headers, name);
  if (given == nullptr || given->is_null()) {
    if (!value) return {};
    return invalid(name + " is sent for an argument that is not there");
  }
  if (given->is_string()) return compare(headers, name, std::string(given->get_string()));
  if (given->is_bool()) return compare(headers, name, given->get_bool() ? "true" : "false");
  if (!value) return invalid("the header " + name + " is missing");
  auto meant = header_meaning(*value);
  if (!meant) return std::move(meant).error().in(name);
  const bool whole = given->is_int64() || given->is_uint64();
  if (whole && same_number(*meant, given->to_number<double>())) return {};
  return invalid(name + " is '" + *meant + "', and the body says something else");
}

Result<void> check_properties(const net::Headers& headers, const json::object& schema,
                              const json::object* arguments, int depth) {
  const json::object* properties = find_object(schema, "properties");
  if (properties == nullptr || depth == kDepthMax) return {};
  for (const auto& property : *properties) {
    const json::object* described = property.value().if_object();
    if (described == nullptr) continue;
    const json::value* given =
        arguments == nullptr ? nullptr : arguments->if_contains(property.key());
    if (const auto header = find_string(*described, "x-mcp-header")) {
      TRY_VOID(check_parameter(headers, "Mcp-Param-" + *header, given));
      continue;
    }
    const json::object* inner = given == nullptr ? nullptr : given->if_object();
    TRY_VOID(check_properties(headers, *described, inner, depth + 1));
  }
  return {};
}

}  // namespace

Result<std::string> header_meaning(std::string_view value) {
  if (!std::ranges::all_of(value, is_visible)) return invalid("a character is not ASCII");
  const bool encoded = value.size() >= kPrefix.size() + kSuffix.size() &&
                       value.starts_with(kPrefix) && value.ends_with(kSuffix);
  if (!encoded) return std::string(value);
  value.remove_prefix(kPrefix.size());
  value.remove_suffix(kSuffix.size());
  return from_base64(value);
}

Result<void> check_standard_headers(const net::Headers& headers, const Request& request) {
  const auto method = net::find_header(headers, "Mcp-Method");
  if (!method) return invalid("the header Mcp-Method is missing");
  if (*method != request.method) {
    return invalid("Mcp-Method is '" + std::string(*method) + "', and the body says '" +
                   request.method + "'");
  }
  const auto name = named(request);
  if (!name) return {};
  return compare(headers, "Mcp-Name", *name);
}

Result<void> check_parameter_headers(const net::Headers& headers, const json::object& schema,
                                     const json::object& arguments) {
  return check_properties(headers, schema, &arguments, 0);
}

}  // namespace coditect::mcp
