#include "testing/mcp/fixtures.h"

namespace coditect::mcp {

namespace {

json::object argument(const char* name) {
  return {{"name", name}, {"description", "For tests"}, {"required", true}};
}

json::object described(const char* name, json::array arguments) {
  return {{"name", name}, {"description", "For tests"}, {"arguments", std::move(arguments)}};
}

json::object listed() {
  return {
      {"prompts",
       json::array{described("test_simple_prompt", {}),
                   described("test_prompt_with_arguments", {argument("arg1"), argument("arg2")}),
                   described("test_prompt_with_embedded_resource", {argument("resourceUri")}),
                   described("test_prompt_with_image", {}),
                   described("test_input_required_result_prompt", {})}}};
}

json::object said(json::object content) {
  return {{"role", "user"}, {"content", std::move(content)}};
}

json::object text(std::string words) {
  return said({{"type", "text"}, {"text", std::move(words)}});
}

json::object prompt(json::array messages) { return {{"messages", std::move(messages)}}; }

/// Asks for what the prompt is about.
awaitable<Reply> with_context(Call& call) {
  Questions questions{
      {"user_context", form("What context should the prompt use?", "context", "string")}};
  auto asked = co_await call.ask(std::move(questions));
  if (auto* required = std::get_if<InputRequired>(&asked)) co_return std::move(*required);
  if (auto* refusal = std::get_if<Refusal>(&asked)) co_return std::move(*refusal);
  co_return prompt({text(json::serialize(std::get<json::object>(asked)))});
}

json::object with_resource(const std::string& uri) {
  const json::object resource{
      {"uri", uri}, {"mimeType", "text/plain"}, {"text", "Embedded resource content for testing."}};
  return prompt({said({{"type", "resource"}, {"resource", resource}}),
                 text("Please process the embedded resource above.")});
}

}  // namespace

awaitable<Reply> answer_prompts(Call& call) {
  if (call.method() == "prompts/list") co_return listed();
  const std::string name = find_string(call.params(), "name").value_or("");
  const json::object* given = find_object(call.params(), "arguments");
  const json::object arguments = given == nullptr ? json::object() : *given;
  const auto value = [&arguments](const char* key) {
    return find_string(arguments, key).value_or("");
  };
  if (name == "test_simple_prompt") {
    co_return prompt({text("This is a simple prompt for testing.")});
  }
  if (name == "test_prompt_with_arguments") {
    co_return prompt({text("Prompt with arguments: arg1='" + value("arg1") + "', arg2='" +
                           value("arg2") + "'")});
  }
  if (name == "test_prompt_with_embedded_resource") co_return with_resource(value("resourceUri"));
  if (name == "test_prompt_with_image") {
    const json::object image{{"type", "image"}, {"data", kPng}, {"mimeType", "image/png"}};
    co_return prompt({said(image), text("Please analyze the image above.")});
  }
  if (name == "test_input_required_result_prompt") co_return co_await with_context(call);
  co_return Refusal{Code::kInvalidParams, "there is no prompt '" + name + "'", {}};
}

}  // namespace coditect::mcp
