#pragma once

#include <string>

#include "base/clock.h"
#include "base/strong_id.h"

namespace coditect::workspace {

/// A call of a tool that waits for a person, for somebody outside of the workspace.
struct Question {
  std::string id;
  WorkspaceId workspace;
  std::string workspace_name;
  std::string agent;
  std::string task;
  std::string tool;
  std::string summary;  ///< a line: "run_command make test"
  std::string why;
  Time requested_at{};
  Time expires_at{};
};

/// Hears of questions that wait for a person.
///
/// Threads:  called on the workspaces' strands; must not block.
/// Lifetime: outlives the workspaces.
class QuestionListener {
 public:
  virtual ~QuestionListener() = default;
  /// The question is durable, and open.
  virtual void waits(Question question) = 0;
  /// It has been answered, or has expired.
  virtual void ended(const std::string& id) = 0;
};

}  // namespace coditect::workspace
