#include "testing/mcp/fixtures.h"

namespace coditect::mcp {

namespace {

constexpr int kPauseMs = 50;

awaitable<Reply> with_logging(Fixtures&, Call& call) {
  constexpr std::string_view kLogger = "fixtures";
  call.log("info", "Tool execution started", kLogger);
  co_await pause_ms(kPauseMs);
  call.log("info", "Tool processing data", kLogger);
  co_await pause_ms(kPauseMs);
  call.log("info", "Tool execution completed", kLogger);
  co_return text_result("Logged three times.");
}

awaitable<Reply> with_progress(Fixtures&, Call& call) {
  for (const int done : {0, 50, 100}) {
    call.progress(done, 100);
    if (done < 100) co_await pause_ms(kPauseMs);
  }
  co_return text_result("Told three times how far it was.");
}

/// Its client's connection ends before the answer is there.
awaitable<Reply> reconnection(Fixtures&, Call& call) {
  co_await pause_ms(kPauseMs);
  call.hang_up();
  co_await pause_ms(2 * kPauseMs);
  co_return text_result("This answer came after the connection had ended.");
}

awaitable<Reply> change_tools(Fixtures& self, Call&) {
  self.server().tools_changed();
  co_return text_result("Told.");
}

awaitable<Reply> change_prompts(Fixtures& self, Call&) {
  self.server().prompts_changed();
  co_return text_result("Told.");
}

awaitable<Reply> change_resource(Fixtures& self, Call&) {
  self.server().resource_updated("test://watched-resource");
  co_return text_result("Told.");
}

}  // namespace

void add_notifying_tools(std::vector<Fixtures::Tool>& tools) {
  tools.push_back({"test_tool_with_logging", "Logs", empty_schema(), with_logging});
  tools.push_back({"test_logging_tool", "Logs", empty_schema(), with_logging});
  tools.push_back({"test_tool_with_progress", "Tells its progress", empty_schema(), with_progress});
  tools.push_back({"test_reconnection", "Hangs up", empty_schema(), reconnection});
  tools.push_back({"test_trigger_tool_change", "Changes", empty_schema(), change_tools});
  tools.push_back({"test_trigger_prompt_change", "Changes", empty_schema(), change_prompts});
  tools.push_back({"test_trigger_resource_change", "Changes", empty_schema(), change_resource});
}

}  // namespace coditect::mcp
