#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::replication {

/// Copies of workspaces that this node had before they were another node's for a time. They may
/// hold what was acknowledged and never copied, so they are kept for some days, out of the way:
///
///   DATA/node/set-aside/ID-N/      such a copy, as it was
///   DATA/node/set-aside/ID.json    {"copies": [{"name": "ID-N", "since": RFC 3339,
///                                  "contained": whether the log of its successor holds its own}]}
///
/// The second stays when the copies are gone: it says that the workspace has come back once.
///
/// Threads:    any; calls block, also for one another.
/// Errors:     those of the disk. A copy without an entry, or the other way round, is what a crash
///             may leave; tidy() removes neither without its time.
class AsideCopies {
 public:
  /// Whether the disk has too little room; a test says it itself.
  using DiskIsShort = std::function<bool()>;
  explicit AsideCopies(std::filesystem::path data, DiskIsShort disk_is_short = {});

  /// Moves the workspace's folder out of the way, where there is one.
  Result<void> add(const WorkspaceId& id, const std::string& folder, Time now);
  /// Looks which copies end where the log in `sessions` goes on: nothing of their log is lost.
  Result<void> compare(const WorkspaceId& id, const std::filesystem::path& sessions);
  /// Whether the workspace has come back to this node with an older copy of it there.
  static bool has_returned(const std::filesystem::path& data, const WorkspaceId& id);

  struct Kept {
    std::size_t copies = 0;
    std::size_t removed = 0;
  };
  /// Removes copies whose time is over; where the disk is short, also the contained ones before
  /// their time, the oldest first, until it is not.
  Result<Kept> tidy(Time now);
  /// Whether the disk has less free than a node needs to take in a workspace.
  bool disk_is_short() const { return disk_is_short_(); }

 private:
  struct Copy {
    WorkspaceId id;
    std::string name;
    Time since;
    bool contained = false;
  };
  // With mutex_ held.
  std::filesystem::path list_file(const WorkspaceId& id) const;
  Result<std::vector<Copy>> load(const WorkspaceId& id) const;
  Result<void> save(const WorkspaceId& id, const std::vector<Copy>& copies) const;
  Result<std::vector<Copy>> load_all() const;
  Result<void> remove(const Copy& copy) const;

  const std::filesystem::path data_;
  const std::filesystem::path folder_;
  const DiskIsShort disk_is_short_;
  std::mutex mutex_;  ///< of what the folder holds
};

}  // namespace coditect::replication
