#include <fmt/format.h>

#include <algorithm>
#include <csignal>
#include <optional>

#include "tools/elapsed_note.h"
#include "tools/full_output.h"
#include "tools/git_arguments.h"
#include "tools/network_note.h"
#include "tools/read_on.h"
#include "tools/secret_names.h"
#include "tools/tool_call.h"

namespace coditect::tools {

namespace {

using std::chrono::seconds;

constexpr std::size_t kChangedPathsShownMax = 50;

std::string_view name_of(CommandEnd end) {
  switch (end) {
    case CommandEnd::kExited: return "exited";
    case CommandEnd::kTimedOut: return "timed_out";
    case CommandEnd::kStopped: return "stopped";
    case CommandEnd::kDiskLimit: return "disk_limit";
  }
  return "exited";
}

std::string closing_lines(const CommandResult& result, const CommandLimits& limits) {
  const std::string elapsed = elapsed_note(result.elapsed);
  std::string text;
  if (result.truncated) {
    text += fmt::format("[it printed {} bytes in all]\n", result.output_bytes);
  }
  if (result.out_of_memory) {
    text += fmt::format("[a process was killed at the memory limit of {} MiB]\n",
                        result.memory_bytes_max >> 20);
  }
  switch (result.end) {
    case CommandEnd::kTimedOut:
      text += fmt::format("[ended at the time limit of {} s]\n",
                          std::chrono::ceil<seconds>(limits.time).count());
      break;
    case CommandEnd::kStopped: text += "[stopped]\n"; break;
    case CommandEnd::kDiskLimit:
      text +=
          "[ended at the disk limit: " + result.disk_limit + "; what it wrote is still there]\n";
      break;
    case CommandEnd::kExited:
      // As a shell says that a program of its own was ended by it.
      if (result.exit_code == 128 + SIGXFSZ) text += "[a file reached the size limit]\n";
      text += result.signal == 0 ? fmt::format("[exit code {}{}", result.exit_code, elapsed)
                                 : fmt::format("[ended by signal {}{}", result.signal, elapsed);
      break;
  }
  return text;
}

std::string listed(const std::vector<std::string>& names) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kChangedPathsShownMax); ++i) {
    text += (i == 0 ? "" : ", ") + names[i];
  }
  if (names.size() > kChangedPathsShownMax) {
    text += fmt::format(" and {} more", names.size() - kChangedPathsShownMax);
  }
  return text;
}

/// Says what the command could not change, where that may be why it failed, and what was undone.
void note_locked(ToolOutcome& outcome, const CommandChanges& changes, int exit_code) {
  if (!changes.put_back.empty()) {
    outcome.ok = false;
    outcome.output +=
        "[put back as it was, because another one has locked it: " + listed(changes.put_back) +
        "; change it with a file tool, which waits]\n";
  }
  if (!changes.held.empty() && exit_code != 0) {
    outcome.output +=
        "[read-only while it ran, because another one has locked it: " + listed(changes.held) +
        "]\n";
  }
}

ToolOutcome outcome_of(const CommandResult& result, const CommandLimits& limits,
                       const CommandChanges& changes, const std::string& read_on) {
  ToolOutcome outcome;
  outcome.ok = result.end == CommandEnd::kExited && result.exit_code == 0;
  outcome.output = result.output;
  if (!outcome.output.empty() && !outcome.output.ends_with('\n')) outcome.output += '\n';
  outcome.output += read_on;
  outcome.output += closing_lines(result, limits);
  json::array paths;
  for (const std::string& path : changes.paths) {
    if (paths.size() == kChangedPathsShownMax) break;
    outcome.output += (paths.empty() ? "[changed: " : ", ") + path;
    paths.emplace_back(path);
  }
  if (changes.paths.size() > paths.size()) {
    outcome.output += fmt::format(" and {} more", changes.paths.size() - paths.size());
  }
  if (!paths.empty()) outcome.output += "]\n";
  note_locked(outcome, changes, result.exit_code);
  outcome.details = {{"end", name_of(result.end)},
                     {"exit_code", result.exit_code},
                     {"signal", result.signal},
                     {"truncated", result.truncated},
                     {"out_of_memory", result.out_of_memory},
                     {"elapsed_ms", result.elapsed.count()},
                     {"changed", std::move(paths)},
                     {"changed_count", changes.paths.size()}};
  if (!changes.put_back.empty()) outcome.details["put_back"] = changes.put_back.size();
  if (!result.visits.empty()) outcome.details["network"] = visits_json(result.visits);
  outcome.output += network_note(result.visits);
  return outcome;
}

/// Keeps a long output and says how to read on; "" for one that was shown whole.
awaitable<std::string> keep(const ToolCall& call, const CommandResult& result,
                            std::size_t shown_bytes, const FullOutput& full) {
  if (!result.truncated) co_return std::string();
  std::string text = full.text();
  const std::size_t line = line_after(text, shown_bytes / 2);
  std::string note;
  if (result.output_bytes > kKeptOutputBytesMax) {
    note = fmt::format("[of what is left out, only what is within the first {} bytes is kept]\n",
                       kKeptOutputBytesMax);
  }
  std::string id = co_await call.host.keep_output(call.caller, std::move(text));
  co_return read_on_note(id, line) + note;
}

/// Runs `spec` between the host's two hooks. `time`: what the caller asks for.
awaitable<Result<ToolOutcome>> run_in_scope(const ToolCall& call, CommandSpec spec,
                                            std::string shown, seconds time) {
  CO_TRY(CommandScope scope, co_await call.host.begin_command(call.caller, shown, call.stop));
  spec.project_root = call.host.project_root(call.caller);
  spec.limits = scope.limits;
  spec.limits.time = std::min<std::chrono::milliseconds>(time, scope.limits.time);
  spec.stop = call.stop;
  FullOutput full;
  spec.on_output = full.listener(std::move(scope.on_output));
  spec.read_only = std::move(scope.read_only);
  const CommandLimits limits = spec.limits;
  const Result<CommandResult> ran = co_await run_blocking(call, std::move(spec));
  const CommandResult* result = ran ? &*ran : nullptr;
  const CommandChanges changes = co_await call.host.end_command(call.caller, scope.id, result);
  if (!ran) co_return ran.error();
  const std::string read_on = co_await keep(call, *ran, limits.output_bytes, full);
  co_return outcome_of(*ran, limits, changes, read_on);
}

std::vector<std::pair<std::string, std::string>> git_environment(const Caller& caller) {
  const std::string email = caller.agent + "@agents.invalid";
  return {{"GIT_AUTHOR_NAME", caller.agent},
          {"GIT_AUTHOR_EMAIL", email},
          {"GIT_COMMITTER_NAME", caller.agent},
          {"GIT_COMMITTER_EMAIL", email},
          {"GIT_CONFIG_NOSYSTEM", "1"},
          {"GIT_TERMINAL_PROMPT", "0"},
          {"GIT_EDITOR", "false"}};
}

}  // namespace

awaitable<Result<CommandResult>> run_blocking(const ToolCall& call, CommandSpec spec) {
  const auto work = [&call, &spec]() -> Result<CommandResult> {
    try {
      return call.commands.run(spec);
    } catch (const std::exception& failure) {
      return internal(std::string("running a command: ") + failure.what());
    }
  };
  co_return co_await call.pool.run(work);
}

awaitable<Result<ToolOutcome>> run_command(const ToolCall& call) {
  CO_TRY(std::string command, need_string(call.input, "command"));
  const std::int64_t time_s =
      find_int(call.input, "timeout_s").value_or(limits::kCommandTimeDefault.count());
  if (command.find_first_not_of(" \t\r\n") == std::string::npos) {
    co_return invalid("`command` is empty");
  }
  if (command.size() > limits::kCommandBytesMax) {
    co_return invalid(
        "`command` is longer than " + std::to_string(limits::kCommandBytesMax) + " bytes",
        "write a script with write_file and run that");
  }
  if (time_s < 1 || time_s > limits::kCommandTimeMax.count()) {
    co_return invalid("`timeout_s` must be from 1 to " +
                      std::to_string(limits::kCommandTimeMax.count()));
  }
  CO_TRY(std::vector<std::string> names, secret_names(call.input));
  CommandSpec spec;
  spec.network = Network::kAllowList;
  if (!names.empty()) {
    CO_TRY(spec.secrets, co_await call.host.secrets(call.caller, std::move(names)));
  }
  spec.argv = shell_command(command);
  co_return co_await run_in_scope(call, std::move(spec), std::move(command), seconds(time_s));
}

awaitable<Result<ToolOutcome>> git(const ToolCall& call) {
  std::vector<std::string> args;
  for (const json::value& each : call.input.at("args").as_array()) {
    args.emplace_back(each.as_string());
  }
  CO_TRY(const GitEffect effect, check_git_arguments(args));
  CommandSpec spec;
  spec.argv = {"git", "-c", "safe.directory=*", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"};
  spec.argv.insert(spec.argv.end(), args.begin(), args.end());
  spec.environment = git_environment(call.caller);
  if (effect == GitEffect::kWrites) {
    std::string shown = "git";
    for (const std::string& arg : args) shown += " " + arg;
    co_return co_await run_in_scope(call, std::move(spec), std::move(shown),
                                    limits::kCommandTimeDefault);
  }
  spec.project_root = call.host.project_root(call.caller);
  spec.access = ProjectAccess::kReadOnly;
  spec.stop = call.stop;
  spec.environment.emplace_back("GIT_OPTIONAL_LOCKS", "0");
  const CommandLimits limits = spec.limits;
  FullOutput full;
  spec.on_output = full.listener({});
  CO_TRY(const CommandResult result, co_await run_blocking(call, std::move(spec)));
  const std::string read_on = co_await keep(call, result, limits.output_bytes, full);
  co_return outcome_of(result, limits, CommandChanges{}, read_on);
}

}  // namespace coditect::tools
