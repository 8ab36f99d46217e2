#include "agents/conversation.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "providers/transcript_json.h"

namespace coditect::agents {

namespace {

/// Tools whose calls do nothing, or nothing but what the log tells: a file_edit of the task, the
/// tasks that it has delegated, which the call finds again, or a lock, which a restart ends.
constexpr std::array<std::string_view, 8> kToldByTheLog{"list_files",    "read_file",  "search",
                                                        "read_output",   "write_file", "edit_file",
                                                        "delegate_task", "lock_files"};
constexpr std::string_view kInterrupted =
    "The server stopped while this call was under way, and it was not made again. Whether it took "
    "effect is not known: look before you repeat it.";

/// What a conversation begins with.
bool is_prompt(const providers::Turn& turn) {
  return turn.role == providers::Role::kUser && !turn.blocks.empty();
}

Result<std::vector<providers::Turn>> parse_turns(const json::object& data) {
  const json::array* said = find_array(data, "turns");
  if (said == nullptr || said->empty()) return invalid("there are no turns");
  std::vector<providers::Turn> turns;
  for (const json::value& value : *said) {
    if (!value.is_object()) return invalid("a turn is no object");
    TRY(providers::Turn turn, providers::parse_turn(value.get_object()));
    turns.push_back(std::move(turn));
  }
  return turns;
}

}  // namespace

json::object Conversation::turns_event(const std::string& agent,
                                       const std::vector<providers::Turn>& turns,
                                       const Told& told) {
  json::array said;
  for (const providers::Turn& turn : turns) said.push_back(providers::to_json(turn));
  json::object data{{"agent", agent}, {"turns", std::move(said)}};
  if (told.begins) data["begins"] = true;
  if (told.stop) data["stop"] = to_string(*told.stop);
  json::array heeds;
  for (const std::string& id : told.heeds) heeds.push_back(json::string(id));
  if (!heeds.empty()) data["heeds"] = std::move(heeds);
  return data;
}

void Conversation::add(const Event& event) {
  if (event.type == "conversation_turn") {
    add_turns(event.data);
  } else if (event.type == "tool_call") {
    add_call(event.data);
  } else if (event.type == "agent_message") {
    // What a person says to the task is taken up by a turn of its own.
    if (find_bool(event.data, "steers").value_or(false)) return;
    if (answer_ && begun_.empty()) ++messages_;
  } else if (event.type == "file_edit") {
    // Before an agent's change, what somebody outside did to the file is logged.
    if (begun_.empty() || begun_.back().finished || !event.actor.starts_with("agent:")) return;
    begun_.back().effect =
        find_string(event.data, "path").value_or("") + ", version " + std::to_string(event.seq);
  } else if (event.type.starts_with("approval_")) {
    if (begun_.empty() || begun_.back().finished) return;
    begun_.back().held = find_string(event.data, "decision") != "allow";
  } else if (event.type == "task_requeued" || event.type == "task_paused") {
    interrupt();
  } else if (event.type == "task_finished") {
    forget();
  }
}

void Conversation::add_turns(const json::object& data) {
  auto turns = parse_turns(data);
  const auto stop = providers::stop_reason(find_string(data, "stop").value_or("end_turn"));
  const bool begins = find_bool(data, "begins").value_or(false);
  const bool known = turns && stop && (begins ? is_prompt(turns->front()) : !turns_.empty());
  if (!known) {
    forget();
    broken_ = true;
    return;
  }
  if (begins) {
    forget();
    turns_ = *std::move(turns);
    return;
  }
  for (providers::Turn& turn : *turns) add_turn(std::move(turn), *stop);
}

void Conversation::add_turn(providers::Turn turn, providers::StopReason stop) {
  go_on();
  if (turn.role == providers::Role::kUser) {
    turns_.push_back(std::move(turn));
    return;
  }
  answer_.emplace();
  answer_->turn = std::move(turn);
  answer_->stop = stop;
}

void Conversation::add_call(const json::object& data) {
  if (!answer_) return;
  if (find_string(data, "phase") == "started") {
    begun_.push_back({.tool = find_string(data, "tool").value_or("")});
    return;
  }
  if (begun_.empty()) return;
  begun_.back().output = find_string(data, "output").value_or("");
  begun_.back().ok = find_bool(data, "ok").value_or(false);
  begun_.back().finished = true;
}

/// What follows is another attempt, which goes on after the calls that need not be made again.
void Conversation::interrupt() {
  if (begun_.empty() || begun_.back().finished) return;
  const Remembered::Call call = remembered(begun_.back());
  if (call.again) {
    begun_.pop_back();
    return;
  }
  begun_.back().output = call.output;
  begun_.back().ok = call.ok;
  begun_.back().finished = true;
}

/// The answer was gone on from: its calls' results were what came next.
void Conversation::go_on() {
  if (!answer_) return;
  providers::Turn results{providers::Role::kUser, {}};
  auto call = begun_.begin();
  for (const providers::Block& block : answer_->turn.blocks) {
    const auto* made = std::get_if<providers::ToolCall>(&block);
    if (made == nullptr) continue;
    const Remembered::Call known =
        call == begun_.end() ? Remembered::Call{std::string(kInterrupted)} : remembered(*call++);
    results.blocks.push_back(providers::ToolResult{
        made->id, made->name, known.again ? std::string(kInterrupted) : known.output,
        known.ok ? providers::ToolOutcome::kOk : providers::ToolOutcome::kError});
  }
  turns_.push_back(std::move(answer_->turn));
  if (!results.blocks.empty()) turns_.push_back(std::move(results));
  answer_.reset();
  messages_ = 0;
  begun_.clear();
}

Remembered::Call Conversation::remembered(const Begun& call) {
  if (call.finished) return {call.output, call.ok};
  if (call.held) return {{}, false, true};
  if (std::ranges::find(kToldByTheLog, call.tool) == kToldByTheLog.end()) {
    return {std::string(kInterrupted)};
  }
  if (call.effect.empty()) return {{}, false, true};
  return {"Done before the server stopped: " + call.effect + ".", true};
}

void Conversation::forget() {
  turns_.clear();
  answer_.reset();
  messages_ = 0;
  begun_.clear();
  broken_ = false;
}

Remembered Conversation::take() && {
  Remembered all;
  if (broken_ || turns_.empty()) return all;
  all.turns = std::move(turns_);
  all.answer = std::move(answer_);
  all.messages = messages_;
  for (const Begun& call : begun_) all.calls.push_back(remembered(call));
  return all;
}

}  // namespace coditect::agents
