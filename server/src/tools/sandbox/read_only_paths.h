#pragma once

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "base/posix_file.h"
#include "base/result.h"

namespace coditect::tools {

/// The paths of a project that a command may read and not change, also while it runs: what others
/// lock meanwhile is added, what they release is taken out.
///
/// Threads:  any.
/// Lifetime: shared by who knows the locks and by the thread that runs the command.
/// Errors:   create() fails where the system has no descriptor left.
class ReadOnlyPaths {
 public:
  /// `paths` are relative to the project; "" is the project itself.
  static Result<std::shared_ptr<ReadOnlyPaths>> create(std::vector<std::string> paths);

  /// Replaces the paths. With the same ones again they are looked at again: a file that was
  /// replaced is another one under the same name.
  void set(std::vector<std::string> paths);
  /// The paths as they are now; changed() is not readable any more until the next set().
  std::vector<std::string> take();
  /// A descriptor that is readable after set().
  int changed() const { return event_.get(); }

 private:
  ReadOnlyPaths(FileDescriptor event, std::vector<std::string> paths)
      : event_(std::move(event)), paths_(std::move(paths)) {}

  const FileDescriptor event_;
  std::mutex mutex_;  // guards paths_
  std::vector<std::string> paths_;
};

}  // namespace coditect::tools
