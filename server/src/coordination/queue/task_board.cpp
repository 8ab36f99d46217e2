#include "coordination/queue/task_board.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "base/image_limits.h"
#include "base/limits.h"
#include "coordination/lifecycle/stuck_limits.h"
#include "coordination/queue/delegation_limits.h"
#include "coordination/queue/steering_limits.h"

namespace coditect::queue {

namespace {

EventDraft draft_of(std::string_view type, std::string_view actor, const Task& task) {
  EventDraft draft{std::string(type), std::string(actor), task.session, task.id.str(), {}};
  draft.data["agent"] = task.agent;
  return draft;
}

std::string agent_actor(const Task& task) { return "agent:" + task.agent; }

EventDraft finished_event(const Task& task, std::string_view actor, const Outcome& outcome,
                          Time now) {
  using std::chrono::milliseconds;
  EventDraft draft = draft_of("task_finished", actor, task);
  draft.data["state"] = to_string(outcome.state);
  if (outcome.result) draft.data["result"] = *outcome.result;
  if (outcome.error) {
    draft.data["error"] = {{"kind", to_string(outcome.error->code)},
                           {"message", outcome.error->message},
                           {"hint", outcome.error->hint}};
  }
  const auto elapsed = task.started_at ? now - *task.started_at : Time::duration{0};
  const auto elapsed_ms = std::chrono::duration_cast<milliseconds>(elapsed).count();
  draft.data["elapsed_ms"] = std::max<std::int64_t>(0, elapsed_ms);
  return draft;
}

Error conflict(const Task& task, std::string_view wanted) {
  return {Errc::kConflict,
          "task " + task.id.str() + " is " + std::string(to_string(task.state)) + ", not " +
              std::string(wanted),
          "look at its state first"};
}

/// Whether the task may be shown these as well.
Result<void> check_images(const Task& task, const std::vector<ImageRef>& images) {
  if (task.image_bytes + bytes_of(images) <= limits::kTaskImageBytesMax) return {};
  return Error{Errc::kLimit,
               "the pictures of one task have " + std::to_string(limits::kTaskImageBytesMax) +
                   " bytes at most, because all of them go with each of its model calls",
               "scale them down, or show them with a message of its own, which is a new task"};
}

Outcome too_often(const Task& task, std::string_view reason) {
  Error error{Errc::kUnavailable,
              "given up after " + std::to_string(task.attempt - task.first_attempt + 1) +
                  " attempts: " + std::string(reason),
              "look at the task's log, then retry it"};
  return {TaskState::kFailed, std::nullopt, std::move(error)};
}

EventDraft requeued_event(const Task& task, std::string_view actor, std::string_view reason) {
  EventDraft draft = draft_of("task_requeued", actor, task);
  draft.data["attempt"] = task.attempt + 1;
  draft.data["reason"] = reason;
  return draft;
}

/// `attempt` is that of its next run.
EventDraft paused_event(const Task& task, std::string_view actor, std::string_view by,
                        int attempt) {
  EventDraft draft = draft_of("task_paused", actor, task);
  draft.data["attempt"] = attempt;
  draft.data["what"] = "paused by " + std::string(by);
  return draft;
}

EventDraft requeue_event(const Task& task, std::string_view reason, Time now) {
  if (task.cancel_requested) {
    return finished_event(task, "system", {TaskState::kCancelled, {}, {}}, now);
  }
  if (!task.pause_requested_by.empty()) {
    return paused_event(task, "system", task.pause_requested_by, task.attempt + 1);
  }
  if (task.attempt - task.first_attempt + 1 >= limits::kTaskAttemptsMax) {
    return finished_event(task, "system", too_often(task, reason), now);
  }
  return requeued_event(task, "system", reason);
}

}  // namespace

Result<TaskBoard> TaskBoard::restore(const json::object& snapshot) {
  TaskBoard board;
  TRY(board.store_, TaskStore::restore(snapshot));
  return board;
}

Result<const Task*> TaskBoard::need(const TaskId& id) const {
  const Task* task = store_.find(id);
  if (task == nullptr) return not_found("there is no task " + id.str());
  return task;
}

Result<const Task*> TaskBoard::need_active(const TaskId& id) const {
  TRY(const Task* task, need(id));
  if (!is_active(task->state)) return conflict(*task, "running or waiting");
  return task;
}

Result<EventDraft> TaskBoard::submit(const Submission& submission,
                                     std::span<const std::string> agents) const {
  if (submission.id.empty()) return invalid("a task needs an id");
  if (store_.find(submission.id) != nullptr) {
    return Error{Errc::kConflict, "task " + submission.id.str() + " exists already", {}};
  }
  if (std::ranges::find(agents, submission.agent) == agents.end()) {
    return not_found("there is no agent '" + submission.agent + "'", "list the agents");
  }
  if (submission.prompt.empty()) return invalid("a task needs a prompt");
  if (submission.prompt.size() > limits::kPromptBytesMax) {
    return Error{Errc::kLimit,
                 "the prompt is longer than " + std::to_string(limits::kPromptBytesMax) + " bytes",
                 "put long material into a file and name it"};
  }
  if (submission.priority < 0 || submission.priority > kPriorityMax) {
    return invalid("a priority is a number from 0 to 9", "9 goes first, 5 is usual");
  }
  const double budget_usd = submission.budget_usd.value_or(1);
  if (!std::isfinite(budget_usd) || budget_usd <= 0) return invalid("a budget is above 0");
  if (store_.queued() >= limits::kQueuedTasksMax) {
    return Error{Errc::kLimit,
                 std::to_string(limits::kQueuedTasksMax) + " tasks are queued already",
                 "cancel some or wait until they are done"};
  }
  TRY_VOID(check_dependencies(submission.id, submission.depends_on));
  TRY_VOID(check_parent(submission));

  EventDraft draft{"task_queued", submission.actor, submission.session, submission.id.str(), {}};
  draft.data["agent"] = submission.agent;
  draft.data["prompt"] = submission.prompt;
  if (!submission.images.empty()) draft.data["images"] = to_json(submission.images);
  draft.data["priority"] = submission.priority;
  draft.data["depends_on"] = ids_json(submission.depends_on);
  if (submission.budget_usd) draft.data["budget_usd"] = *submission.budget_usd;
  if (submission.parent) draft.data["parent"] = submission.parent->str();
  if (!submission.group.empty()) draft.data["group"] = submission.group;
  if (submission.worktree != WorktreeMode::kNone) {
    draft.data["worktree"] = to_string(submission.worktree);
  }
  draft.data["attempt"] = 1;
  return draft;
}

std::optional<EventDraft> TaskBoard::start(std::string_view agent) const {
  const Task* task = next(agent);
  if (task == nullptr) return std::nullopt;
  EventDraft draft = draft_of("task_started", agent_actor(*task), *task);
  draft.data["attempt"] = task->attempt;
  return draft;
}

Result<EventDraft> TaskBoard::waiting(const TaskId& id, std::string_view kind,
                                      std::string_view what) const {
  TRY(const Task* task, need(id));
  if (task->state != TaskState::kRunning) return conflict(*task, "running");
  EventDraft draft = draft_of("task_waiting", agent_actor(*task), *task);
  draft.data["for"] = kind;
  draft.data["what"] = what;
  return draft;
}

Result<EventDraft> TaskBoard::resumed(const TaskId& id, std::string_view kind,
                                      std::string_view what) const {
  TRY(const Task* task, need(id));
  if (task->state != TaskState::kWaiting) return conflict(*task, "waiting");
  EventDraft draft = draft_of("task_resumed", agent_actor(*task), *task);
  draft.data["for"] = kind;
  draft.data["what"] = what;
  return draft;
}

Result<EventDraft> TaskBoard::finish(const TaskId& id, const Outcome& outcome, Time now) const {
  TRY(const Task* task, need_active(id));
  if (!is_finished(outcome.state)) return invalid("a task ends succeeded, failed or cancelled");
  if ((outcome.state == TaskState::kFailed) != outcome.error.has_value()) {
    return invalid("a failed task says why, and only a failed one");
  }
  return finished_event(*task, agent_actor(*task), outcome, now);
}

Result<EventDraft> TaskBoard::requeue(const TaskId& id, std::string_view reason, Time now) const {
  TRY(const Task* task, need_active(id));
  return requeue_event(*task, reason, now);
}

Result<EventDraft> TaskBoard::cancel(const TaskId& id, std::string_view actor, Time now) const {
  TRY(const Task* task, need(id));
  if (task->state == TaskState::kQueued || task->state == TaskState::kPaused) {
    return finished_event(*task, actor, {TaskState::kCancelled, {}, {}}, now);
  }
  if (!is_active(task->state)) return conflict(*task, "queued, running, waiting or paused");
  if (task->cancel_requested) {
    return Error{Errc::kConflict, "task " + id.str() + " is being cancelled already", {}};
  }
  return draft_of("task_cancel_requested", actor, *task);
}

Result<EventDraft> TaskBoard::retry(const TaskId& id, std::string_view actor) const {
  TRY(const Task* task, need(id));
  if (!is_finished(task->state) || task->state == TaskState::kSucceeded) {
    return conflict(*task, "failed or cancelled");
  }
  if (store_.queued() >= limits::kQueuedTasksMax) {
    return Error{Errc::kLimit,
                 std::to_string(limits::kQueuedTasksMax) + " tasks are queued already",
                 "cancel some or wait until they are done"};
  }
  return requeued_event(*task, actor, "retried by " + std::string(actor));
}

Result<EventDraft> TaskBoard::pause(const TaskId& id, std::string_view actor) const {
  TRY(const Task* task, need(id));
  if (task->state == TaskState::kQueued) return paused_event(*task, actor, actor, task->attempt);
  if (!is_active(task->state)) return conflict(*task, "queued, running or waiting");
  if (task->cancel_requested) {
    return Error{Errc::kConflict, "task " + id.str() + " is being cancelled", {}};
  }
  if (!task->pause_requested_by.empty()) {
    return Error{Errc::kConflict, "task " + id.str() + " is being paused already",
                 "it stands still once its step under way has ended"};
  }
  return draft_of("task_pause_requested", actor, *task);
}

Result<EventDraft> TaskBoard::stand_still(const TaskId& id) const {
  TRY(const Task* task, need_active(id));
  if (task->pause_requested_by.empty()) return conflict(*task, "asked to stand still");
  return paused_event(*task, agent_actor(*task), task->pause_requested_by, task->attempt + 1);
}

Result<EventDraft> TaskBoard::resume(const TaskId& id, std::string_view actor) const {
  TRY(const Task* task, need(id));
  if (task->state != TaskState::kPaused && task->pause_requested_by.empty()) {
    return conflict(*task, "paused");
  }
  EventDraft draft = draft_of("task_resumed", actor, *task);
  draft.data["for"] = "pause";
  draft.data["what"] = "resumed by " + std::string(actor);
  // What it is from here on: readers need not know what it was.
  const bool paused = task->state == TaskState::kPaused;
  draft.data["state"] = to_string(paused ? TaskState::kQueued : task->state);
  return draft;
}

Result<EventDraft> TaskBoard::steer(const TaskId& id, const Steering& said) const {
  TRY(const Task* task, need(id));
  if (is_finished(task->state)) return conflict(*task, "queued, running, waiting or paused");
  if (said.text.empty()) return invalid("there is nothing to say", "give a text");
  if (said.text.size() > limits::kSteeringBytesMax) {
    return Error{Errc::kLimit,
                 "the text is longer than " + std::to_string(limits::kSteeringBytesMax) + " bytes",
                 "put long material into a file and name it"};
  }
  if (task->steering.size() >= limits::kSteeringUnheardMax) {
    return Error{Errc::kLimit,
                 "the task has " + std::to_string(limits::kSteeringUnheardMax) +
                     " messages that it has not heard yet",
                 "wait until its agent has ended its step, or cancel the task"};
  }
  TRY_VOID(check_images(*task, said.images));
  EventDraft draft{"agent_message", said.from, task->session, id.str(), {}};
  draft.data = {{"id", said.id},     {"from", said.from}, {"to", json::array{task->agent}},
                {"text", said.text}, {"kind", "chat"},    {"steers", true}};
  if (!said.images.empty()) draft.data["images"] = to_json(said.images);
  return draft;
}

Result<EventDraft> TaskBoard::promote(const TaskId& id, std::string_view actor) const {
  TRY(const Task* task, need(id));
  if (task->state != TaskState::kQueued) return conflict(*task, "queued");
  EventDraft draft = draft_of("task_promoted", actor, *task);
  draft.data["priority"] = kPriorityMax;
  return draft;
}

Result<EventDraft> TaskBoard::stuck(const TaskId& id, std::chrono::milliseconds silent,
                                    std::string_view doing) const {
  TRY(const Task* task, need_active(id));
  EventDraft draft = draft_of("agent_stuck", "system", *task);
  draft.data["doing"] = doing;
  draft.data["silent_ms"] = silent.count();
  const bool fails = task->stuck + 1 >= limits::kAgentStuckTimesMax;
  draft.data["step"] = fails ? "failed" : "cut_off";
  return draft;
}

Result<EventDraft> TaskBoard::after_stuck(const TaskId& id, std::string_view doing,
                                          Time now) const {
  TRY(const Task* task, need_active(id));
  if (task->stuck < limits::kAgentStuckTimesMax) {
    return requeue_event(*task, "it was stuck in " + std::string(doing), now);
  }
  Error error{Errc::kUnavailable,
              "the agent was stuck: nothing was heard of " + std::string(doing) + ", " +
                  std::to_string(task->stuck) + " times in a row",
              "see whether its model answers, then retry the task or give it to another agent"};
  return finished_event(*task, "system", {TaskState::kFailed, {}, std::move(error)}, now);
}

std::optional<EventDraft> TaskBoard::next_step(Time now) const {
  if (const Task* orphan = store_.first_orphan()) {
    auto cancelled = cancel(orphan->id, "system", now);
    check(cancelled.ok(), "a task whose parent was cancelled is not finished");
    return *std::move(cancelled);
  }
  const Task* task = store_.first_doomed();
  if (task == nullptr) return std::nullopt;
  const auto broken = store_.broken_dependency(*task);
  const Task* other = broken ? store_.find(*broken) : nullptr;
  const std::string how =
      other == nullptr ? "did not succeed" : std::string(to_string(other->state));
  Error error{Errc::kConflict,
              "it depends on task " + (broken ? broken->str() : std::string("?")) + ": " + how,
              "retry that task, then this one"};
  return finished_event(*task, "system", {TaskState::kFailed, std::nullopt, std::move(error)}, now);
}

std::vector<EventDraft> TaskBoard::recover(Time now) const {
  std::vector<EventDraft> drafts;
  for (const auto& [id, task] : store_.tasks()) {
    if (!is_active(task.state)) continue;
    if (task.cancel_requested) {
      drafts.push_back(finished_event(task, "system", {TaskState::kCancelled, {}, {}}, now));
      continue;
    }
    if (!task.pause_requested_by.empty()) {
      drafts.push_back(paused_event(task, "system", task.pause_requested_by, task.attempt + 1));
      continue;
    }
    // A restart is not the task's fault: it does not use up its attempts.
    EventDraft draft = requeued_event(task, "system", "the server restarted");
    draft.data["restart"] = true;
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

}  // namespace coditect::queue
