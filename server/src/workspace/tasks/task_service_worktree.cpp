// How what a task did in a copy of its own comes into the project.
#include "workspace/prompt_line.h"
#include "workspace/tasks/task_service.h"

namespace coditect::workspace {

namespace {

constexpr std::size_t kPathsNamedMax = 20;

std::string named(const std::vector<MergeConflict>& conflicts) {
  std::string text;
  for (std::size_t i = 0; i < std::min(conflicts.size(), kPathsNamedMax); ++i) {
    text += (i == 0 ? "" : ", ") + conflicts[i].path;
  }
  if (conflicts.size() > kPathsNamedMax) text += " and others";
  return text;
}

std::string conflict_prompt(const queue::Task& task, const WorktreeMerge& merge) {
  std::string prompt = "Bring two sides together. Task " + task.id.str() + " (\"" +
                       prompt_line(task.prompt) +
                       "\") worked in a copy of its own, and the project has changed in the same "
                       "places meanwhile. You work in a copy that has both; what could be merged "
                       "is merged. Decide about these:\n";
  for (const MergeConflict& conflict : merge.conflicts) {
    prompt += "- " + conflict.path + ": " + conflict.why + "\n";
  }
  return prompt +
         "In a text both sides stand between marks: after <<<<<<< what the project has, after "
         "======= what the task did, up to >>>>>>>. Keep what both meant and remove the marks. Of "
         "a file without marks you see the task's side; where it cannot be at its path, it is at "
         "conflict-… in the uppermost folder.";
}

}  // namespace

awaitable<Result<void>> TaskService::wait_for_path(tools::Caller caller, std::string path,
                                                   std::stop_token stop) {
  CO_TRY_VOID(co_await host_->lock(std::move(caller), std::move(path), std::move(stop)));
  co_return Result<void>{};
}

awaitable<agents::Outcome> TaskService::merge_back(agents::Assignment assignment,
                                                   agents::Outcome outcome, std::stop_token stop) {
  using State = agents::Outcome::State;
  const std::string id = assignment.task.str();
  const tools::Caller caller{assignment.agent, assignment.task};
  WorktreeService::Wait wait = [this, caller, stop](std::string path) {
    return wait_for_path(caller, std::move(path), stop);
  };
  auto merge = co_await parts_.worktrees.merge(id, {"agent:" + assignment.agent, {}, id}, wait);
  if (!merge && merge.error().code == Errc::kCancelled) {
    co_return agents::Outcome{State::kCancelled, {}, {}};
  }
  if (!merge) co_return agents::Outcome{State::kFailed, {}, std::move(merge).error()};
  if (merge->conflicts.empty()) co_return outcome;
  auto next = queue_conflict(id, *merge);
  if (!next) co_return agents::Outcome{State::kFailed, {}, std::move(next).error()};
  Error error{Errc::kConflict,
              "the work is done, but the project has changed in the same places: " +
                  named(merge->conflicts),
              "task " + next->str() + " brings both together"};
  co_return agents::Outcome{State::kFailed, {}, std::move(error)};
}

Result<TaskId> TaskService::queue_conflict(const std::string& task, const WorktreeMerge& merge) {
  const queue::Task* from = parts_.board.find(TaskId(task));
  if (from == nullptr) {
    return Error{Errc::kConflict,
                 "the worktree conflicts with the project in " + named(merge.conflicts),
                 "its task ended too long ago for another to go on with it: take what you need "
                 "from worktrees.diff"};
  }
  queue::Submission submission;
  submission.id = TaskId(parts_.random.id("t_"));
  submission.agent = from->agent;
  submission.prompt = conflict_prompt(*from, merge);
  submission.priority = from->priority;
  submission.worktree = queue::WorktreeMode::kMerge;
  submission.actor = "system";
  TRY(EventDraft draft, parts_.board.submit(submission, parts_.directory.names()));
  parts_.log.append(std::move(draft));
  parts_.worktrees.hand_over(task, submission.id.str(), merge);
  return submission.id;
}

awaitable<Result<TaskService::MergeOutcome>> TaskService::merge_worktree(TaskId id, Actor actor) {
  const queue::Task* task = parts_.board.find(id);
  if (task != nullptr && !queue::is_finished(task->state)) {
    co_return Error{Errc::kConflict, "task " + id.str() + " is not finished",
                    "wait for its end, or cancel it"};
  }
  CO_TRY_VOID(parts_.log.admit());
  MergeOutcome outcome;
  CO_TRY(outcome.merge, co_await parts_.worktrees.merge(id.str(), std::move(actor)));
  if (outcome.merge.conflicts.empty()) co_return outcome;
  CO_TRY(outcome.conflict_task, queue_conflict(id.str(), outcome.merge));
  const Sequence queued = parts_.log.head();
  advance();
  CO_TRY_VOID(co_await parts_.log.durable(queued));
  co_return outcome;
}

}  // namespace coditect::workspace
