#include "coordination/approvals/rule.h"

#include <algorithm>

#include "coordination/approvals/command_pattern.h"
#include "coordination/approvals/limits.h"

namespace coditect::approvals {

namespace {

constexpr std::string_view kTakes = "a rule is {tool?, path?, command?, secret?, decision}";

Result<std::optional<std::string>> text_of(const json::object& object, std::string_view name) {
  const json::value* value = object.if_contains(name);
  if (value == nullptr) return std::optional<std::string>();
  if (!value->is_string() || value->get_string().empty()) {
    return invalid("'" + std::string(name) + "' of a rule is not a text", std::string(kTakes));
  }
  if (value->get_string().size() > kPatternBytesMax) {
    return invalid("'" + std::string(name) + "' of a rule is longer than " +
                   std::to_string(kPatternBytesMax) + " bytes");
  }
  return std::optional<std::string>(value->get_string());
}

}  // namespace

Result<Rule> Rule::parse(const json::object& object) {
  constexpr std::string_view kMembers[] = {"tool", "path", "command", "secret", "decision"};
  for (const auto& member : object) {
    const std::string_view key = member.key();
    if (std::ranges::count(kMembers, key) == 0) {
      return invalid("a rule has no '" + std::string(key) + "'", std::string(kTakes));
    }
  }
  Rule rule;
  TRY(rule.tool_, text_of(object, "tool"));
  TRY(rule.command_, text_of(object, "command"));
  TRY(rule.secret_, text_of(object, "secret"));
  TRY(const std::optional<std::string> path, text_of(object, "path"));
  if (path) {
    TRY(rule.path_, locks::PathPattern::parse(*path));
  }
  TRY(const std::optional<std::string> decision, text_of(object, "decision"));
  if (!decision) return invalid("a rule needs a 'decision'", "use allow, ask or deny");
  TRY(rule.decision_, parse_decision(*decision));
  if (rule.path_ && rule.command_) {
    return invalid("a rule with a path and a command fits nothing",
                   "a command is about no one file: write two rules");
  }
  if (rule.path_ && rule.secret_) {
    return invalid("a rule with a path and a secret fits nothing",
                   "only commands get secrets: name a command, or nothing else");
  }
  return rule;
}

json::object Rule::to_json() const {
  json::object object;
  if (tool_) object["tool"] = *tool_;
  if (path_) object["path"] = path_->text();
  if (command_) object["command"] = *command_;
  if (secret_) object["secret"] = *secret_;
  object["decision"] = to_string(decision_);
  return object;
}

bool Rule::fits_tool(std::string_view tool) const {
  if (!tool_ || *tool_ == tool) return true;
  if (!tool_->ends_with("__*")) return false;
  return tool.starts_with(std::string_view(*tool_).substr(0, tool_->size() - 1));
}

bool Rule::fits_path(std::string_view path) const {
  if (!path_) return true;
  const auto file = locks::PathPattern::file(path);
  if (file) return path_->covers(*file);
  // The project itself, which only a pattern for everything covers.
  return path_->kind() == locks::PathPattern::Kind::kFolder && path_->key().empty();
}

bool Rule::fits_whole(std::string_view command) const {
  if (decision_ == Decision::kAllow) return *command_ == command;
  return matches(*command_, command);
}

bool Rule::fits_part(std::string_view part) const { return matches(*command_, part); }

bool Rule::fits_secret(std::string_view name) const { return matches(*secret_, name); }

}  // namespace coditect::approvals
