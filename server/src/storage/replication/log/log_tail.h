#pragma once

#include "storage/objects/object_store.h"
#include "storage/replication/restore/event_tail.h"

namespace coditect::replication {

/// The nodes' logs as they lie in a store.
///
/// Threads:  any strand.
/// Lifetime: `store` outlives it.
/// Errors:   those of LogReader. A bundle that is missing in the middle is damage: a node sends a
///           bundle only after the one before it is there.
class LogTail final : public EventTail {
 public:
  explicit LogTail(objects::ObjectStore& store) : store_(store) {}
  awaitable<Result<void>> read(WorkspaceId workspace, LogPlace from, EntrySink& sink) override;

 private:
  objects::ObjectStore& store_;
};

}  // namespace coditect::replication
