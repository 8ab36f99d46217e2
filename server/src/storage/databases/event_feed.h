#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/event.h"
#include "base/result.h"
#include "base/strong_id.h"

namespace coditect::databases {

/// One file of a tree manifest.
struct TreeFile {
  std::string path;
  std::string hash;  ///< hex SHA-256 of its content
  std::int64_t size = 0;
  std::int64_t mode = 0;
};

/// One workspace's log as the databases read it. The workspace implements it over its archive.
///
/// Threads: any; the calls block and are made on database threads.
class EventFeed {
 public:
  virtual ~EventFeed() = default;
  /// The last event that a query has to see; never goes back while the feed lives.
  virtual Sequence head() const = 0;
  /// Calls `each` for every event from `from` up to head() at least, in order and without a gap,
  /// and stops with the first error that it returns.
  virtual Result<void> read(Sequence from,
                            const std::function<Result<void>(const Event&)>& each) = 0;
  /// The files of the tree manifest with this hash.
  virtual Result<std::vector<TreeFile>> tree(std::string_view tree_hash) = 0;
};

}  // namespace coditect::databases
