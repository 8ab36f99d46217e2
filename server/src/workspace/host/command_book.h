#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "async/blocking_pool.h"
#include "async/strand.h"
#include "base/clock.h"
#include "base/random.h"
#include "storage/blobs/blob_store.h"
#include "tools/tool_host.h"
#include "workspace/files/file_service.h"
#include "workspace/log/event_log.h"
#include "workspace/queries.h"
#include "workspace/state/workspace_state.h"

namespace coditect::workspace {

/// The commands of agents that run in a workspace: what they change is theirs, and what others have
/// locked they do not change.
///
/// A locked file is read-only in the command's sandbox, from the start or from the moment it is
/// locked. What comes past that all the same (a file that was open, a folder that was renamed,
/// another name of the same file) is found when the tree is compared, and is put back; the log has
/// what it was.
///
/// Threads:    the workspace's strand.
/// Lifetime:   its parts outlive it.
/// Invariants: while commands run and none of them belongs to who may write a path, no change of
///             that path that is found on the disk stands.
/// Errors:     begin() fails where the system has no descriptor left. What cannot be put back, or
///             not be compared, is told in the log and to the command's agent.
class CommandBook final : public ChangeGuard {
 public:
  struct Parts {
    EventLog& log;
    const WorkspaceState& state;
    FileService& files;
    blobs::BlobStore& blobs;
    Queries& queries;
    BlockingPool& disk;
    const Clock& clock;
    Random& random;
  };

  explicit CommandBook(Parts parts) : parts_(parts) {}

  /// Whose the changes are that a program makes to what its agent has locked.
  enum class Author {
    kProcess,  ///< the task's process: the agent knows little of what a command does
    kAgent,    ///< the agent: it locks a file for each of its own edits
  };
  Result<tools::CommandScope> begin(tools::Caller caller, Author author = Author::kProcess);
  /// Compares the project; every command that began ends once.
  awaitable<tools::CommandChanges> end(std::uint64_t scope);

  /// Hears every event after it was applied.
  void after_apply(const Event& event);
  /// Whom a change on disk is put down to that nobody announced: the command that runs, or somebody
  /// outside.
  Actor outside_actor() const;

  // ChangeGuard
  std::optional<Actor> author(const std::string& path) const override;
  bool refuses(const std::string& path) const override;
  awaitable<bool> put_back(std::string path, std::optional<FileInfo> known) override;

 private:
  struct Running {
    tools::Caller caller;
    Author author = Author::kProcess;
    std::vector<std::string> paths;  ///< that others have locked now
    std::shared_ptr<tools::ReadOnlyPaths> read_only;
    std::set<std::string> changed;
    std::set<std::string> put_back;
    std::set<std::string> held;
  };

  /// What others than `holder` have locked, with the holder of each.
  std::map<std::string, std::string> locked_by_others(const std::string& holder) const;
  bool holds(const std::string& holder, const std::string& path) const;
  std::string holder_of(const std::string& path, const std::string& other_than) const;
  std::vector<std::string> hold(Running& command) const;
  void update(Running& command);

  const Parts parts_;
  // Touched only on the strand.
  std::map<std::uint64_t, Running> running_;
  std::uint64_t last_ = 0;
};

}  // namespace coditect::workspace
