#pragma once

#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/json.h"
#include "base/result.h"
#include "coordination/approvals/approval.h"
#include "coordination/approvals/policy.h"

namespace coditect::approvals {

/// How a question ended.
struct Answer {
  Decision decision = Decision::kDeny;  ///< kAsk only of a lock
  std::string word = {};                ///< the decision as it was said: see kind.h
  std::string by;                       ///< an actor; "" where it expired
  std::string note;                     ///< of a person, for the agent
  std::string expired;                  ///< as to_string(Expiry); "" where somebody answered
};

/// Where agents of one workspace ask, and people answer: the policy, the open questions, and how
/// the last ones ended.
///
/// Methods decide and return events; the caller records each and gives it to apply(), in order,
/// before the next call.
///
/// Threads:    one strand.
/// Invariants: changed by apply() alone. A question ends once: by the first answer, or by expiring.
/// Errors:     kNotFound for a question never heard of, kConflict for one that has ended.
class Desk {
 public:
  static Result<Desk> restore(const json::object& snapshot);
  json::object snapshot() const;
  /// Takes approval_*; other types change nothing. Refuses what does not fit the state.
  Result<void> apply(const Event& event);

  const Policy& policy() const { return policy_; }
  /// Of the last event that changed the policy, 0 for none.
  Sequence policy_seq() const { return policy_seq_; }
  /// By id.
  const std::map<std::string, Approval, std::less<>>& open() const { return open_; }
  /// Null while it is open, and for one that ended too long ago.
  const Answer* ended(std::string_view id) const;

  /// `id` is fresh. It expires when the policy's time is over.
  Result<EventDraft> request(Approval approval) const;
  Result<EventDraft> answer(const std::string& id, Decision decision, const std::string& note,
                            const std::string& actor) const;
  /// Ends a question without a person. `decision` is what becomes of the call.
  Result<EventDraft> expire(const std::string& id, Expiry why, Decision decision) const;
  /// After a start: nobody waits for what was open.
  std::vector<EventDraft> recover() const;

 private:
  Result<const Approval*> need_open(const std::string& id) const;
  Result<void> set_mode(const Event& event);
  Result<void> open_one(const Event& event);
  Result<void> end_one(const Event& event);
  void keep_ended(std::string id, Answer answer);

  Policy policy_;
  Sequence policy_seq_ = 0;
  std::map<std::string, Approval, std::less<>> open_;
  std::deque<std::pair<std::string, Answer>> ended_;  ///< oldest first
};

/// The mode of `agent`, or, without one, of the workspace. No mode: the agent follows the
/// workspace.
EventDraft mode_event(const std::optional<std::string>& agent, std::optional<Mode> mode);
EventDraft rules_event(const std::vector<Rule>& rules);
/// Errc::kInvalid outside kTimeoutMin and kTimeoutMax.
Result<EventDraft> timeout_event(std::chrono::seconds timeout);

}  // namespace coditect::approvals
