#pragma once

#include <filesystem>

#include "async/strand.h"
#include "registry/row.h"
#include "registry/store_keeper.h"
#include "workspace/node_services.h"

namespace coditect::registry {

/// Erases workspaces that were in the trash for limits::kTrashKept.
///
/// Threads:  the registry's strand.
/// Lifetime: what it is made of outlives it and its calls.
class Trash {
 public:
  /// `keeper` is null where nothing is copied.
  Trash(const workspace::NodeServices& services, Rows& rows, std::filesystem::path root,
        StoreKeeper* keeper)
      : services_(services), rows_(rows), root_(std::move(root)), keeper_(keeper) {}

  /// Erases what is due. What the store or the disk refuses is tried again the next time.
  awaitable<void> empty();
  /// Ends empty() behind the workspace that is being erased.
  void close() { closing_ = true; }

 private:
  awaitable<void> erase(std::shared_ptr<Row> row);

  const workspace::NodeServices& services_;
  Rows& rows_;
  const std::filesystem::path root_;
  StoreKeeper* const keeper_;
  bool closing_ = false;
};

}  // namespace coditect::registry
