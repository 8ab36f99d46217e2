#pragma once

#include <string>
#include <vector>

#include "async/strand.h"
#include "storage/replication/bundle/bundle.h"

namespace coditect::replication {

/// Gives changed pages of the node's databases when they are due.
///
/// Threads:  the shipper's strand.
/// Lifetime: outlives the shipper.
class PageSource {
 public:
  struct Pages {
    Entry entry;
    std::string content;
  };

  virtual ~PageSource() = default;
  /// What has changed since it was last acknowledged, of databases whose turn it is; about
  /// `bytes_max` at most. Usually nothing.
  virtual awaitable<std::vector<Pages>> collect(std::size_t bytes_max) = 0;
  /// What the last collect() gave is in the log.
  virtual awaitable<void> acknowledged() = 0;
  /// It is not: it is collected again.
  virtual void lost() = 0;
};

}  // namespace coditect::replication
