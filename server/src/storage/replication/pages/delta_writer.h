#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "storage/replication/pages/delta_checksum.h"
#include "storage/replication/pages/page_delta.h"

namespace coditect::replication {

/// Writes one delta into a sink: all of its pages by rising number, then finish().
///
/// Threads:    one.
/// Lifetime:   of one delta.
/// Invariants: holds a part of the bytes only, however large the database is.
/// Errors:     the sink's. After one the delta is void.
class DeltaWriter {
 public:
  /// check_head() accepts `head`.
  DeltaWriter(const DeltaHead& head, PartSink sink);
  DeltaWriter(const DeltaWriter&) = delete;

  Result<void> add(std::uint32_t number, std::string_view page);
  /// After head.pages pages. Gives the sink the last bytes.
  Result<void> finish();

 private:
  Result<void> flush();

  const DeltaHead head_;
  const PartSink sink_;
  DeltaChecksum checksum_;
  std::string buffer_;
  std::uint32_t pages_ = 0;
  std::uint32_t last_number_ = 0;
};

}  // namespace coditect::replication
