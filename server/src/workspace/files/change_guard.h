#pragma once

#include <optional>
#include <string>

#include "async/strand.h"
#include "workspace/files/actor.h"
#include "workspace/files/file_index.h"

namespace coditect::workspace {

/// Decides about changes that a program made on the disk.
///
/// Threads:  the workspace's strand.
/// Lifetime: outlives the FileService that asks it.
class ChangeGuard {
 public:
  virtual ~ChangeGuard() = default;
  /// Who changes `path` on the disk now, by a program of its own and with the right to; nothing
  /// where that is not known.
  virtual std::optional<Actor> author(const std::string& path) const = 0;
  /// Whether a change of `path` that is found on the disk now does not stand.
  virtual bool refuses(const std::string& path) const = 0;
  /// Makes the file on the disk what `known` says (nothing: there is none), and records that. False
  /// where that could not be done: the change stands then.
  virtual awaitable<bool> put_back(std::string path, std::optional<FileInfo> known) = 0;
};

}  // namespace coditect::workspace
