#include "workspace/tasks/task_service.h"

#include <boost/asio/steady_timer.hpp>

#include <algorithm>

#include "agents/acp/acp_runner.h"
#include "agents/agent_loop.h"
#include "base/check.h"
#include "base/log.h"

namespace coditect::workspace {

namespace {

using lifecycle::AgentState;

queue::Outcome to_queue_outcome(agents::Outcome outcome) {
  using State = agents::Outcome::State;
  switch (outcome.state) {
    case State::kSucceeded: return {queue::TaskState::kSucceeded, std::move(outcome.result), {}};
    case State::kCancelled: return {queue::TaskState::kCancelled, {}, {}};
    case State::kFailed:
    case State::kBrokeDown: break;
  }
  return {queue::TaskState::kFailed, {}, std::move(outcome.error)};
}

}  // namespace

TaskService::TaskService(Strand strand, Parts parts)
    : strand_(strand),
      parts_(parts),
      watch_(parts.silence_max),
      watch_ends_(strand),
      task_ended_(strand),
      workers_(strand, [](std::string_view task, const std::string& what) {
        spdlog::error("{} broke down: {}", task, what);
      }) {}

void TaskService::start(agents::AgentHost& host, const agents::acp::AcpServices* programs) {
  check(strand_.running_in_this_thread());
  host_ = &host;
  programs_ = programs;
  // A restart has ended every agent's work, whatever the log says they were doing.
  for (const std::string& agent : parts_.directory.names()) {
    parts_.locks.release_all("agent:" + agent, locks::ReleaseReason::kHolderGone);
  }
  for (EventDraft& draft : parts_.states.recover()) parts_.log.append(std::move(draft));
  for (EventDraft& draft : parts_.board.recover(parts_.clock.now())) {
    parts_.log.append(std::move(draft));
  }
  advance();
}

awaitable<void> TaskService::close() {
  closing_ = true;
  watch_ends_.notify_all();
  for (auto& [agent, running] : running_) running.stop.request_stop();
  co_await workers_.join();
  co_await workers_.close();
}

Result<std::vector<std::string>> TaskService::resolve(const TaskRequest& request) const {
  const std::vector<std::string> names = parts_.directory.names();
  if (names.empty()) return invalid("no agents are configured", "define one in coditect.toml");
  if (!request.agents.empty()) return request.agents;
  if (request.agent == "all") return names;
  if (request.agent != "auto") return std::vector{request.agent};
  return std::vector{least_busy(names)};
}

std::string TaskService::least_busy(const std::vector<std::string>& names) const {
  const auto load = [&](const std::string& name) {
    return std::ranges::count_if(parts_.board.tasks(), [&](const auto& entry) {
      return entry.second.agent == name && !queue::is_finished(entry.second.state);
    });
  };
  return *std::ranges::min_element(names, {}, load);
}

awaitable<Result<std::vector<TaskId>>> TaskService::submit(Actor actor, TaskRequest request) {
  check(strand_.running_in_this_thread());
  CO_TRY_VOID(parts_.log.admit());
  CO_TRY(std::vector<std::string> agents, resolve(request));
  const std::vector<std::string> known = parts_.directory.names();
  std::vector<TaskId> ids;
  std::vector<EventDraft> drafts;
  const std::string group = agents.size() > 1 ? parts_.random.id("g_") : "";
  for (const std::string& agent : agents) {
    queue::Submission submission;
    submission.id = TaskId(parts_.random.id("t_"));
    submission.agent = agent;
    submission.prompt = request.prompt;
    submission.images = request.images;
    submission.priority = request.priority;
    submission.depends_on = request.depends_on;
    submission.budget_usd = request.budget_usd;
    submission.parent = request.parent;
    submission.group = group;
    submission.worktree = request.worktree;
    submission.actor = actor.name;
    submission.session = actor.session;
    CO_TRY(EventDraft draft, parts_.board.submit(submission, known));
    ids.push_back(submission.id);
    drafts.push_back(std::move(draft));
  }
  for (EventDraft& draft : drafts) parts_.log.append(std::move(draft));
  const Sequence queued = parts_.log.head();
  advance();
  CO_TRY_VOID(co_await parts_.log.durable(queued));
  co_return ids;
}

awaitable<Result<void>> TaskService::record(Result<EventDraft> draft) {
  if (!draft) co_return std::move(draft).error();
  const Sequence seq = parts_.log.append(*std::move(draft));
  advance();
  co_return co_await parts_.log.durable(seq);
}

void TaskService::advance() {
  if (closing_ || host_ == nullptr || parts_.log.failed()) return;
  while (auto draft = parts_.board.next_step(parts_.clock.now())) {
    parts_.log.append(*std::move(draft));
  }
  for (auto& [agent, running] : running_) {
    const queue::Task* task = parts_.board.find(running.task);
    if (task != nullptr && task->cancel_requested) running.stop.request_stop();
  }
  for (const std::string& agent : parts_.directory.names()) {
    if (running_.contains(agent) || parts_.board.next(agent) == nullptr) continue;
    running_[agent] = {};
    workers_.spawn("agent " + agent, run_agent(agent));
  }
  if (running_.empty() || watching_) return;
  watching_ = true;
  workers_.spawn("watching agents", watch_agents());
}

void TaskService::before_apply(const Event& event) {
  watch_.apply(event, parts_.clock.steady());
  // Whoever waits runs after this step, and so after the event is applied.
  if (event.type == "task_finished") task_ended_.notify_all();
}

awaitable<void> TaskService::watch_agents() {
  constexpr std::chrono::milliseconds kLeast{20};
  constexpr std::chrono::milliseconds kMost{15'000};
  const auto interval = std::clamp(watch_.silence_max() / 8, kLeast, kMost);
  while (!closing_ && !running_.empty() && !parts_.log.failed()) {
    co_await watch_ends_.wait_until(std::chrono::steady_clock::now() + interval);
    if (!closing_) cut_off_stuck();
  }
  watching_ = false;
}

void TaskService::cut_off_stuck() {
  for (const lifecycle::StuckWatch::Finding& found : watch_.look(parts_.clock.steady())) {
    auto draft = parts_.board.stuck(found.task, found.silent, found.doing);
    if (!draft) continue;  // it is just ending
    parts_.log.append(*std::move(draft));
    for (auto& [agent, running] : running_) {
      if (running.task != found.task) continue;
      running.stuck = found.doing;
      running.stop.request_stop();
    }
  }
}

awaitable<void> TaskService::run_agent(std::string name) {
  while (!closing_ && !parts_.log.failed()) {
    auto draft = parts_.board.start(name);
    if (!draft) break;
    const queue::Task* task = parts_.board.next(name);
    check(task != nullptr, "a task that starts is the next one");
    // Each task is done with the keys that hold when it begins.
    const auto definition = parts_.directory.find(name);
    check(definition != nullptr, "an agent with a task is one of the node's");
    agents::Assignment assignment{task->id,      name,         task->prompt,
                                  task->attempt, task->images, definition->role};
    parts_.log.append(*std::move(draft));
    running_[name] = {assignment.task, std::stop_source()};
    co_await run_task(*definition, std::move(assignment));
    advance();
  }
  running_.erase(name);
  if (running_.empty()) watch_ends_.notify_all();
}

std::unique_ptr<agents::TaskRunner> TaskService::runner(const agents::AgentDefinition& definition) {
  if (definition.external != nullptr) {
    if (programs_ == nullptr) return nullptr;
    return std::make_unique<agents::acp::AcpRunner>(
        strand_,
        agents::acp::AcpRunner::Parts{*host_, *programs_, *definition.external, definition.model});
  }
  const agents::AgentModel model{*definition.provider, definition.model, definition.simulated};
  std::vector<agents::AgentModel> fallbacks;
  for (const agents::FallbackModel& next : definition.fallbacks) {
    fallbacks.push_back({*next.provider, next.model, next.simulated});
  }
  return std::make_unique<agents::AgentLoop>(*host_, model, parts_.tools, std::move(fallbacks));
}

awaitable<void> TaskService::run_task(const agents::AgentDefinition& definition,
                                      agents::Assignment assignment) {
  enter_state(definition.name, assignment.task, AgentState::kLoading, "starting the task");
  std::string broken;
  std::optional<agents::Outcome> outcome;
  try {
    outcome = co_await work(definition, assignment, running_[definition.name].stop.get_token());
  } catch (const std::exception& error) {
    broken = error.what();
  }
  parts_.worktrees.close(assignment.task.str());
  parts_.locks.release_all("agent:" + definition.name, locks::ReleaseReason::kHolderGone);
  // While the workspace closes, a task is left as it is: it is queued again at the next start.
  if (closing_ || parts_.log.failed()) co_return;
  if (outcome && outcome->state == agents::Outcome::State::kBrokeDown) {
    broken = outcome->error.message;
    outcome.reset();
  }
  if (!outcome) {
    co_await restart(definition.name, assignment, broken);
    co_return;
  }
  end_run(assignment, *std::move(outcome));
}

awaitable<agents::Outcome> TaskService::work(const agents::AgentDefinition& definition,
                                             const agents::Assignment& assignment,
                                             std::stop_token stop) {
  using State = agents::Outcome::State;
  const std::string id = assignment.task.str();
  const queue::Task* task = parts_.board.find(assignment.task);
  // After a crash between its merge and its end, what it did is in the project.
  const bool merged = parts_.worktrees.merged(id);
  const auto mode = task == nullptr || merged ? queue::WorktreeMode::kNone : task->worktree;
  const bool apart = mode != queue::WorktreeMode::kNone;
  Result<void> ready = co_await parts_.checkpoints.before_task(id);
  if (ready && apart) ready = co_await parts_.worktrees.open(id, definition.name);
  if (!ready) co_return agents::Outcome{State::kFailed, {}, std::move(ready).error()};
  const std::unique_ptr<agents::TaskRunner> run = runner(definition);
  if (run == nullptr) {
    co_return agents::Outcome{
        State::kFailed, {}, unavailable("programs that are agents cannot be run here")};
  }
  agents::Outcome outcome = co_await run->run(assignment, stop);
  if (mode != queue::WorktreeMode::kMerge || outcome.state != State::kSucceeded) co_return outcome;
  co_return co_await merge_back(assignment, std::move(outcome), std::move(stop));
}

void TaskService::end_run(const agents::Assignment& assignment, agents::Outcome outcome) {
  using State = agents::Outcome::State;
  const queue::Task* task = parts_.board.find(assignment.task);
  check(task != nullptr, "a task that runs is on the board");
  const bool stands_still = outcome.state == State::kCancelled && !task->cancel_requested &&
                            !task->pause_requested_by.empty();
  const std::string& stuck = running_[assignment.agent].stuck;
  const bool cut_off = outcome.state == State::kCancelled && !task->cancel_requested &&
                       !stands_still && !stuck.empty();
  if (cut_off) {
    auto next = parts_.board.after_stuck(assignment.task, stuck, parts_.clock.now());
    check(next.ok(), "a task that was stuck goes on or fails");
    parts_.log.append(*std::move(next));
    become_idle(assignment.agent, assignment.task, "it was stuck");
    return;
  }
  const char* reason = stands_still                         ? "the task is paused"
                       : outcome.state == State::kSucceeded ? "the task succeeded"
                       : outcome.state == State::kFailed    ? "the task failed"
                                                            : "cancelled";
  auto end = stands_still
                 ? parts_.board.stand_still(assignment.task)
                 : parts_.board.finish(assignment.task, to_queue_outcome(std::move(outcome)),
                                       parts_.clock.now());
  check(end.ok(), "a task that ran can end");
  parts_.log.append(*std::move(end));
  become_idle(assignment.agent, assignment.task, reason);
}

awaitable<void> TaskService::restart(const std::string& agent, const agents::Assignment& assignment,
                                     const std::string& what) {
  spdlog::error("agent {} broke down in task {}: {}", agent, assignment.task.str(), what);
  enter_state(agent, assignment.task, AgentState::kFailed, what);
  auto requeued =
      parts_.board.requeue(assignment.task, "the agent broke down: " + what, parts_.clock.now());
  check(requeued.ok(), "a task that ran can be queued again");
  parts_.log.append(*std::move(requeued));
  asio::steady_timer timer(strand_, parts_.states.restart_delay(agent));
  co_await timer.async_wait(asio::use_awaitable);
  if (closing_) co_return;
  enter_state(agent, {}, AgentState::kRestarting, "after a breakdown");
  become_idle(agent, {}, "restarted");
}

void TaskService::enter_state(const std::string& agent, const TaskId& task, AgentState state,
                              std::string_view reason) {
  if (parts_.states.state(agent) == state || parts_.log.failed()) return;
  auto draft = parts_.states.change(agent, state, reason);
  if (!draft) {
    spdlog::error("agent {}: {}", agent, draft.error().message);
    return;
  }
  draft->task = task.str();
  parts_.log.append(*std::move(draft));
}

void TaskService::become_idle(const std::string& agent, const TaskId& task,
                              std::string_view reason) {
  for (EventDraft& draft : parts_.states.to_idle(agent, reason)) {
    draft.task = task.str();
    parts_.log.append(std::move(draft));
  }
}

void TaskService::begin_wait(const tools::Caller& caller, std::string_view kind,
                             std::string_view what) {
  if (caller.task.empty()) return;  // a participant is no agent of ours: it has no state
  auto draft = parts_.board.waiting(caller.task, kind, what);
  if (draft) parts_.log.append(*std::move(draft));
  enter_state(caller.agent, caller.task, AgentState::kWaiting, what);
}

void TaskService::end_wait(const tools::Caller& caller, std::string_view kind,
                           std::string_view what) {
  if (caller.task.empty()) return;
  auto draft = parts_.board.resumed(caller.task, kind, what);
  if (draft) parts_.log.append(*std::move(draft));
  enter_state(caller.agent, caller.task, AgentState::kExecuting, what);
}

}  // namespace coditect::workspace
