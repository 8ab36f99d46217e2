#include "coordination/approvals/policy.h"

#include <algorithm>
#include <optional>

#include "base/check.h"

namespace coditect::approvals {

namespace {

/// The rule that decides about one path or one part of a command: the last that fits.
using Last = std::optional<std::size_t>;

/// Which rules are looked at: those about the call itself, or those about one secret.
struct Topic {
  std::optional<std::string> secret = {};
  bool covers(const Rule& rule) const {
    return secret ? rule.has_secret() && rule.fits_secret(*secret) : !rule.has_secret();
  }
};

std::vector<Last> last_by_path(const std::vector<Rule>& rules, const Intent& intent) {
  std::vector<Last> last(std::max<std::size_t>(1, intent.paths.size()));
  for (std::size_t at = 0; at < rules.size(); ++at) {
    if (!rules[at].fits_tool(intent.tool) || rules[at].has_command()) continue;
    if (rules[at].has_secret()) continue;
    if (intent.paths.empty() && rules[at].has_path()) continue;
    if (intent.paths.empty()) last[0] = at;
    for (std::size_t path = 0; path < intent.paths.size(); ++path) {
      if (rules[at].fits_path(intent.paths[path])) last[path] = at;
    }
  }
  return last;
}

/// The rule for each part of a command, and, at the end, the one for the line as a whole, which can
/// make it less free and never freer than its parts.
std::vector<Last> last_by_part(const std::vector<Rule>& rules, const Intent& intent,
                               const Topic& topic) {
  std::vector<Last> last(intent.parts.size() + 1);
  for (std::size_t at = 0; at < rules.size(); ++at) {
    const Rule& rule = rules[at];
    if (!rule.fits_tool(intent.tool) || rule.has_path() || !topic.covers(rule)) continue;
    const bool whole = !rule.has_command() || rule.fits_whole(*intent.command);
    if (whole && (!rule.has_command() || rule.decision() == Decision::kAllow)) {
      last.assign(last.size(), at);
      continue;
    }
    if (whole) last.back() = at;
    for (std::size_t part = 0; part < intent.parts.size(); ++part) {
      if (rule.fits_part(intent.parts[part])) last[part] = at;
    }
  }
  // Where it is one command, or no rule says anything of the line, its parts alone decide.
  const bool is_one = intent.parts.size() == 1 && intent.parts.front() == *intent.command;
  if (is_one || (!last.back() && !intent.parts.empty())) last.pop_back();
  return last;
}

}  // namespace

Mode Policy::mode_of(std::string_view agent) const {
  const auto own = agents.find(agent);
  return own == agents.end() ? mode : own->second;
}

bool Policy::has_path_rules() const { return std::ranges::any_of(rules, &Rule::has_path); }

Verdict Policy::decide(std::string_view agent, const Intent& intent) const {
  const Mode own = mode_of(agent);
  const auto by_mode = decision_of(own, intent.effect);
  const auto decision = [&](const Last& rule) { return rule ? rules[*rule].decision() : by_mode; };
  const auto last = intent.command ? last_by_part(rules, intent, {}) : last_by_path(rules, intent);
  const Last strictest = *std::ranges::max_element(last, {}, decision);
  Verdict verdict{decision(strictest), "the mode is " + std::string(to_string(own))};
  if (strictest) verdict.why = reason(*strictest);
  for (const std::string& secret : intent.secrets) {
    Verdict about = decide_secret(intent, secret);
    // Of two that ask, the one that names the secret says more.
    if (about.decision == Decision::kAllow || about.decision < verdict.decision) continue;
    verdict = std::move(about);
  }
  return verdict;
}

Verdict Policy::decide_secret(const Intent& intent, const std::string& secret) const {
  const auto decision = [&](const Last& rule) {
    return rule ? rules[*rule].decision() : Decision::kAsk;
  };
  check(intent.command.has_value(), "only commands get secrets");
  const auto last = last_by_part(rules, intent, {secret});
  const Last strictest = *std::ranges::max_element(last, {}, decision);
  const std::string name = "secret " + secret + ": ";
  if (!strictest) return {Decision::kAsk, name + "no rule says that this command may have it"};
  return {decision(strictest), name + reason(*strictest)};
}

std::string Policy::reason(std::size_t rule) const {
  return "rule " + std::to_string(rule + 1) + " says " +
         std::string(to_string(rules[rule].decision()));
}

json::object Policy::to_json() const {
  json::object modes;
  for (const auto& [agent, own] : agents) modes[agent] = to_string(own);
  return {{"mode", to_string(mode)},
          {"agents", std::move(modes)},
          {"rules", rules_json(rules)},
          {"timeout_s", timeout.count()}};
}

Result<Policy> Policy::parse(const json::object& object) {
  Policy policy;
  TRY(const std::string mode, need_string(object, "mode"));
  TRY(policy.mode, parse_mode(mode));
  const json::object* agents = find_object(object, "agents");
  const json::array* rules = find_array(object, "rules");
  if (agents == nullptr || rules == nullptr) return invalid("a policy lacks its agents or rules");
  for (const auto& member : *agents) {
    if (!member.value().is_string()) return invalid("the mode of an agent is not a text");
    TRY(const Mode own, parse_mode(member.value().get_string()));
    policy.agents.emplace(member.key(), own);
  }
  TRY(policy.rules, parse_rules(*rules));
  TRY(const std::int64_t timeout, need_int(object, "timeout_s"));
  policy.timeout = std::chrono::seconds(timeout);
  return policy;
}

Result<std::vector<Rule>> parse_rules(const json::array& array) {
  if (array.size() > kRulesMax) {
    return Error{Errc::kLimit, "there are more than " + std::to_string(kRulesMax) + " rules", {}};
  }
  std::vector<Rule> rules;
  for (const json::value& value : array) {
    const json::object* object = value.if_object();
    const std::string place = "rule " + std::to_string(rules.size() + 1);
    if (object == nullptr) return invalid(place + " is not an object");
    auto rule = Rule::parse(*object);
    if (!rule) return std::move(rule).error().in(place);
    rules.push_back(*std::move(rule));
  }
  return rules;
}

json::array rules_json(const std::vector<Rule>& rules) {
  json::array array;
  for (const Rule& rule : rules) array.push_back(rule.to_json());
  return array;
}

}  // namespace coditect::approvals
