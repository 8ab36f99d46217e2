#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/replication/pages/delta_checksum.h"
#include "storage/replication/pages/page_delta.h"

namespace coditect::replication {

/// Reads one delta from parts of any size, and gives its pages as they come.
///
/// Threads:    one.
/// Lifetime:   of one delta.
/// Invariants: pages come by rising number, at most head.page_count. They are only known to be
///             sound once finish() has returned: what was done with them before may have to go.
/// Errors:     Errc::kInternal for damage, naming the byte where it was noticed, or the visitor's
///             own. After one every later call returns the same.
class DeltaReader {
 public:
  struct Visitor {
    /// Once, before any page.
    std::function<Result<void>(const DeltaHead& head)> head;
    std::function<Result<void>(std::uint32_t number, std::string_view page)> page;
  };
  explicit DeltaReader(Visitor visitor);
  DeltaReader(const DeltaReader&) = delete;

  Result<void> feed(std::string_view part);
  /// After the last part: the whole delta was there and sound.
  Result<DeltaHead> finish();

 private:
  std::size_t piece_bytes() const;
  Result<void> feed_pieces(std::string_view part);
  Result<void> take(std::string_view piece);
  Result<void> take_page(std::string_view piece);

  const Visitor visitor_;
  DeltaChecksum checksum_;
  std::optional<DeltaHead> head_;
  std::string piece_;  ///< the beginning of one that is not complete
  std::uint64_t offset_ = 0;
  std::uint32_t pages_ = 0;
  std::uint32_t last_number_ = 0;
  bool complete_ = false;
  std::optional<Error> failed_;
};

}  // namespace coditect::replication
