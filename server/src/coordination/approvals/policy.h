#pragma once

#include <chrono>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "coordination/approvals/limits.h"
#include "coordination/approvals/rule.h"

namespace coditect::approvals {

/// What is to happen to a call, and because of what, in words.
struct Verdict {
  Decision decision = Decision::kDeny;
  std::string why;
};

/// What agents of a workspace may do.
struct Policy {
  Mode mode = Mode::kFull;                          ///< of agents that have none of their own
  std::map<std::string, Mode, std::less<>> agents;  ///< by name
  std::vector<Rule> rules;                          ///< the last that fits decides
  std::chrono::seconds timeout = kTimeoutDefault;   ///< of a question; nobody's answer denies

  Mode mode_of(std::string_view agent) const;
  /// The decision of the last rule that fits, of the agent's mode where none does. A call about
  /// several paths, or that runs a line of several commands, is as free as the least free of them.
  /// A call that would get secrets is asked for besides, whatever the mode, unless for each of them
  /// a rule that names it decides.
  Verdict decide(std::string_view agent, const Intent& intent) const;
  bool has_path_rules() const;

  /// {mode, agents: {NAME: mode}, rules: [...], timeout_s}
  json::object to_json() const;
  static Result<Policy> parse(const json::object& object);

 private:
  Verdict decide_secret(const Intent& intent, const std::string& secret) const;
  std::string reason(std::size_t rule) const;
};

/// Reads a list of rules. Errc::kInvalid with the place of the first that is none, Errc::kLimit for
/// more than kRulesMax.
Result<std::vector<Rule>> parse_rules(const json::array& array);
json::array rules_json(const std::vector<Rule>& rules);

}  // namespace coditect::approvals
