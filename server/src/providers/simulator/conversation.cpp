#include "providers/simulator/conversation.h"

#include <algorithm>

namespace coditect::simulator {

namespace {

Result<void> check_outcomes(const Turn& assistant, Turn& user) {
  if (user.outcomes.size() > assistant.calls.size()) {
    return invalid("there are more tool results than tool calls before them");
  }
  for (std::size_t i = 0; i < user.outcomes.size(); ++i) {
    std::string& id = user.outcomes[i].call_id;
    if (id.empty()) id = assistant.calls[i].id;
    if (std::ranges::find(assistant.calls, id, &ToolCall::id) == assistant.calls.end()) {
      return invalid("the tool result '" + id + "' answers no tool call of the turn before it");
    }
  }
  for (const ToolCall& call : assistant.calls) {
    if (std::ranges::count(user.outcomes, call.id, &ToolOutcome::call_id) != 1) {
      return invalid("the tool call '" + call.id + "' must have one result in the next turn");
    }
  }
  return {};
}

}  // namespace

std::string_view to_string(Vendor vendor) {
  switch (vendor) {
    case Vendor::kAnthropic: return "anthropic";
    case Vendor::kGemini: return "gemini";
    case Vendor::kOpenai: return "openai";
    case Vendor::kMoonshot: return "moonshot";
  }
  return "unknown";
}

bool Prompt::offers(std::string_view tool) const {
  return std::ranges::find(tools, tool) != tools.end();
}

void TurnCollector::say(Role role, std::string_view text) {
  Turn& turn = turn_of(role);
  if (!turn.text.empty() && !text.empty()) turn.text += '\n';
  turn.text += text;
}

void TurnCollector::show(std::optional<Picture> picture) {
  if (picture) turn_of(Role::kUser).pictures.push_back(*std::move(picture));
}

void TurnCollector::call(ToolCall call) {
  turn_of(Role::kAssistant).calls.push_back(std::move(call));
}

void TurnCollector::outcome(ToolOutcome outcome) {
  turn_of(Role::kUser).outcomes.push_back(std::move(outcome));
}

Result<std::vector<Turn>> TurnCollector::take() && {
  if (turns_.empty()) return invalid("there are no messages");
  if (turns_.back().role != Role::kUser) return invalid("the last message must be the user's");
  const Turn nobody;
  for (std::size_t i = 0; i < turns_.size(); ++i) {
    if (turns_[i].role != Role::kUser) continue;
    TRY_VOID(check_outcomes(i == 0 ? nobody : turns_[i - 1], turns_[i]));
  }
  return std::move(turns_);
}

Turn& TurnCollector::turn_of(Role role) {
  if (turns_.empty() || turns_.back().role != role) {
    turns_.emplace_back().role = role;
  }
  return turns_.back();
}

}  // namespace coditect::simulator
