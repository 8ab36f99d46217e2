#include "testing/mcp/fixtures.h"

namespace coditect::mcp {

namespace {

constexpr std::string_view kTemplateBegin = "test://template/";
constexpr std::string_view kTemplateEnd = "/data";

json::object described(const char* uri, const char* name, const char* type) {
  return {{"uri", uri}, {"name", name}, {"description", "For tests"}, {"mimeType", type}};
}

json::object listed() {
  return {{"resources",
           json::array{described("test://static-text", "Static Text Resource", "text/plain"),
                       described("test://static-binary", "Static Binary Resource", "image/png"),
                       described("test://watched-resource", "Watched Resource", "text/plain")}}};
}

json::object templates() {
  const json::object one{{"uriTemplate", "test://template/{id}/data"},
                         {"name", "Resource Template"},
                         {"description", "For tests"},
                         {"mimeType", "application/json"}};
  return {{"resourceTemplates", json::array{one}}};
}

json::object contents(const std::string& uri, const char* type, const char* member,
                      const std::string& value) {
  const json::object content{{"uri", uri}, {"mimeType", type}, {member, value}};
  return {{"contents", json::array{content}}};
}

Reply read(const std::string& uri) {
  if (uri == "test://static-text") {
    return contents(uri, "text/plain", "text", "This is the content of the static text resource.");
  }
  if (uri == "test://static-binary") return contents(uri, "image/png", "blob", kPng);
  if (uri == "test://watched-resource") {
    return contents(uri, "text/plain", "text", "Watched resource content");
  }
  const bool fits = uri.size() > kTemplateBegin.size() + kTemplateEnd.size() &&
                    uri.starts_with(kTemplateBegin) && uri.ends_with(kTemplateEnd);
  if (!fits) return Refusal{Code::kResourceNotFound, "Resource not found", {{"uri", uri}}};
  const std::string id =
      uri.substr(kTemplateBegin.size(), uri.size() - kTemplateBegin.size() - kTemplateEnd.size());
  const json::object data{{"id", id}, {"templateTest", true}, {"data", "Data for ID: " + id}};
  return contents(uri, "application/json", "text", json::serialize(data));
}

}  // namespace

Reply answer_resources(const Call& call) {
  if (call.method() == "resources/list") return listed();
  if (call.method() == "resources/templates/list") return templates();
  if (call.method() == "resources/read")
    return read(find_string(call.params(), "uri").value_or(""));
  return Refusal{Code::kMethodNotFound, "there is no method '" + call.method() + "'", {}};
}

}  // namespace coditect::mcp
