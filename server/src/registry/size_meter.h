#pragma once

#include <filesystem>
#include <map>

#include "async/notifier.h"
#include "async/strand.h"
#include "base/clock.h"
#include "registry/row.h"
#include "workspace/node_services.h"

namespace coditect::registry {

/// Measures how much of the disk each workspace takes: when it is new, and every ten minutes while
/// it is awake. A row keeps what was measured last while its workspace sleeps.
///
/// Threads:  the registry's strand.
/// Lifetime: what it is made of outlives it and its calls. close(), then wait for run() to return.
class SizeMeter {
 public:
  SizeMeter(const Strand& strand, const workspace::NodeServices& services, Rows& rows,
            std::filesystem::path root)
      : services_(services), rows_(rows), root_(std::move(root)), tick_(strand) {}

  /// Measures what is due, one workspace after the other, until close().
  awaitable<void> run();
  void close();
  /// There is a workspace that was not measured yet.
  void look() { tick_.notify_all(); }

 private:
  bool is_due(const Row& row) const;

  const workspace::NodeServices& services_;
  Rows& rows_;
  const std::filesystem::path root_;
  Notifier tick_;
  std::map<WorkspaceId, SteadyTime> measured_;  // of those that are awake
  bool closing_ = false;
};

}  // namespace coditect::registry
