#include "testing/mcp/fixtures.h"

namespace coditect::mcp {

namespace {

/// One sample of silence.
constexpr const char* kWav = "UklGRiYAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQIAAACAgA==";

json::object image() { return {{"type", "image"}, {"data", kPng}, {"mimeType", "image/png"}}; }

json::object resource(const char* uri, const char* type, const char* text) {
  return {{"type", "resource"}, {"resource", {{"uri", uri}, {"mimeType", type}, {"text", text}}}};
}

awaitable<Reply> simple_text(Fixtures&, Call&) {
  co_return text_result("This is a simple text response for testing.");
}

awaitable<Reply> image_content(Fixtures&, Call&) {
  co_return json::object{{"content", json::array{image()}}};
}

awaitable<Reply> audio_content(Fixtures&, Call&) {
  const json::object audio{{"type", "audio"}, {"data", kWav}, {"mimeType", "audio/wav"}};
  co_return json::object{{"content", json::array{audio}}};
}

awaitable<Reply> embedded_resource(Fixtures&, Call&) {
  co_return json::object{
      {"content", json::array{resource("test://embedded-resource", "text/plain",
                                       "This is an embedded resource content.")}}};
}

awaitable<Reply> several_contents(Fixtures&, Call&) {
  const json::object text{{"type", "text"}, {"text", "Multiple content types test:"}};
  co_return json::object{
      {"content", json::array{text, image(),
                              resource("test://mixed-content-resource", "application/json",
                                       R"({"test":"data","value":123})")}}};
}

awaitable<Reply> failing(Fixtures&, Call&) {
  json::object result = text_result("This tool intentionally returns an error for testing");
  result["isError"] = true;
  co_return result;
}

awaitable<Reply> echo_arguments(Fixtures&, Call& call) {
  const json::object* arguments = find_object(call.params(), "arguments");
  co_return text_result(arguments == nullptr ? "{}" : json::serialize(*arguments));
}

/// Every keyword of JSON Schema 2020-12 that has to come through unchanged.
json::object wide_schema() {
  return json::parse(R"({
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "type": "object",
    "$defs": {"address": {"$anchor": "addressDef", "type": "object",
      "properties": {"street": {"type": "string"}, "city": {"type": "string"}}}},
    "properties": {
      "name": {"type": "string"}, "address": {"$ref": "#/$defs/address"},
      "contactMethod": {"type": "string", "enum": ["phone", "email"]},
      "phone": {"type": "string"}, "email": {"type": "string"}},
    "allOf": [{"anyOf": [{"required": ["phone"]}, {"required": ["email"]}]}],
    "if": {"properties": {"contactMethod": {"const": "phone"}}, "required": ["contactMethod"]},
    "then": {"required": ["phone"]},
    "else": {"required": ["email"]},
    "additionalProperties": false})")
      .as_object();
}

json::object mirrored_schema() {
  return json::parse(R"({"type": "object", "properties": {
      "region": {"type": "string", "x-mcp-header": "Region"}, "query": {"type": "string"}},
    "required": ["region"]})")
      .as_object();
}

}  // namespace

void add_content_tools(std::vector<Fixtures::Tool>& tools) {
  tools.push_back({"test_simple_text", "Returns a text", empty_schema(), simple_text});
  tools.push_back({"test_image_content", "Returns an image", empty_schema(), image_content});
  tools.push_back({"test_audio_content", "Returns a sound", empty_schema(), audio_content});
  tools.push_back(
      {"test_embedded_resource", "Returns a resource", empty_schema(), embedded_resource});
  tools.push_back(
      {"test_multiple_content_types", "Returns several", empty_schema(), several_contents});
  tools.push_back({"test_error_handling", "Always fails", empty_schema(), failing});
  tools.push_back({"json_schema_2020_12_tool", "Has a wide schema", wide_schema(), echo_arguments});
  tools.push_back({"test_custom_headers", "Has an argument that is mirrored into a header",
                   mirrored_schema(), echo_arguments});
}

}  // namespace coditect::mcp
