#include "tools/toolbox.h"

#include <algorithm>
#include <exception>

#include "base/check.h"
#include "tools/full_output.h"
#include "tools/further_tools.h"
#include "tools/intent.h"
#include "tools/read_on.h"
#include "tools/sandbox/bounded_output.h"

namespace coditect::tools {

namespace {

struct Handler {
  std::string_view name;
  awaitable<Result<ToolOutcome>> (*run)(const ToolCall&);
};

constexpr Handler kHandlers[] = {
    {"list_files", list_files},
    {"read_file", read_file},
    {"write_file", write_file},
    {"edit_file", edit_file},
    {"lock_files", lock_files},
    {"unlock_files", unlock_files},
    {"search", search},
    {"run_command", run_command},
    {"git", git},
    {"read_output", read_output},
    {"send_message", send_message},
    {"read_messages", read_messages},
    {"delegate_task", delegate_task},
};

// What a tool adds around its bounded text: line ranges, exit codes, changed files.
constexpr std::size_t kOutputSlackBytes = 64u << 10;

Error unknown_tool(std::string_view name) {
  std::string names;
  for (const Handler& handler : kHandlers) {
    names += (names.empty() ? "" : ", ") + std::string(handler.name);
  }
  return not_found("there is no tool `" + to_valid_utf8(name.substr(0, 100)) + "`",
                   "the tools are: " + names);
}

}  // namespace

ToolOutcome failed_outcome(const Error& error) {
  ToolOutcome outcome;
  outcome.output = "Error: " + to_valid_utf8(error.message) + "\n";
  if (!error.hint.empty()) outcome.output += "Hint: " + to_valid_utf8(error.hint) + "\n";
  outcome.details = {{"error",
                      {{"kind", to_string(error.code)},
                       {"message", to_valid_utf8(error.message)},
                       {"hint", to_valid_utf8(error.hint)}}}};
  return outcome;
}

ToolBox::ToolBox(CommandRunner& commands, BlockingPool& pool)
    : commands_(commands), pool_(pool), specs_(tool_specs()) {}

namespace {

/// Models write several recipients as a list as often as in the form that the schema names.
void join_names(std::string_view tool, json::object& input) {
  const json::array* names = tool == "send_message" ? find_array(input, "to") : nullptr;
  if (names == nullptr || names->empty()) return;
  std::string joined;
  for (const json::value& name : *names) {
    if (!name.is_string()) return;
    joined += (joined.empty() ? "" : ",") + std::string(name.get_string());
  }
  input["to"] = joined;
}

}  // namespace

awaitable<ToolOutcome> ToolBox::call(std::string name, json::object input, Caller caller,
                                     ToolHost& host, std::stop_token stop) const {
  const bool throws = co_await asio::this_coro::throw_if_cancelled();
  co_await asio::this_coro::throw_if_cancelled(false);
  ToolOutcome outcome;
  join_names(name, input);
  try {
    const ToolCall call{input, caller, host, commands_, pool_, std::move(stop)};
    auto result = co_await dispatch(name, call);
    outcome = result ? *std::move(result) : failed_outcome(result.error());
  } catch (const std::exception& failure) {
    outcome = failed_outcome(internal("the tool failed: " + std::string(failure.what())));
  }
  co_await asio::this_coro::throw_if_cancelled(throws);
  if (outcome.output.size() > limits::kToolOutputBytesMax + kOutputSlackBytes) {
    outcome.output = truncate_middle(outcome.output, limits::kToolOutputBytesMax);
  }
  co_return outcome;
}

awaitable<Result<CommandResult>> ToolBox::run(CommandSpec spec) const {
  const auto work = [this, &spec]() -> Result<CommandResult> {
    try {
      return commands_.run(spec);
    } catch (const std::exception& failure) {
      return internal(std::string("running a command: ") + failure.what());
    }
  };
  co_return co_await pool_.run(work);
}

awaitable<Result<ToolOutcome>> ToolBox::dispatch(std::string_view name,
                                                 const ToolCall& call) const {
  const auto handler = std::ranges::find(kHandlers, name, &Handler::name);
  if (handler == std::end(kHandlers)) co_return co_await dispatch_further(name, call);
  const auto spec = std::ranges::find(specs_, name, &ToolSpec::name);
  check(spec != specs_.end(), "every tool has a description");
  CO_TRY_VOID(validate_input(*spec, call.input));
  if (call.stop.stop_requested()) {
    co_return Error{Errc::kCancelled, "the task was stopped before the tool ran", {}};
  }
  CO_TRY(approvals::Intent intent, intent_of(name, call.input));
  CO_TRY_VOID(co_await call.host.approve(call.caller, std::move(intent), call.input, call.stop));
  co_return co_await handler->run(call);
}

awaitable<Result<ToolOutcome>> ToolBox::dispatch_further(std::string_view name,
                                                         const ToolCall& call) const {
  FurtherTools* const further = call.host.further_tools();
  const auto effect = further == nullptr ? std::nullopt : further->effect_of(name);
  if (!effect) co_return unknown_tool(name);
  if (call.stop.stop_requested()) {
    co_return Error{Errc::kCancelled, "the task was stopped before the tool ran", {}};
  }
  approvals::Intent intent{std::string(name), *effect, {}, {}, {}};
  CO_TRY_VOID(co_await call.host.approve(call.caller, std::move(intent), call.input, call.stop));
  CO_TRY(ToolOutcome outcome,
         co_await further->call(call.caller, std::string(name), call.input, call.stop));
  std::string text = to_valid_utf8(outcome.output);
  outcome.output = truncate_middle(text, limits::kToolOutputBytesMax);
  if (text.size() <= limits::kToolOutputBytesMax) co_return outcome;
  const std::size_t line = line_after(text, limits::kToolOutputBytesMax / 2);
  if (text.size() > kKeptOutputBytesMax) text.resize(kKeptOutputBytesMax);
  std::string id = co_await call.host.keep_output(call.caller, to_valid_utf8(text));
  outcome.output += read_on_note(id, line);
  co_return outcome;
}

}  // namespace coditect::tools
