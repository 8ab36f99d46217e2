#include <algorithm>

#include "coordination/queue/task_board.h"

namespace coditect::queue {

namespace {

bool stands_in_line(const Task& task) {
  return task.state == TaskState::kQueued || task.state == TaskState::kPaused;
}

Error not_in_line(const Task& task) {
  return {Errc::kConflict,
          "task " + task.id.str() + " is " + std::string(to_string(task.state)) +
              ", not queued or paused",
          "only what has not begun, or stands still, has a place to change"};
}

/// Whether the task has to stay with its agent.
Result<void> check_agent(const Task& task) {
  if (task.parent) {
    return Error{Errc::kConflict,
                 "task " + task.id.str() + " was delegated to " + task.agent +
                     " by an agent that waits for it",
                 "it can be moved within " + task.agent + "'s tasks"};
  }
  if (task.attempt > 1) {
    return Error{
        Errc::kConflict,
        "task " + task.id.str() + " has begun, and goes on in " + task.agent + "'s conversation",
        "cancel it and give its prompt to the other agent"};
  }
  return {};
}

}  // namespace

/// What is wanted, with nothing left out but `before`.
Result<Move> TaskBoard::check_move(const Task& task, const Move& wanted,
                                   std::span<const std::string> agents) const {
  Move move{wanted.before, wanted.agent.value_or(task.agent),
            wanted.priority.value_or(task.priority)};
  if (wanted.before) {
    if (*wanted.before == task.id) return invalid("a task cannot go before itself");
    TRY(const Task* other, need(*wanted.before));
    if (!stands_in_line(*other)) return not_in_line(*other);
    const bool fits = wanted.agent.value_or(other->agent) == other->agent &&
                      wanted.priority.value_or(other->priority) == other->priority;
    if (!fits) {
      return invalid("task " + other->id.str() + " is " + other->agent + "'s, with priority " +
                         std::to_string(other->priority),
                     "leave 'agent' and 'priority' out where there is a 'before'");
    }
    move.agent = other->agent;
    move.priority = other->priority;
  }
  if (*move.priority < 0 || *move.priority > kPriorityMax) {
    return invalid("a priority is a number from 0 to 9", "9 goes first, 5 is usual");
  }
  if (std::ranges::find(agents, *move.agent) == agents.end()) {
    return not_found("there is no agent '" + *move.agent + "'", "list the agents");
  }
  if (*move.agent != task.agent) TRY_VOID(check_agent(task));
  return move;
}

Result<EventDraft> TaskBoard::move(const TaskId& id, const Move& wanted, std::string_view actor,
                                   std::span<const std::string> agents) const {
  TRY(const Task* task, need(id));
  if (!stands_in_line(*task)) return not_in_line(*task);
  if (!wanted.before && !wanted.agent && !wanted.priority) {
    return invalid("it is not said where the task is to go", "give before, agent or priority");
  }
  TRY(const Move move, check_move(*task, wanted, agents));
  EventDraft draft{"task_moved", std::string(actor), task->session, task->id.str(), {}};
  draft.data["agent"] = *move.agent;
  if (*move.agent != task->agent) draft.data["from"] = task->agent;
  draft.data["priority"] = *move.priority;
  if (!move.before) return draft;
  TRY(const Digits place, store_.place_before(*find(*move.before)));
  draft.data["before"] = move.before->str();
  draft.data["place"] = digits_json(place);
  return draft;
}

}  // namespace coditect::queue
