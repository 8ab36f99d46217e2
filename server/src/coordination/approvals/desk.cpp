#include "coordination/approvals/desk.h"

#include <algorithm>
#include <utility>

namespace coditect::approvals {

namespace {

json::object answer_json(const std::string& id, const Answer& answer) {
  return {{"id", id},
          {"decision", answer.word},
          {"by", answer.by},
          {"note", answer.note},
          {"expired", answer.expired}};
}

Result<Answer> parse_answer(const json::object& object) {
  Answer answer;
  TRY(answer.word, need_string(object, "decision"));
  TRY(answer.decision, parse_answer_word(answer.word));
  answer.by = find_string(object, "by").value_or("");
  answer.note = find_string(object, "note").value_or("");
  answer.expired = find_string(object, "expired").value_or("");
  return answer;
}

EventDraft ending(std::string_view type, const Approval& approval, std::string actor,
                  Decision decision) {
  EventDraft draft{std::string(type), std::move(actor), {}, approval.task, {}};
  draft.data["id"] = approval.id;
  draft.data["agent"] = approval.agent;
  draft.data["decision"] = answer_word(approval.kind, decision);
  return draft;
}

/// What becomes of a question that nobody answers.
Decision unanswered(const Approval& approval) {
  return approval.kind == Kind::kLock ? Decision::kAsk : Decision::kDeny;
}

}  // namespace

const Answer* Desk::ended(std::string_view id) const {
  const auto found = std::ranges::find(ended_, id, &std::pair<std::string, Answer>::first);
  return found == ended_.end() ? nullptr : &found->second;
}

Result<const Approval*> Desk::need_open(const std::string& id) const {
  const auto found = open_.find(id);
  if (found != open_.end()) return &found->second;
  const Answer* answer = ended(id);
  if (answer == nullptr) {
    return not_found("there is no open approval '" + id + "'",
                     "approvals.list names those that are open");
  }
  const std::string how = answer->expired.empty() ? answer->by + " said " + answer->word
                                                  : "it ended: " + answer->expired;
  return Error{Errc::kConflict, "approval '" + id + "' is no longer open: " + how,
               "approvals.list names those that are open"};
}

Result<EventDraft> Desk::request(Approval approval) const {
  if (approval.id.empty() || open_.contains(approval.id) || ended(approval.id) != nullptr) {
    return invalid("an approval needs an id of its own");
  }
  approval.expires_at = approval.requested_at + policy_.timeout;
  EventDraft draft{"approval_requested", "agent:" + approval.agent, {}, approval.task, {}};
  draft.data = approval_json(approval);
  draft.data.erase("task");  // the event names it
  return draft;
}

Result<EventDraft> Desk::answer(const std::string& id, Decision decision, const std::string& note,
                                const std::string& actor) const {
  TRY(const Approval* approval, need_open(id));
  TRY_VOID(parse_answer_word(approval->kind, answer_word(approval->kind, decision)));
  if (note.size() > kNoteBytesMax) {
    return invalid("the note is longer than " + std::to_string(kNoteBytesMax) + " bytes");
  }
  EventDraft draft = ending("approval_answered", *approval, actor, decision);
  if (!note.empty()) draft.data["note"] = note;
  return draft;
}

Result<EventDraft> Desk::expire(const std::string& id, Expiry why, Decision decision) const {
  TRY(const Approval* approval, need_open(id));
  TRY_VOID(parse_answer_word(approval->kind, answer_word(approval->kind, decision)));
  EventDraft draft = ending("approval_expired", *approval, "system", decision);
  draft.data["reason"] = to_string(why);
  return draft;
}

std::vector<EventDraft> Desk::recover() const {
  std::vector<EventDraft> drafts;
  for (const auto& [id, approval] : open_) {
    EventDraft draft = ending("approval_expired", approval, "system", unanswered(approval));
    draft.data["reason"] = to_string(Expiry::kInterrupted);
    drafts.push_back(std::move(draft));
  }
  return drafts;
}

Result<void> Desk::apply(const Event& event) {
  if (!event.type.starts_with("approval_")) return {};
  if (event.type == "approval_requested") return open_one(event);
  if (event.type == "approval_answered" || event.type == "approval_expired") return end_one(event);
  if (event.type == "approval_mode_set") {
    TRY_VOID(set_mode(event));
  } else if (event.type == "approval_rules_set") {
    const json::array* rules = find_array(event.data, "rules");
    if (rules == nullptr) return invalid("an event lacks 'rules'");
    TRY(policy_.rules, parse_rules(*rules));
  } else if (event.type == "approval_timeout_set") {
    TRY(const std::int64_t timeout, need_int(event.data, "timeout_s"));
    policy_.timeout = std::chrono::seconds(timeout);
  } else {
    return {};  // of a newer version
  }
  policy_seq_ = event.seq;
  return {};
}

Result<void> Desk::set_mode(const Event& event) {
  const auto agent = find_string(event.data, "agent");
  const auto name = find_string(event.data, "mode");
  if (!name) {
    if (!agent) return invalid("the workspace always has a mode");
    policy_.agents.erase(*agent);
    return {};
  }
  TRY(const Mode mode, parse_mode(*name));
  if (agent) {
    policy_.agents[*agent] = mode;
  } else {
    policy_.mode = mode;
  }
  return {};
}

Result<void> Desk::open_one(const Event& event) {
  json::object data = event.data;
  data["task"] = event.task;
  TRY(Approval approval, parse_approval(data));
  std::string id = approval.id;
  if (ended(id) != nullptr || !open_.try_emplace(id, std::move(approval)).second) {
    return internal("the log opens approval " + id + " twice");
  }
  return {};
}

Result<void> Desk::end_one(const Event& event) {
  TRY(std::string id, need_string(event.data, "id"));
  TRY(Answer answer, parse_answer(event.data));
  if (open_.erase(id) == 0) return internal("the log ends approval " + id + ", which is not open");
  if (event.type == "approval_answered") {
    answer.by = event.actor;
  } else {
    TRY(answer.expired, need_string(event.data, "reason"));
  }
  keep_ended(std::move(id), std::move(answer));
  return {};
}

void Desk::keep_ended(std::string id, Answer answer) {
  ended_.emplace_back(std::move(id), std::move(answer));
  if (ended_.size() > kClosedKept) ended_.pop_front();
}

json::object Desk::snapshot() const {
  json::array open;
  for (const auto& [id, approval] : open_) open.push_back(approval_json(approval));
  json::array ended;
  for (const auto& [id, answer] : ended_) ended.push_back(answer_json(id, answer));
  return {{"policy", policy_.to_json()},
          {"policy_seq", policy_seq_},
          {"open", std::move(open)},
          {"ended", std::move(ended)}};
}

Result<Desk> Desk::restore(const json::object& snapshot) {
  const json::object* policy = find_object(snapshot, "policy");
  const json::array* open = find_array(snapshot, "open");
  const json::array* ended = find_array(snapshot, "ended");
  if (policy == nullptr || open == nullptr || ended == nullptr) {
    return invalid("a snapshot of approvals lacks a part");
  }
  Desk desk;
  TRY(desk.policy_, Policy::parse(*policy));
  TRY(const std::int64_t seq, need_int(snapshot, "policy_seq"));
  desk.policy_seq_ = static_cast<Sequence>(seq);
  for (const json::value& value : *open) {
    if (!value.is_object()) return invalid("an open approval is no object");
    TRY(Approval approval, parse_approval(value.get_object()));
    std::string id = approval.id;
    desk.open_.emplace(std::move(id), std::move(approval));
  }
  for (const json::value& value : *ended) {
    if (!value.is_object()) return invalid("an approval that ended is no object");
    TRY(std::string id, need_string(value.get_object(), "id"));
    TRY(Answer answer, parse_answer(value.get_object()));
    desk.keep_ended(std::move(id), std::move(answer));
  }
  return desk;
}

EventDraft mode_event(const std::optional<std::string>& agent, std::optional<Mode> mode) {
  EventDraft draft{"approval_mode_set", {}, {}, {}, {}};
  if (agent) draft.data["agent"] = *agent;
  if (mode) draft.data["mode"] = to_string(*mode);
  return draft;
}

EventDraft rules_event(const std::vector<Rule>& rules) {
  EventDraft draft{"approval_rules_set", {}, {}, {}, {}};
  draft.data["rules"] = rules_json(rules);
  return draft;
}

Result<EventDraft> timeout_event(std::chrono::seconds timeout) {
  if (timeout < kTimeoutMin || timeout > kTimeoutMax) {
    return invalid("'timeout_s' is " + std::to_string(timeout.count()),
                   "use " + std::to_string(kTimeoutMin.count()) + " to " +
                       std::to_string(kTimeoutMax.count()));
  }
  EventDraft draft{"approval_timeout_set", {}, {}, {}, {}};
  draft.data["timeout_s"] = timeout.count();
  return draft;
}

}  // namespace coditect::approvals
