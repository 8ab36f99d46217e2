#pragma once

#include <set>
#include <string>

#include "agents/instructions.h"
#include "async/strand.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log.h"
#include "workspace/state/workspace_state.h"

namespace coditect::workspace {

/// What AGENTS.md, CLAUDE.md and GEMINI.md of a project tell agents, once a person has trusted it.
///
/// Trust is bound to the content: whoever changes such a file, an agent too, has to be trusted
/// anew.
///
/// Threads:    the workspace's strand.
/// Lifetime:   what it refers to outlives its calls; it keeps nothing itself.
class ProjectInstructions {
 public:
  ProjectInstructions(EventLog& log, const WorkspaceState& state, FileService& files)
      : log_(log), state_(state), files_(files) {}

  /// Those that hold for `path` and are not in `given`, which they are added to. `room` is how many
  /// bytes they may have, and is used up.
  awaitable<agents::Instructions> for_path(std::string path, std::set<std::string>& given,
                                           std::size_t& room) const;
  /// {instructions: [{path, hash, bytes, trusted, changed}], truncated}: all that the project has.
  json::object list() const;
  /// Trusts the file as long as it has this content. Errc::kConflict where it has another one now,
  /// kLimit where it is too large.
  awaitable<Result<Sequence>> trust(Actor actor, std::string path, std::string hash);
  awaitable<Result<Sequence>> distrust(Actor actor, std::string path);

 private:
  EventLog& log_;
  const WorkspaceState& state_;
  FileService& files_;
};

}  // namespace coditect::workspace
