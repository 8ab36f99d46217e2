#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::replication {

/// Knows which files of the workspaces' blob folders are off the machine. They never change, so a
/// name that was copied once is never looked at again.
///
/// Threads:    one strand, but for look().
/// Lifetime:   a value.
/// Errors:     those of reading a folder; one that is missing is empty.
class BlobLedger {
 public:
  struct File {
    std::string name;
    std::uint64_t bytes = 0;
  };

  /// What a blob folder held.
  struct Look {
    std::filesystem::file_time_type changed_at{};
    bool settled = false;  ///< it changed long enough ago to see that it changes again
    std::vector<File> files;
  };

  bool knows(const WorkspaceId& workspace) const { return folders_.contains(workspace); }
  /// What the store holds of a workspace's blobs.
  void begin(const WorkspaceId& workspace, std::set<std::string> stored);
  /// When the folder had last changed, as of a look after which nothing was missing.
  std::filesystem::file_time_type complete_at(const WorkspaceId& workspace) const;
  /// Reads a folder; only its date where that is `complete_at`. Blocking, on any thread.
  static Result<Look> look(const std::filesystem::path& folder,
                           std::filesystem::file_time_type complete_at);
  /// Files that are not off the machine.
  std::vector<File> missing(const WorkspaceId& workspace, Look look);
  /// They are off the machine now.
  void add(const WorkspaceId& workspace, const std::string& name);
  void forget(const WorkspaceId& workspace) { folders_.erase(workspace); }

 private:
  struct Folder {
    std::set<std::string> copied;
    std::filesystem::file_time_type complete_at{};
  };
  std::map<WorkspaceId, Folder> folders_;
};

}  // namespace coditect::replication
