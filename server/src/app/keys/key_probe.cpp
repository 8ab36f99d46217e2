#include "app/keys/key_probe.h"

#include <chrono>

namespace coditect::app {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

/// The least that all vendors take, and enough to see that the model answers.
constexpr std::int64_t kTokensMax = 16;

class NobodyListens final : public providers::StreamListener {
 public:
  void on_text(std::string_view) override {}
  void on_tool_call(std::string_view, std::string_view) override {}
  void on_retry(const providers::Retry&) override {}
};

}  // namespace

AgentConfig key_probe_config(const AgentConfig& agent) {
  AgentConfig probe = agent;
  probe.fallback.clear();
  probe.attempts = 1;
  probe.connect_timeout = seconds{10};
  probe.first_byte_timeout = seconds{30};
  probe.silence_timeout = seconds{15};
  return probe;
}

awaitable<json::object> ask_for_a_word(agents::AgentDefinition agent,
                                       const providers::PriceBook& prices, const Clock& clock) {
  providers::ModelRequest request;
  request.model = agent.model;
  request.turns = {{providers::Role::kUser, {providers::TextBlock{"Say OK."}}}};
  request.max_output_tokens = kTokensMax;
  NobodyListens listener;
  const auto begun = clock.steady();
  auto answer = co_await agent.provider->call(std::move(request), listener, std::stop_token());
  const auto elapsed = std::chrono::duration_cast<milliseconds>(clock.steady() - begun);
  json::object result{{"ok", answer.has_value()},
                      {"at", to_rfc3339(clock.now())},
                      {"model", agent.model},
                      {"elapsed_ms", elapsed.count()}};
  if (!answer) {
    const Error error = answer.error().to_error();
    result["message"] = error.message;
    result["hint"] = error.hint;
    co_return result;
  }
  const providers::Usage usage = answer->usage();
  result["input"] = usage.prompt();
  result["output"] = usage.output;
  const auto cost = prices.cost(answer->billed, clock.now());
  result["cost_usd"] = cost ? json::value(to_usd(*cost)) : json::value(nullptr);
  co_return result;
}

}  // namespace coditect::app
