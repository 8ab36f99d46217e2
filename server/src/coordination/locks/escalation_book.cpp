#include "coordination/locks/escalation_book.h"

#include <algorithm>
#include <cstdint>

#include "base/clock.h"

namespace coditect::locks {

namespace {

Result<std::set<Token>> parse_tokens(const json::object& data, std::string_view name) {
  const json::array* array = find_array(data, name);
  if (array == nullptr) return invalid("an event lacks '" + std::string(name) + "'");
  std::set<Token> tokens;
  for (const json::value& value : *array) {
    boost::system::error_code bad;
    const auto token = value.to_number<std::uint64_t>(bad);
    if (bad) return invalid("'" + std::string(name) + "' holds something that is no token");
    tokens.insert(token);
  }
  return tokens;
}

}  // namespace

std::string_view to_string(Rung rung) {
  switch (rung) {
    case Rung::kTold: return "told";
    case Rung::kRevoked: return "revoked";
    case Rung::kAsked: return "asked";
  }
  return "told";
}

EventDraft escalated_event(const Escalation& escalation) {
  EventDraft draft{"lock_escalated", "system", {}, escalation.task, {}};
  json::array holders;
  json::array tokens;
  for (const Lock& lock : escalation.locks) {
    holders.emplace_back(lock.holder);
    tokens.emplace_back(static_cast<std::int64_t>(lock.token));
  }
  draft.data = {{"path", escalation.path},
                {"holder", escalation.holder},
                {"waits_for", std::move(holders)},
                {"tokens", std::move(tokens)},
                {"step", to_string(escalation.rung)},
                {"since", to_rfc3339(escalation.since)},
                {"why", escalation.why}};
  if (!escalation.question.empty()) draft.data["approval"] = escalation.question;
  return draft;
}

const Escalated* EscalationBook::find(const std::string& task, const std::string& path) const {
  const auto found = waits_.find({task, path});
  return found == waits_.end() ? nullptr : &found->second;
}

Result<void> EscalationBook::apply(const Event& event) {
  if (event.type == "lock_escalated") return take(event);
  if (waits_.empty()) return {};
  if (event.type == "lock_acquired" || event.type == "lock_wait_ended") {
    // A wait that was cut off may go on: its task ends, stands still, or asks again.
    if (find_string(event.data, "reason") == "cancelled") return {};
    waits_.erase({event.task, find_string(event.data, "path").value_or("")});
  } else if (event.type == "task_finished" || event.type == "task_paused") {
    forget_task(event.task);
  } else if (event.type == "approval_answered" || event.type == "approval_expired") {
    end_question(event);
  }
  return {};
}

Result<void> EscalationBook::take(const Event& event) {
  TRY(std::string path, need_string(event.data, "path"));
  TRY(const std::string step, need_string(event.data, "step"));
  TRY(const std::string since, need_string(event.data, "since"));
  TRY(const Time began, parse_rfc3339(since));
  TRY(const std::set<Token> tokens, parse_tokens(event.data, "tokens"));
  Escalated& wait = waits_[{event.task, std::move(path)}];
  wait.since = began;
  if (step == to_string(Rung::kTold)) wait.told.insert(tokens.begin(), tokens.end());
  if (step == to_string(Rung::kAsked)) {
    wait.question = find_string(event.data, "approval").value_or("");
  }
  return {};
}

void EscalationBook::end_question(const Event& event) {
  const std::string id = find_string(event.data, "id").value_or("");
  const auto asked =
      std::ranges::find(waits_, id, [](const auto& entry) { return entry.second.question; });
  if (id.empty() || asked == waits_.end()) return;
  asked->second.question.clear();
  // What a restart cut off is asked again at once, and so is what was about others.
  const auto reason = find_string(event.data, "reason");
  if (reason == "interrupted" || reason == "over") return;
  asked->second.answered_at = event.ts;
}

void EscalationBook::forget_task(const std::string& task) {
  std::erase_if(waits_, [&task](const auto& entry) { return entry.first.first == task; });
}

json::array EscalationBook::snapshot() const {
  json::array array;
  for (const auto& [key, wait] : waits_) {
    json::array told;
    for (const Token token : wait.told) told.emplace_back(static_cast<std::int64_t>(token));
    json::object object{{"task", key.first},
                        {"path", key.second},
                        {"since", to_rfc3339(wait.since)},
                        {"told", std::move(told)},
                        {"question", wait.question}};
    if (wait.answered_at) object["answered_at"] = to_rfc3339(*wait.answered_at);
    array.push_back(std::move(object));
  }
  return array;
}

Result<EscalationBook> EscalationBook::restore(const json::array& snapshot) {
  EscalationBook book;
  for (const json::value& value : snapshot) {
    if (!value.is_object()) return invalid("a snapshot of waits holds something that is none");
    const json::object& object = value.get_object();
    TRY(std::string task, need_string(object, "task"));
    TRY(std::string path, need_string(object, "path"));
    TRY(const std::string since, need_string(object, "since"));
    Escalated wait;
    TRY(wait.since, parse_rfc3339(since));
    TRY(wait.told, parse_tokens(object, "told"));
    TRY(wait.question, need_string(object, "question"));
    if (const auto answered = find_string(object, "answered_at")) {
      TRY(wait.answered_at, parse_rfc3339(*answered));
    }
    book.waits_.emplace(Key{std::move(task), std::move(path)}, std::move(wait));
  }
  return book;
}

}  // namespace coditect::locks
