// The workspace as its agents' loops see it.
#include <algorithm>

#include "base/check.h"
#include "workspace/context/repository_map.h"
#include "workspace/host/remember_task.h"
#include "workspace/host/workspace_host.h"
#include "workspace/instructions/project_instructions.h"
#include "workspace/prompt_line.h"

namespace coditect::workspace {

awaitable<Result<std::string>> WorkspaceHost::image(tools::Caller, std::string hash) {
  co_return co_await parts_.images.bytes(std::move(hash));
}

awaitable<Result<Sequence>> WorkspaceHost::record(const tools::Caller& caller, std::string type,
                                                  json::object data) {
  EventDraft draft{std::move(type), caller.actor(), {}, caller.task.str(), std::move(data)};
  // A full log slows an agent down; it does not end its task.
  const Sequence seq = parts_.log.append(std::move(draft));
  CO_TRY_VOID(co_await parts_.log.durable(seq));
  co_return seq;
}

awaitable<Result<agents::Remembered>> WorkspaceHost::remember(tools::Caller caller) {
  const queue::Task* task = parts_.tasks.board().find(caller.task);
  check(task != nullptr, "a task that runs is on the board");
  co_return co_await remember_task(parts_.log, caller.task, task->queued_seq);
}

bool WorkspaceHost::goes_on_later(const tools::Caller& caller) const {
  return parts_.tasks.closing() || parts_.tasks.interrupted(caller.task);
}

bool WorkspaceHost::pausing(const tools::Caller& caller) const {
  const queue::Task* task = parts_.tasks.board().find(caller.task);
  return task != nullptr && !task->pause_requested_by.empty();
}

std::vector<agents::Steering> WorkspaceHost::steering(const tools::Caller& caller) const {
  std::vector<agents::Steering> said;
  const queue::Task* task = parts_.tasks.board().find(caller.task);
  if (task == nullptr) return said;
  for (const queue::Steering& each : task->steering) {
    said.push_back({each.id, each.from, each.text, each.images});
  }
  return said;
}

void WorkspaceHost::note_retry(const tools::Caller& caller, const agents::AgentModel& model,
                               int attempt, std::chrono::milliseconds delay, const Error& error) {
  json::object data{{"agent", caller.agent},
                    {"provider", to_string(model.provider.kind())},
                    {"attempt", attempt},
                    {"delay_ms", delay.count()},
                    {"error", error.message}};
  parts_.log.append({"task_retrying", caller.actor(), {}, caller.task.str(), data});
}

void WorkspaceHost::preview(const tools::Caller& caller, std::string_view text) {
  parts_.tasks.heard(caller.task);
  if (parts_.previews.size() == 0) return;
  parts_.previews.publish("preview",
                          {{"task", caller.task.str()}, {"agent", caller.agent}, {"text", text}});
}

void WorkspaceHost::enter_state(const tools::Caller& caller, std::string_view state,
                                std::string_view reason) {
  auto parsed = lifecycle::parse_agent_state(state);
  check(parsed.ok(), state);
  parts_.tasks.enter_state(caller.agent, caller.task, *parsed, reason);
}

std::string WorkspaceHost::repository_context() {
  if (!map_) map_ = repository_map(parts_.state.files.files());
  std::vector<ChangedPath> changes;
  for (auto edit = recent_edits_.rbegin(); edit != recent_edits_.rend(); ++edit) {
    const auto known = std::ranges::find(changes, edit->path, &ChangedPath::path);
    if (known != changes.end()) ++known->times;
    if (known == changes.end()) changes.push_back({edit->path, 1});
  }
  return *map_ + most_changed(changes);
}

awaitable<std::string> WorkspaceHost::shared_context(const tools::Caller& caller) {
  if (parts_.shared_context == SharedContext::kWithheld) co_return copy_context(caller);
  std::string text =
      copy_context(caller) + repository_context() + "You are agent:" + caller.agent + ".\n";
  for (const auto& [id, task] : parts_.tasks.board().tasks()) {
    if (!queue::is_active(task.state) || task.agent == caller.agent) continue;
    text += "agent:" + task.agent + " works on: " + prompt_line(task.prompt) + "\n";
  }
  for (const auto& [token, lock] : parts_.state.locks.locks()) {
    text += lock.holder + " holds a " + std::string(to_string(lock.mode)) + " lock on " +
            lock.path.text() + "\n";
  }
  std::set<std::string> told;
  for (auto edit = recent_edits_.rbegin(); edit != recent_edits_.rend() && told.size() < 10;
       ++edit) {
    if (edit->actor == caller.actor() || !told.insert(edit->path).second) continue;
    text += edit->path + " was changed by " + edit->actor + "\n";
  }
  const std::size_t unread = parts_.state.bus.unread(caller.agent).size();
  if (unread > 0) {
    text += std::to_string(unread) + " messages wait for you (read_messages)\n";
  }
  co_return text + co_await secret_context();
}

awaitable<std::string> WorkspaceHost::secret_context() const {
  if (parts_.secrets == nullptr) co_return std::string();
  auto look = [this] { return parts_.secrets->list(parts_.workspace); };
  const auto entries = co_await parts_.disk.run(std::move(look));
  if (!entries) co_return "the secrets of this workspace cannot be read\n";
  std::string names;
  for (const SecretStore::Entry& entry : *entries)
    names += (names.empty() ? "" : ", ") + entry.name;
  if (names.empty()) co_return names;
  co_return "run_command can be given these secrets by name: " + names + "\n";
}

awaitable<agents::Instructions> WorkspaceHost::instructions(tools::Caller caller,
                                                            std::string path) {
  const ProjectInstructions project(parts_.log, parts_.state, parts_.files);
  // A task's memory may go while a file is read: what was given is noted afterwards.
  std::set<std::string> given = memory(caller).instructed;
  std::size_t room = memory(caller).instruction_room;
  agents::Instructions found = co_await project.for_path(std::move(path), given, room);
  TaskMemory& task = memory(caller);
  task.instructed = std::move(given);
  task.instruction_room = room;
  co_return found;
}

awaitable<Result<agents::Reserved>> WorkspaceHost::reserve(tools::Caller caller,
                                                           agents::AgentModel model,
                                                           agents::CallSize size,
                                                           std::stop_token stop) {
  BudgetService::OnWait on_wait{
      [this, caller](const std::string& why) { parts_.tasks.begin_wait(caller, "budget", why); },
      [this, caller] { parts_.tasks.end_wait(caller, "budget", "the budget"); }};
  co_return co_await parts_.budgets.reserve(caller, std::move(model), size, std::move(stop),
                                            std::move(on_wait));
}

Result<void> WorkspaceHost::reserve_more(const tools::Caller&, const agents::Reserved& reserved) {
  return parts_.budgets.reserve_more(reserved);
}

awaitable<Result<void>> WorkspaceHost::settle(const tools::Caller& caller,
                                              const agents::AgentModel& model,
                                              const agents::Reserved& reserved,
                                              agents::Settlement settlement) {
  co_return co_await parts_.budgets.settle(caller, model, reserved, std::move(settlement));
}

}  // namespace coditect::workspace
