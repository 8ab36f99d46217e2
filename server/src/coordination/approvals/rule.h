#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "base/result.h"
#include "coordination/approvals/mode.h"
#include "coordination/locks/path_pattern.h"

namespace coditect::approvals {

/// A call of a tool as rules see it.
struct Intent {
  std::string tool;
  Effect effect = Effect::kActs;
  /// Every name of the one file or folder that the call is about: as it was written, and where
  /// links lead. Relative to the project; "" is the project itself. None where it is about none.
  std::vector<std::string> paths;
  std::optional<std::string> command;  ///< the text of a command that it runs
  std::vector<std::string> parts;  ///< every simple command in it: of a shell's, command_parts()
  std::vector<std::string> secrets = {};  ///< names of those that it would be given
};

/// One line of a workspace's rules: what it says about calls of `tool`, about `path` and that run
/// `command`. What is absent it says of all of them. One that names a `secret` says whether a call
/// may have it, and nothing else.
///
/// Threads:    any, it never changes.
/// Invariants: a rule that names a path fits no call without one, and so with a command.
class Rule {
 public:
  /// Reads {tool?, path?, command?, secret?, decision}. Errc::kInvalid for other members and for
  /// patterns that are none.
  static Result<Rule> parse(const json::object& object);
  json::object to_json() const;

  Decision decision() const { return decision_; }
  const std::optional<std::string>& tool() const { return tool_; }
  bool has_path() const { return path_.has_value(); }
  bool has_command() const { return command_.has_value(); }
  bool has_secret() const { return secret_.has_value(); }

  /// A tool that ends with `__*` stands for all tools of a server.
  bool fits_tool(std::string_view tool) const;
  bool fits_path(std::string_view path) const;
  /// Of a rule with a command. A rule that asks or denies fits a line wherever its pattern does;
  /// one that allows fits the whole of a line only when it is spelled exactly so: a star must not
  /// let `make test; rm -r x` pass as `make test*`.
  bool fits_whole(std::string_view command) const;
  /// Of a rule with a command: whether it fits one of the line's parts.
  bool fits_part(std::string_view part) const;
  /// Of a rule with a secret: whether it is about the one of this name; `*` stands for anything.
  bool fits_secret(std::string_view name) const;

 private:
  Rule() = default;

  Decision decision_ = Decision::kAsk;
  std::optional<std::string> tool_;
  std::optional<locks::PathPattern> path_;
  std::optional<std::string> command_;
  std::optional<std::string> secret_;
};

}  // namespace coditect::approvals
