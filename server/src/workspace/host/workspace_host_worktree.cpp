// Where an agent's tools and commands work: in the project, or in a copy of its task's own.
#include "base/log.h"
#include "workspace/host/workspace_host.h"

namespace coditect::workspace {

Worktree* WorkspaceHost::own_copy(const tools::Caller& caller) const {
  return parts_.worktrees.find(caller.task.str());
}

std::filesystem::path WorkspaceHost::project_root(const tools::Caller& caller) const {
  const Worktree* copy = own_copy(caller);
  return copy == nullptr ? parts_.files.folder().root() : copy->folder().root();
}

awaitable<Result<tools::Written>> WorkspaceHost::change_copy(Worktree& copy, tools::Caller caller,
                                                             std::string path, Edit edit) {
  std::string after;
  // Nobody else writes here: what the task has not read is as it was when it began.
  auto decide = [this, &caller, &path, &edit, &after](const CurrentFile& current) {
    tools::CurrentFile file{current.text, current.version, {}, {}, {}};
    const TaskMemory& task = memory(caller);
    if (const auto seen = task.seen.find(path); seen != task.seen.end()) file.seen = seen->second;
    if (current.text) file.at_task_start = Known{current.version, current.text};
    auto text = edit(file);
    if (text) after = *text;
    return text;
  };
  const Actor actor{caller.actor(), {}, caller.task.str()};
  CO_TRY(const Written written, co_await copy.change(actor, path, decide));
  remember(caller, path, {written.version, std::move(after)});
  co_return tools::Written{written.version, written.seq};
}

std::string WorkspaceHost::copy_context(const tools::Caller& caller) const {
  if (own_copy(caller) == nullptr) return {};
  return "You work in a copy of the project that only you see and change, so nothing in it is "
         "locked. It is no git repository. Folders that the project does not follow, such as "
         "installed packages, are not in it. When your task ends, what you changed is merged into "
         "the project by lines; what others changed meanwhile comes in then, not before.\n";
}

awaitable<Result<tools::CommandScope>> WorkspaceHost::begin_command(tools::Caller caller,
                                                                    std::string, std::stop_token) {
  if (own_copy(caller) != nullptr) co_return tools::CommandScope{};
  co_return parts_.commands.begin(std::move(caller));
}

awaitable<tools::CommandChanges> WorkspaceHost::end_command(tools::Caller caller,
                                                            std::uint64_t scope,
                                                            const tools::CommandResult*) {
  Worktree* copy = own_copy(caller);
  if (copy == nullptr) co_return co_await parts_.commands.end(scope);
  tools::CommandChanges changes;
  auto paths = co_await copy->compare({"process:" + caller.task.str(), {}, caller.task.str()});
  if (paths) {
    changes.paths = *std::move(paths);
  } else {
    spdlog::error("the worktree of task {} could not be compared: {}", caller.task.str(),
                  paths.error().message);
    changes.paths.push_back("(the worktree could not be compared)");
  }
  co_return changes;
}

}  // namespace coditect::workspace
