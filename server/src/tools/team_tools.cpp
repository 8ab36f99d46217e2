#include <algorithm>

#include "tools/sandbox/bounded_output.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

/// "claude, kimi" as a list; blanks and empty names go.
std::vector<std::string> split_names(std::string_view names) {
  std::vector<std::string> list;
  while (!names.empty()) {
    std::string_view name = names.substr(0, names.find(','));
    names.remove_prefix(std::min(name.size() + 1, names.size()));
    while (!name.empty() && name.front() == ' ') name.remove_prefix(1);
    while (!name.empty() && name.back() == ' ') name.remove_suffix(1);
    if (!name.empty()) list.emplace_back(name);
  }
  return list;
}

ToolOutcome shown(const json::value& answer) {
  ToolOutcome outcome{.ok = true, .output = {}, .details = {}};
  const std::string text =
      answer.is_string() ? std::string(answer.get_string()) : json::serialize(answer);
  outcome.output = truncate_middle(text, limits::kToolOutputBytesMax);
  if (answer.is_object()) {
    outcome.details = answer.get_object();
  } else {
    outcome.details = {{"answer", answer}};
  }
  return outcome;
}

Result<void> check_prompt(std::string_view name, std::string_view text) {
  if (text.empty()) return invalid("`" + std::string(name) + "` is empty");
  if (text.size() <= limits::kPromptBytesMax) return {};
  return Error{Errc::kLimit, "`" + std::string(name) + "` is too long",
               "put the details into a file and name it"};
}

}  // namespace

awaitable<Result<ToolOutcome>> send_message(const ToolCall& call) {
  CO_TRY(const std::string names, need_string(call.input, "to"));
  CO_TRY(std::string text, need_string(call.input, "text"));
  std::vector<std::string> to = split_names(names);
  if (to.empty()) co_return invalid("`to` is empty", "name an agent, or 'all'");
  CO_TRY_VOID(check_prompt("text", text));
  CO_TRY(const json::value answer,
         co_await call.host.send_message(call.caller, std::move(to), std::move(text)));
  co_return shown(answer);
}

awaitable<Result<ToolOutcome>> read_messages(const ToolCall& call) {
  CO_TRY(const json::value answer, co_await call.host.read_messages(call.caller));
  co_return shown(answer);
}

awaitable<Result<ToolOutcome>> delegate_task(const ToolCall& call) {
  CO_TRY(std::string agent, need_string(call.input, "agent"));
  CO_TRY(std::string prompt, need_string(call.input, "prompt"));
  if (agent.empty()) co_return invalid("`agent` is empty", "name an agent, or 'auto'");
  CO_TRY_VOID(check_prompt("prompt", prompt));
  CO_TRY(const json::value answer,
         co_await call.host.delegate(call.caller, std::move(agent), std::move(prompt), call.stop));
  co_return shown(answer);
}

}  // namespace coditect::tools
