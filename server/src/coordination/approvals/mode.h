#pragma once

#include <string_view>

#include "base/result.h"

/// What agents may do by themselves, what a person is asked for, and who asked for what.
namespace coditect::approvals {

/// What a call of a tool does to the world: reads it, edits files of the project, or acts in some
/// other way (runs a command, commits, gives another agent a task).
enum class Effect { kReads, kEdits, kActs };

/// What happens to a call, the strictest last.
enum class Decision { kAllow, kAsk, kDeny };
/// The public names: "allow", "ask", "deny".
std::string_view to_string(Decision decision);
Result<Decision> parse_decision(std::string_view text);

/// What an agent may do where no rule says otherwise:
///
///                 reads   edits   acts
///     read-only   allow   deny    deny
///     ask         allow   ask     ask
///     auto-edit   allow   allow   ask
///     full        allow   allow   allow
enum class Mode { kReadOnly, kAsk, kAutoEdit, kFull };
/// The public names: "read-only", "ask", "auto-edit", "full".
std::string_view to_string(Mode mode);
Result<Mode> parse_mode(std::string_view text);

Decision decision_of(Mode mode, Effect effect);

}  // namespace coditect::approvals
