#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "storage/replication/pages/page_delta.h"
#include "storage/replication/pages/page_scan.h"

namespace coditect::replication {

/// A database as the store has it: what the next delta is compared with.
///
/// Invariants: checksum is the XOR of hashes; chain.deltas and chain.bytes are what came after the
///             snapshot that chain names.
struct PageState {
  /// The snapshot that the state stands on, and the deltas since.
  struct Chain {
    Sequence applied = 0;  ///< the snapshot's watermark
    std::uint64_t checksum = 0;
    std::uint32_t deltas = 0;
    std::uint64_t bytes = 0;  ///< of the deltas, before compression
    bool operator==(const Chain&) const = default;
  };

  Watermark watermark;
  std::uint32_t page_size = 0;
  std::uint64_t checksum = 0;  ///< rolling
  Chain chain;
  std::vector<std::uint64_t> hashes;  ///< page_hash() of page i + 1

  std::uint32_t page_count() const { return static_cast<std::uint32_t>(hashes.size()); }
  bool operator==(const PageState&) const = default;
};

/// Whether `delta` continues from `state`; a snapshot continues from anything.
bool fits(const DeltaHead& delta, const PageState& state);
/// The chain after a delta that fits it.
PageState::Chain continued(const PageState::Chain& chain, const DeltaHead& delta);

// The small file beside a database; docs/formats/pages.md has the grammar.
std::string encode_page_state(const PageState& state);
/// Errc::kInternal for anything that encode_page_state() did not write.
Result<PageState> parse_page_state(std::string_view bytes);

}  // namespace coditect::replication
