#include "agents/acp/acp_terminals.h"

#include <algorithm>
#include <utility>

#include "agents/acp/acp_limits.h"
#include "base/log.h"
#include "coordination/approvals/command_pattern.h"
#include "tools/project_path.h"

namespace coditect::agents::acp {

namespace {

constexpr std::size_t kOutputBytesMax = 1u << 20;

json::object exit_status(const Result<tools::CommandResult>& end) {
  if (!end) return {{"exitCode", 126}, {"signal", nullptr}};
  if (end->signal == 0) return {{"exitCode", end->exit_code}, {"signal", nullptr}};
  return {{"exitCode", nullptr}, {"signal", std::to_string(end->signal)}};
}

/// What the program asks to be run, without what the host says.
Result<tools::CommandSpec> command_spec(const json::object& params) {
  TRY(const std::string command, need_string(params, "command"));
  tools::CommandSpec spec;
  spec.network = tools::Network::kAllowList;
  const json::array* args = find_array(params, "args");
  if (args == nullptr || args->empty()) {
    // Most programs pass a whole line of a shell.
    spec.argv = tools::shell_command(command);
  } else {
    spec.argv = {command};
    for (const json::value& each : *args) {
      if (!each.is_string()) return invalid("an argument is no string");
      spec.argv.emplace_back(each.get_string());
    }
  }
  if (const auto folder = find_string(params, "cwd")) {
    TRY(spec.working_directory, tools::project_path(*folder));
  }
  const json::array* variables = find_array(params, "env");
  if (variables == nullptr) return spec;
  for (const json::value& each : *variables) {
    const json::object* variable = each.if_object();
    if (variable == nullptr) return invalid("a variable is no object");
    TRY(std::string name, need_string(*variable, "name"));
    TRY(std::string value, need_string(*variable, "value"));
    spec.environment.emplace_back(std::move(name), std::move(value));
  }
  return spec;
}

std::string shown_command(const json::object& params) {
  std::string line = find_string(params, "command").value_or("");
  const json::array* args = find_array(params, "args");
  if (args == nullptr) return line;
  for (const json::value& each : *args) {
    if (each.is_string()) line += " " + std::string(each.get_string());
  }
  return line;
}

}  // namespace

AcpTerminals::AcpTerminals(const Strand& strand, Parts parts)
    : parts_(std::move(parts)),
      changed_(strand),
      tasks_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} failed: {}", task, what);
      }) {}

awaitable<void> AcpTerminals::close() {
  for (const auto& [id, terminal] : terminals_) terminal->stop.request_stop();
  co_await tasks_.join();
  co_await tasks_.close();
}

Result<AcpTerminals::Shared> AcpTerminals::find(const json::object& params) const {
  TRY(const std::string id, need_string(params, "terminalId"));
  const auto terminal = terminals_.find(id);
  if (terminal == terminals_.end()) return not_found("there is no terminal " + id);
  return terminal->second;
}

awaitable<Result<json::value>> AcpTerminals::request(std::string method, json::object params) {
  if (method == "create") co_return co_await create(std::move(params));
  CO_TRY(const Shared terminal, find(params));
  if (method == "output") {
    const OutputTail::Text shown = terminal->output.text();
    json::object answer{{"output", shown.text}, {"truncated", shown.truncated}};
    if (terminal->end) answer["exitStatus"] = exit_status(*terminal->end);
    co_return answer;
  }
  if (method == "wait_for_exit") co_return co_await wait_for_exit(terminal);
  terminal->stop.request_stop();
  if (method == "release") terminals_.erase(*find_string(params, "terminalId"));
  co_return json::object();
}

awaitable<Result<json::value>> AcpTerminals::wait_for_exit(Shared terminal) {
  while (!terminal->end) co_await changed_.wait();
  co_return exit_status(*terminal->end);
}

awaitable<Result<void>> AcpTerminals::allow(const std::string& shown, const json::object& params) {
  if (parts_.calls.granted_command(shown)) co_return Result<void>{};
  approvals::Intent intent{"run_command", approvals::Effect::kActs, {}, shown, {}};
  intent.parts = approvals::command_parts(shown);
  json::object input{{"command", shown}};
  if (const auto folder = find_string(params, "cwd")) input["cwd"] = *folder;
  co_return co_await parts_.host.approve(parts_.caller, std::move(intent), std::move(input),
                                         parts_.stop);
}

awaitable<Result<json::value>> AcpTerminals::create(json::object params) {
  if (terminals_.size() >= limits::kAcpTerminalsMax) {
    co_return Error{Errc::kLimit, "there are too many terminals", "release those that have ended"};
  }
  CO_TRY(tools::CommandSpec spec, command_spec(params));
  const std::string shown = shown_command(params);
  CO_TRY_VOID(co_await allow(shown, params));
  const auto asked = find_int(params, "outputByteLimit").value_or(kOutputBytesMax);
  const auto bytes = std::clamp<std::int64_t>(asked, 1, kOutputBytesMax);
  const std::string id = "x_" + parts_.id_prefix + std::to_string(++opened_);
  auto terminal = std::make_shared<Terminal>(static_cast<std::size_t>(bytes), parts_.stop);
  terminals_.emplace(id, terminal);
  tasks_.spawn("a command of an agent's program", run(terminal, std::move(spec), shown));
  co_return json::object{{"terminalId", id}};
}

awaitable<void> AcpTerminals::run(Shared terminal, tools::CommandSpec spec, std::string shown) {
  auto scope = co_await parts_.host.begin_command(parts_.caller, shown, terminal->stop.token());
  if (!scope) {
    terminal->output.append(scope.error().message);
    terminal->end = std::move(scope).error();
    changed_.notify_all();
    co_return;
  }
  spec.project_root = parts_.host.project_root(parts_.caller);
  spec.limits = scope->limits;
  spec.read_only = scope->read_only;
  spec.stop = terminal->stop.token();
  spec.on_output = [terminal](std::string_view chunk) { terminal->output.append(chunk); };
  auto ran = co_await parts_.tools.run(std::move(spec));
  if (!ran) terminal->output.append(ran.error().message);
  // What it changed is in the log before the program hears that it has ended.
  co_await parts_.host.end_command(parts_.caller, scope->id, ran ? &*ran : nullptr);
  terminal->end = std::move(ran);
  changed_.notify_all();
}

}  // namespace coditect::agents::acp
