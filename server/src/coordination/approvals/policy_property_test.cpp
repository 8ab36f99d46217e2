#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "coordination/approvals/command_pattern.h"
#include "coordination/approvals/policy.h"

namespace coditect::approvals {
namespace {

int below(int beyond) { return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange(0, beyond)); }

std::string text_of(const std::string& alphabet, int length_max) {
  std::string text;
  for (int left = below(length_max + 1); left > 0; --left) {
    text += alphabet[static_cast<std::size_t>(below(static_cast<int>(alphabet.size())))];
  }
  return text;
}

/// What a pattern means, said as it is defined: slow, and with nothing to get wrong.
bool matches_by_definition(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] != '*') {
    return !text.empty() && text[0] == pattern[0] &&
           matches_by_definition(pattern.substr(1), text.substr(1));
  }
  for (std::size_t taken = 0; taken <= text.size(); ++taken) {
    if (matches_by_definition(pattern.substr(1), text.substr(taken))) return true;
  }
  return false;
}

Intent command_of(const std::string& text) {
  return {"run_command", Effect::kActs, {}, text, command_parts(text)};
}

/// One of few short commands, so that rules often fit.
std::string any_command() {
  constexpr const char* kCommands[] = {"a", "b", "ab"};
  return kCommands[below(3)];
}

std::string any_line() {
  std::string line = below(4) == 0 ? "" : any_command();
  for (int left = below(3); left > 0; --left) line += ";" + any_command();
  return line;
}

Intent any_intent() {
  if (below(2) == 0) return command_of(any_line());
  const Effect effect = below(2) == 0 ? Effect::kReads : Effect::kEdits;
  Intent intent{effect == Effect::kReads ? "read_file" : "edit_file", effect, {}, {}, {}};
  for (int left = 1 + below(2); left > 0; --left) {
    intent.paths.push_back(below(2) == 0 ? "a" : "a/b");
  }
  return intent;
}

Rule any_rule() {
  constexpr const char* kDecisions[] = {"allow", "ask", "deny"};
  constexpr const char* kPatterns[] = {"a", "a*", "*b", "*", "*;*", "a;b", "a;*"};
  json::object object{{"decision", kDecisions[below(3)]}};
  if (below(4) == 0) object["tool"] = below(2) == 0 ? "edit_file" : "run_command";
  switch (below(5)) {
    case 0: object["path"] = below(2) == 0 ? "a/" : "a/b"; break;
    case 1: break;
    default: object["command"] = kPatterns[below(7)]; break;
  }
  auto rule = Rule::parse(object);
  RC_ASSERT(rule.ok());
  return *std::move(rule);
}

Policy any_policy() {
  Policy policy;
  constexpr Mode kModes[] = {Mode::kReadOnly, Mode::kAsk, Mode::kAutoEdit, Mode::kFull};
  policy.mode = kModes[below(4)];
  for (int left = below(6); left > 0; --left) policy.rules.push_back(any_rule());
  return policy;
}

/// Whether the rule says something about one path, or one part of a command, of a call.
bool speaks_of(const Rule& rule, const Intent& intent, const std::string& piece) {
  if (rule.tool() && *rule.tool() != intent.tool) return false;
  if (!intent.command) return !rule.has_command() && rule.fits_path(piece);
  if (rule.has_path()) return false;
  if (!rule.has_command()) return true;
  const std::string pattern(rule.to_json().at("command").as_string());
  if (rule.decision() == Decision::kAllow && pattern == *intent.command) return true;
  return matches_by_definition(pattern, piece);
}

/// Whether it says something about a line of several commands as a whole.
bool speaks_of_line(const Rule& rule, const Intent& intent) {
  if (rule.decision() != Decision::kAllow) return speaks_of(rule, intent, *intent.command);
  const bool spelled =
      rule.has_command() && rule.to_json().at("command").as_string() == *intent.command;
  return (spelled || !rule.has_command()) && speaks_of(rule, intent, *intent.command);
}

RC_GTEST_PROP(ApprovalPolicyProperty, MatchingIsTheDefinition, ()) {
  const std::string pattern = text_of("ab*", 6);
  const std::string text = text_of("ab", 7);
  RC_ASSERT(matches(pattern, text) == matches_by_definition(pattern, text));
}

RC_GTEST_PROP(ApprovalPolicyProperty, PartsHoldEverythingButWhatCuts, ()) {
  const std::string command = text_of("ab \t;&|(){}<>`\n\r", 12);
  std::string joined;
  for (const std::string& part : command_parts(command)) {
    RC_ASSERT(!part.empty());
    RC_ASSERT(part.find_first_of(";&|(){}<>`\n\r") == std::string::npos);
    RC_ASSERT(part.front() != ' ' && part.back() != ' ');
    joined += part;
  }
  std::string letters = command;
  std::erase_if(letters, [](char each) { return each != 'a' && each != 'b'; });
  std::erase_if(joined, [](char each) { return each != 'a' && each != 'b'; });
  RC_ASSERT(joined == letters);
}

RC_GTEST_PROP(ApprovalPolicyProperty, TheLastRuleOfEachPieceAndTheStrictestOfAll, ()) {
  const Policy policy = any_policy();
  const Intent intent = any_intent();
  const Decision by_mode = decision_of(policy.mode, intent.effect);
  const auto& pieces = intent.command ? intent.parts : intent.paths;
  Decision strictest = Decision::kAllow;
  for (const std::string& piece : pieces) {
    Decision decision = by_mode;
    for (const Rule& rule : policy.rules) {
      if (speaks_of(rule, intent, piece)) decision = rule.decision();
    }
    strictest = std::max(strictest, decision);
  }
  if (intent.command && pieces != std::vector<std::string>{*intent.command}) {
    // A line of nothing is decided by the mode; any other by its parts where no rule is about it.
    Decision decision = pieces.empty() ? by_mode : Decision::kAllow;
    for (const Rule& rule : policy.rules) {
      if (speaks_of_line(rule, intent)) decision = rule.decision();
    }
    strictest = std::max(strictest, decision);
  }
  RC_ASSERT(policy.decide("claude", intent).decision == strictest);
}

RC_GTEST_PROP(ApprovalPolicyProperty, AddingACommandNeverMakesALineFreer, ()) {
  const Policy policy = any_policy();
  const std::string first = any_command();
  const std::string second = any_command();
  const std::string line = first + ";" + second;
  const bool spelled = std::ranges::any_of(policy.rules, [&](const Rule& rule) {
    return rule.has_command() && rule.decision() == Decision::kAllow && rule.fits_whole(line);
  });
  RC_PRE(!spelled);
  const auto decide = [&](const std::string& text) {
    return policy.decide("claude", command_of(text)).decision;
  };
  RC_ASSERT(decide(line) >= std::max(decide(first), decide(second)));
}

RC_GTEST_PROP(ApprovalPolicyProperty, WritingItDownKeepsEveryDecision, ()) {
  const Policy policy = any_policy();
  const auto again = Policy::parse(policy.to_json());
  RC_ASSERT(again.ok());
  for (int left = 5; left > 0; --left) {
    const Intent intent = any_intent();
    RC_ASSERT(again->decide("claude", intent).decision == policy.decide("claude", intent).decision);
  }
}

RC_GTEST_PROP(ApprovalPolicyProperty, ASecretMakesNoCallFreer, ()) {
  Policy policy = any_policy();
  Intent intent = command_of(any_line());
  const Decision without = policy.decide("claude", intent).decision;
  for (int left = below(3); left > 0; --left) {
    json::object rule{{"secret", below(2) == 0 ? "TOKEN" : "T*"},
                      {"decision", below(2) == 0 ? "allow" : "deny"}};
    if (below(2) == 0) rule["command"] = any_command();
    policy.rules.push_back(*Rule::parse(rule));
  }
  // Rules about secrets say nothing about calls that have none.
  RC_ASSERT(policy.decide("claude", intent).decision == without);
  intent.secrets = {"TOKEN"};
  const Decision with = policy.decide("claude", intent).decision;
  RC_ASSERT(with >= without);
  const bool named = std::ranges::any_of(policy.rules, [](const Rule& rule) {
    return rule.has_secret() && rule.decision() == Decision::kAllow;
  });
  RC_ASSERT(named || with != Decision::kAllow);
}

}  // namespace
}  // namespace coditect::approvals
