#include "coordination/lifecycle/agent_states.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>

#include "base/limits.h"

namespace coditect::lifecycle {

namespace {

constexpr std::array<std::pair<AgentState, std::string_view>, 6> kStates{{
    {AgentState::kIdle, "idle"},
    {AgentState::kLoading, "loading"},
    {AgentState::kExecuting, "executing"},
    {AgentState::kWaiting, "waiting"},
    {AgentState::kFailed, "failed"},
    {AgentState::kRestarting, "restarting"},
}};

EventDraft change_event(std::string_view agent, AgentState from, AgentState to,
                        std::string_view reason) {
  EventDraft draft{"agent_state_change", "agent:" + std::string(agent), {}, {}, {}};
  draft.data["agent"] = agent;
  draft.data["from"] = to_string(from);
  draft.data["to"] = to_string(to);
  draft.data["reason"] = reason;
  return draft;
}

/// The next state on the shortest way to idle.
AgentState towards_idle(AgentState from) {
  switch (from) {
    case AgentState::kFailed: return AgentState::kRestarting;
    case AgentState::kIdle:
    case AgentState::kLoading:
    case AgentState::kExecuting:
    case AgentState::kWaiting:
    case AgentState::kRestarting: return AgentState::kIdle;
  }
  return AgentState::kIdle;
}

void walk_to_idle(std::string_view agent, AgentState from, std::string_view reason,
                  std::vector<EventDraft>& drafts) {
  while (from != AgentState::kIdle) {
    const AgentState to = towards_idle(from);
    drafts.push_back(change_event(agent, from, to, reason));
    from = to;
  }
}

}  // namespace

std::string_view to_string(AgentState state) {
  for (const auto& [known, name] : kStates) {
    if (known == state) return name;
  }
  return "idle";
}

Result<AgentState> parse_agent_state(std::string_view text) {
  for (const auto& [state, name] : kStates) {
    if (name == text) return state;
  }
  return invalid("'" + std::string(text) + "' is not an agent's state");
}

bool may_follow(AgentState from, AgentState to) {
  switch (to) {
    case AgentState::kIdle: return from != AgentState::kIdle && from != AgentState::kFailed;
    case AgentState::kLoading: return from == AgentState::kIdle;
    case AgentState::kExecuting:
      return from == AgentState::kLoading || from == AgentState::kWaiting;
    case AgentState::kWaiting: return from == AgentState::kExecuting;
    case AgentState::kFailed: return from != AgentState::kIdle && from != AgentState::kFailed;
    case AgentState::kRestarting: return from == AgentState::kFailed;
  }
  return false;
}

AgentState AgentStates::state(std::string_view agent) const {
  const auto found = agents_.find(agent);
  return found == agents_.end() ? AgentState::kIdle : found->second.state;
}

Result<EventDraft> AgentStates::change(std::string_view agent, AgentState to,
                                       std::string_view reason) const {
  const AgentState from = state(agent);
  if (!may_follow(from, to)) {
    return Error{Errc::kConflict,
                 "agent " + std::string(agent) + " is " + std::string(to_string(from)) +
                     " and cannot become " + std::string(to_string(to)),
                 {}};
  }
  return change_event(agent, from, to, reason);
}

std::vector<EventDraft> AgentStates::to_idle(std::string_view agent,
                                             std::string_view reason) const {
  std::vector<EventDraft> drafts;
  walk_to_idle(agent, state(agent), reason, drafts);
  return drafts;
}

std::vector<EventDraft> AgentStates::recover() const {
  constexpr std::string_view kReason = "the server restarted";
  std::vector<EventDraft> drafts;
  for (const auto& [agent, entry] : agents_) {
    AgentState from = entry.state;
    const bool at_work = from == AgentState::kLoading || from == AgentState::kExecuting ||
                         from == AgentState::kWaiting;
    if (at_work) {
      drafts.push_back(change_event(agent, from, AgentState::kFailed, kReason));
      from = AgentState::kFailed;
    }
    walk_to_idle(agent, from, kReason, drafts);
  }
  return drafts;
}

std::chrono::milliseconds AgentStates::restart_delay(std::string_view agent) const {
  constexpr int kDoublingsMax = 30;
  const std::chrono::milliseconds most = limits::kRestartDelayMax;
  const auto found = agents_.find(agent);
  const int failures = found == agents_.end() ? 0 : found->second.failures;
  const int doublings = std::clamp(failures - 1, 0, kDoublingsMax);
  return std::min(most, limits::kRestartDelayMin * (std::int64_t{1} << doublings));
}

Result<void> AgentStates::apply(const Event& event) {
  if (event.type != "agent_state_change") return {};
  TRY(std::string agent, need_string(event.data, "agent"));
  TRY(std::string from_name, need_string(event.data, "from"));
  TRY(std::string to_name, need_string(event.data, "to"));
  TRY(AgentState from, parse_agent_state(from_name));
  TRY(AgentState to, parse_agent_state(to_name));
  if (from != state(agent) || !may_follow(from, to)) {
    return internal("the log's change of agent " + agent + " does not fit its state");
  }
  Entry& entry = agents_[agent];
  entry.state = to;
  if (to == AgentState::kFailed) ++entry.failures;
  if (to == AgentState::kIdle && from != AgentState::kRestarting) entry.failures = 0;
  return {};
}

json::object AgentStates::snapshot() const {
  json::object object;
  for (const auto& [agent, entry] : agents_) {
    object[agent] = {{"state", to_string(entry.state)}, {"failures", entry.failures}};
  }
  return object;
}

Result<AgentStates> AgentStates::restore(const json::object& snapshot) {
  AgentStates states;
  for (const auto& member : snapshot) {
    const json::object* object = member.value().if_object();
    if (object == nullptr) return invalid("an agent snapshot holds something that is no agent");
    Entry entry;
    TRY(std::string name, need_string(*object, "state"));
    TRY(entry.state, parse_agent_state(name));
    TRY(std::int64_t failures, need_int(*object, "failures"));
    entry.failures = static_cast<int>(failures);
    states.agents_.emplace(std::string(member.key()), entry);
  }
  return states;
}

}  // namespace coditect::lifecycle
