#include "tools/intent.h"

#include <string>
#include <vector>

#include "coordination/approvals/command_pattern.h"
#include "tools/git_arguments.h"
#include "tools/project_path.h"
#include "tools/secret_names.h"

namespace coditect::tools {

namespace {

using approvals::Effect;
using approvals::Intent;

Result<Intent> git_intent(const json::object& input) {
  std::vector<std::string> args;
  for (const json::value& each : input.at("args").as_array()) args.emplace_back(each.as_string());
  TRY(const GitEffect effect, check_git_arguments(args));
  std::string command = "git";
  for (const std::string& arg : args) command += " " + arg;
  // No shell reads it, so it is one command whatever its arguments hold.
  return Intent{
      "git", effect == GitEffect::kReads ? Effect::kReads : Effect::kActs, {}, command, {command}};
}

}  // namespace

Result<Intent> intent_of(std::string_view tool, const json::object& input) {
  const std::string name(tool);
  if (tool == "git") return git_intent(input);
  if (tool == "run_command") {
    TRY(std::string command, need_string(input, "command"));
    TRY(std::vector<std::string> secrets, secret_names(input));
    std::vector<std::string> parts = approvals::command_parts(command);
    return Intent{
        name, Effect::kActs, {}, std::move(command), std::move(parts), std::move(secrets)};
  }
  if (tool == "write_file" || tool == "edit_file") {
    TRY(std::string written, need_string(input, "path"));
    TRY(std::string path, changeable_path(written));
    return Intent{name, Effect::kEdits, {std::move(path)}, {}, {}};
  }
  if (tool == "lock_files") {
    TRY(std::string written, need_string(input, "path"));
    TRY(std::string path, lockable_path(written));
    if (path.ends_with('/')) path.pop_back();
    return Intent{name, Effect::kEdits, {std::move(path)}, {}, {}};
  }
  if (tool == "list_files" || tool == "read_file") {
    TRY(std::string path, project_path(find_string(input, "path").value_or("")));
    return Intent{name, Effect::kReads, {std::move(path)}, {}, {}};
  }
  // A message starts no task, so it changes nothing that anybody works on.
  const bool reads = tool == "search" || tool == "read_output" || tool == "read_messages" ||
                     tool == "send_message" || tool == "unlock_files";
  return Intent{name, reads ? Effect::kReads : Effect::kActs, {}, {}, {}};
}

}  // namespace coditect::tools
