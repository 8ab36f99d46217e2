#pragma once

#include <string>

namespace coditect::workspace {

/// Who does something, as the event that records it says.
struct Actor {
  std::string name;     ///< "user:NAME", "agent:NAME", "process:TASK", "system"
  std::string session;  ///< "" where there is none
  std::string task;     ///< "" where there is none
};

/// Whoever changes files without the studio knowing who it is.
inline Actor outside() { return {"user:outside", {}, {}}; }

}  // namespace coditect::workspace
