#pragma once

#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/json.h"
#include "base/result.h"
#include "base/sealed_box.h"
#include "base/strong_id.h"
#include "tools/sandbox/secret.h"

namespace coditect::workspace {

/// The secrets of the workspaces of one node: for each a sealed file that is no part of the
/// workspace, so none of it is copied off the machine, exported or restored
/// (docs/formats/secrets.md).
///
/// Threads:    any; every method reads or writes a small file.
/// Lifetime:   outlives the workspaces.
/// Invariants: a value leaves it through values() alone.
/// Errors:     kInvalid for a name or a value that cannot be one, kLimit for too many, kNotFound,
///             kUnavailable where a file cannot be opened with the node's key.
class SecretStore {
 public:
  struct Entry {
    std::string name;
    Time set_at{};
    std::string set_by;
  };

  /// Makes `folder`, and the key in it, where they are missing.
  static Result<std::unique_ptr<SecretStore>> open(std::filesystem::path folder);

  /// Replaces the one of this name. It is on stable storage on return.
  Result<void> set(const WorkspaceId& workspace, Entry entry, std::string value);
  Result<void> remove(const WorkspaceId& workspace, const std::string& name);
  /// By name.
  Result<std::vector<Entry>> list(const WorkspaceId& workspace) const;
  /// In the order of `names`. Errc::kNotFound names the first that is not there.
  Result<std::vector<tools::Secret>> values(const WorkspaceId& workspace,
                                            const std::vector<std::string>& names) const;
  /// Removes all of a workspace's, for good.
  Result<void> forget(const WorkspaceId& workspace);

 private:
  SecretStore(std::filesystem::path folder, const SealKey& key)
      : folder_(std::move(folder)), key_(key) {}
  std::filesystem::path file_of(const WorkspaceId& workspace) const;
  Result<json::object> load(const WorkspaceId& workspace) const;
  Result<void> save(const WorkspaceId& workspace, const json::object& secrets);

  const std::filesystem::path folder_;
  const SealKey key_;
  mutable std::mutex mutex_;  // guards the files
};

}  // namespace coditect::workspace
