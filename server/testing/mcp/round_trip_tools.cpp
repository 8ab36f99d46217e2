// Tools that need answers before they can end, by the way of 2026-07-28: the client calls again.
#include "testing/mcp/fixtures.h"

namespace coditect::mcp {

namespace {

Question capital() {
  const json::object content{{"type", "text"}, {"text", "What is the capital of France?"}};
  const json::object message{{"role", "user"}, {"content", content}};
  return {"sampling/createMessage", {{"messages", json::array{message}}, {"maxTokens", 100}}};
}

Question roots() { return {"roots/list", json::object{}}; }

/// Asks for all of `questions` and answers with all that came back.
awaitable<Reply> gather(Call& call, Questions questions, std::string state) {
  auto asked = co_await call.ask(std::move(questions), std::move(state));
  if (auto* required = std::get_if<InputRequired>(&asked)) co_return std::move(*required);
  if (auto* refusal = std::get_if<Refusal>(&asked)) co_return std::move(*refusal);
  co_return text_result("state-ok: " + json::serialize(std::get<json::object>(asked)));
}

awaitable<Reply> ask_name(Fixtures&, Call& call) {
  return gather(call, {{"user_name", form("What is your name?", "name", "string")}}, "");
}

awaitable<Reply> ask_capital(Fixtures&, Call& call) {
  return gather(call, {{"capital_question", capital()}}, "");
}

awaitable<Reply> ask_roots(Fixtures&, Call& call) {
  return gather(call, {{"client_roots", roots()}}, "");
}

awaitable<Reply> ask_several(Fixtures&, Call& call) {
  return gather(call,
                {{"user_name", form("What is your name?", "name", "string")},
                 {"greeting", capital()},
                 {"client_roots", roots()}},
                "several");
}

/// Ends only where its state came back.
awaitable<Reply> ask_with_state(Fixtures&, Call& call) {
  if (call.answers().contains("confirm") && call.state() != "confirming") {
    co_return Refusal{Code::kInvalidParams, "the state did not come back", {}};
  }
  Questions questions{{"confirm", form("Please confirm", "ok", "boolean")}};
  co_return co_await gather(call, std::move(questions), "confirming");
}

awaitable<Reply> ask_twice(Fixtures&, Call& call) {
  if (call.state().empty()) {
    co_return InputRequired{{{"step1", form("Step 1: What is your name?", "name", "string")}},
                            "one"};
  }
  if (call.state() == "one") {
    co_return InputRequired{
        {{"step2", form("Step 2: What is your favorite color?", "color", "string")}}, "two"};
  }
  co_return text_result("Thank you: " + json::serialize(call.answers()));
}

/// Asks only what its client can answer.
awaitable<Reply> ask_what_is_declared(Fixtures&, Call& call) {
  Questions questions;
  if (call.client().has("elicitation")) questions["confirm"] = form("Go on?", "ok", "boolean");
  if (call.client().has("sampling")) questions["capital_question"] = capital();
  if (questions.empty()) co_return text_result("There is nothing to ask.");
  co_return co_await gather(call, std::move(questions), "");
}

}  // namespace

void add_round_trip_tools(std::vector<Fixtures::Tool>& tools) {
  const auto add = [&tools](const char* name, decltype(Fixtures::Tool::run) run) {
    tools.push_back({std::string("test_input_required_result_") + name, "Asks its client first",
                     empty_schema(), run});
  };
  add("elicitation", ask_name);
  add("sampling", ask_capital);
  add("list_roots", ask_roots);
  add("request_state", ask_with_state);
  add("multiple_inputs", ask_several);
  add("multi_round", ask_twice);
  add("tampered_state", ask_with_state);
  add("capabilities", ask_what_is_declared);
}

}  // namespace coditect::mcp
