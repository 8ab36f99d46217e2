#include "testing/mcp/fixtures.h"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>

namespace coditect::mcp {

Fixtures::Fixtures() {
  add_content_tools(tools_);
  add_notifying_tools(tools_);
  add_asking_tools(tools_);
  add_round_trip_tools(tools_);
}

json::object Fixtures::capabilities() const {
  const json::object changing{{"listChanged", true}};
  return {{"tools", changing},
          {"prompts", changing},
          {"resources", {{"listChanged", true}, {"subscribe", true}}},
          {"logging", json::object{}},
          {"completions", json::object{}}};
}

const json::object* Fixtures::input_schema(std::string_view tool) const {
  const auto place = std::ranges::find(tools_, tool, &Tool::name);
  return place == tools_.end() ? nullptr : &place->input_schema;
}

json::object Fixtures::list_tools() const {
  json::array tools;
  for (const Tool& tool : tools_) {
    tools.push_back(json::object{{"name", tool.name},
                                 {"description", tool.description},
                                 {"inputSchema", tool.input_schema}});
  }
  return {{"tools", std::move(tools)}};
}

awaitable<Reply> Fixtures::call_tool(Call& call) {
  const std::string name = find_string(call.params(), "name").value_or("");
  const auto tool = std::ranges::find(tools_, name, &Tool::name);
  if (tool == tools_.end()) {
    co_return Refusal{Code::kInvalidParams, "Unknown tool: " + name, {}};
  }
  co_return co_await tool->run(*this, call);
}

awaitable<Reply> Fixtures::answer(Call& call) {
  const std::string& method = call.method();
  if (method == "tools/list") co_return list_tools();
  if (method == "tools/call") co_return co_await call_tool(call);
  if (method.starts_with("resources/")) co_return answer_resources(call);
  if (method.starts_with("prompts/")) co_return co_await answer_prompts(call);
  if (method == "completion/complete") {
    const json::object completion{
        {"values", json::array{"test", "tested"}}, {"total", 2}, {"hasMore", false}};
    co_return json::object{{"completion", completion}};
  }
  co_return Refusal{Code::kMethodNotFound, "there is no method '" + method + "'", {}};
}

awaitable<void> pause_ms(int time_ms) {
  asio::steady_timer timer(co_await asio::this_coro::executor, std::chrono::milliseconds(time_ms));
  co_await timer.async_wait(asio::use_awaitable);
}

json::object text_result(std::string text) {
  return {{"content", json::array{{{"type", "text"}, {"text", std::move(text)}}}}};
}

json::object empty_schema() { return {{"type", "object"}, {"properties", json::object{}}}; }

Question form(std::string message, std::string member, std::string type) {
  const json::object schema{{"type", "object"},
                            {"properties", {{member, {{"type", std::move(type)}}}}},
                            {"required", json::array{json::string(member)}}};
  return {"elicitation/create", {{"message", std::move(message)}, {"requestedSchema", schema}}};
}

}  // namespace coditect::mcp
