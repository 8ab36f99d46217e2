// Tools that ask their client while they run, and how its answers come back.
#include "testing/mcp/fixtures.h"

namespace coditect::mcp {

namespace {

std::string argument(const Call& call, std::string_view name) {
  const json::object* arguments = find_object(call.params(), "arguments");
  return arguments == nullptr ? "" : find_string(*arguments, name).value_or("");
}

Question completion(std::string prompt, int tokens) {
  const json::object content{{"type", "text"}, {"text", std::move(prompt)}};
  const json::object message{{"role", "user"}, {"content", content}};
  return {"sampling/createMessage", {{"messages", json::array{message}}, {"maxTokens", tokens}}};
}

/// Asks one thing and says what the answer was.
awaitable<Reply> ask_one(Call& call, Question question, std::string begins) {
  Questions questions{{"answer", std::move(question)}};
  auto asked = co_await call.ask(std::move(questions));
  if (auto* required = std::get_if<InputRequired>(&asked)) co_return std::move(*required);
  if (auto* refusal = std::get_if<Refusal>(&asked)) co_return std::move(*refusal);
  const json::object& answers = std::get<json::object>(asked);
  co_return text_result(begins + json::serialize(answers.at("answer")));
}

awaitable<Reply> sampling(Fixtures&, Call& call) {
  return ask_one(call, completion(argument(call, "prompt"), 100), "LLM response: ");
}

awaitable<Reply> elicitation(Fixtures&, Call& call) {
  Question question = form(argument(call, "message"), "username", "string");
  json::object& schema = question.params["requestedSchema"].as_object();
  schema["properties"].as_object()["email"] = {{"type", "string"}};
  schema["required"] = {"username", "email"};
  return ask_one(call, std::move(question), "User response: ");
}

Question form_of(const char* schema) {
  return {"elicitation/create",
          {{"message", "Please fill this in"}, {"requestedSchema", json::parse(schema)}}};
}

awaitable<Reply> elicitation_defaults(Fixtures&, Call& call) {
  return ask_one(call, form_of(R"({"type": "object", "required": [], "properties": {
      "name": {"type": "string", "default": "John Doe"},
      "age": {"type": "integer", "default": 30},
      "score": {"type": "number", "default": 95.5},
      "status": {"type": "string", "enum": ["active", "inactive", "pending"],
                 "default": "active"},
      "verified": {"type": "boolean", "default": true}}})"),
                 "Elicitation completed: ");
}

awaitable<Reply> elicitation_enums(Fixtures&, Call& call) {
  return ask_one(call, form_of(R"({"type": "object", "required": [], "properties": {
      "untitledSingle": {"type": "string", "enum": ["option1", "option2", "option3"]},
      "titledSingle": {"type": "string", "oneOf": [
        {"const": "value1", "title": "First Option"}, {"const": "value2", "title": "Second Option"},
        {"const": "value3", "title": "Third Option"}]},
      "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"],
        "enumNames": ["Option One", "Option Two", "Option Three"]},
      "untitledMulti": {"type": "array",
        "items": {"type": "string", "enum": ["option1", "option2", "option3"]}},
      "titledMulti": {"type": "array", "items": {"anyOf": [
        {"const": "value1", "title": "First Choice"}, {"const": "value2", "title": "Second Choice"},
        {"const": "value3", "title": "Third Choice"}]}}}})"),
                 "Elicitation completed: ");
}

/// Needs what no client of the test that calls it has declared.
awaitable<Reply> missing_capability(Fixtures&, Call& call) {
  return ask_one(call, completion("Are you there?", 10), "");
}

awaitable<Reply> streaming_elicitation(Fixtures&, Call& call) {
  call.progress(0, 1);
  return ask_one(call, form("Go on?", "ok", "boolean"), "User response: ");
}

json::object schema_with(const char* member) {
  return {{"type", "object"},
          {"properties", {{member, {{"type", "string"}}}}},
          {"required", json::array{json::string(member)}}};
}

}  // namespace

void add_asking_tools(std::vector<Fixtures::Tool>& tools) {
  tools.push_back({"test_sampling", "Asks a model", schema_with("prompt"), sampling});
  tools.push_back({"test_elicitation", "Asks a person", schema_with("message"), elicitation});
  tools.push_back({"test_elicitation_sep1034_defaults", "Asks with defaults", empty_schema(),
                   elicitation_defaults});
  tools.push_back(
      {"test_elicitation_sep1330_enums", "Asks with choices", empty_schema(), elicitation_enums});
  tools.push_back(
      {"test_missing_capability", "Needs sampling", empty_schema(), missing_capability});
  tools.push_back(
      {"test_streaming_elicitation", "Asks a person", empty_schema(), streaming_elicitation});
}

}  // namespace coditect::mcp
