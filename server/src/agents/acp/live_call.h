#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "coordination/approvals/rule.h"

namespace coditect::agents::acp {

/// A call of one of the program's own tools, as far as it has told of it.
struct LiveCall {
  /// What it says that a file is and becomes.
  struct Diff {
    std::string path;
    std::optional<std::string> before;  ///< nothing: a new file, or it does not say
  };

  std::string id;      ///< the program's
  std::string log_id;  ///< in events
  std::string kind = "other";
  std::string title = {};
  std::string status = "pending";
  json::value input = nullptr;
  std::vector<std::string> paths = {};  ///< of the project, each once
  bool outside = false;                 ///< it names others too
  std::vector<Diff> diffs = {};
  std::string output = {};
  std::chrono::steady_clock::time_point begun_at = {};
  bool started = false;                ///< the log has its beginning
  bool granted = false;                ///< the program may carry it out
  std::string refused = {};            ///< why it may not
  std::vector<std::string> held = {};  ///< paths that are locked for it

  bool ended() const { return status == "completed" || status == "failed"; }
  /// Whether it changes files.
  bool changes() const { return kind == "edit" || kind == "delete" || kind == "move"; }
};

/// Takes what a tool_call or tool_call_update says; what is absent stays as it is.
void merge(LiveCall& call, const json::object& update);

/// The name under which rules and the log know it: as our own tools of the kind.
std::string tool_name(const LiveCall& call);
/// The text of the command that it runs; nothing where it runs none.
std::optional<std::string> command_of(const LiveCall& call);
/// What it is, for rules.
approvals::Intent intent_of(const LiveCall& call);
/// What it is, for people and the log: bounded.
json::object shown_input(const LiveCall& call);

/// The text of a content block; "" where it has none.
std::string text_of(const json::object& block);

}  // namespace coditect::agents::acp
