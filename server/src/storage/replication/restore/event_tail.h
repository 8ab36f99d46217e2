#pragma once

#include <string>

#include "async/strand.h"
#include "storage/replication/bundle/bundle.h"
#include "storage/replication/keys.h"

namespace coditect::replication {

/// Takes a workspace's entries as they are read.
///
/// Threads: the strand of the reading.
class EntrySink {
 public:
  virtual ~EntrySink() = default;
  /// `content` has the entry's checksum. An error ends the reading and is returned.
  virtual awaitable<Result<void>> take(Entry entry, std::string content) = 0;
};

/// The nodes' logs, as restoring reads them.
///
/// Threads:  any strand.
/// Errors:   Errc::kInternal for damage, those of the store.
class EventTail {
 public:
  virtual ~EventTail() = default;
  /// Gives `sink` every entry of the workspace in the log that `from` is a place in, in order, from
  /// there to the log's end: its seal, or the first bundle that is not there.
  virtual awaitable<Result<void>> read(WorkspaceId workspace, LogPlace from, EntrySink& sink) = 0;
};

}  // namespace coditect::replication
