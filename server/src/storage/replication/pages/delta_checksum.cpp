#include "storage/replication/pages/delta_checksum.h"

#include <xxhash.h>

#include "base/check.h"

namespace coditect::replication {

DeltaChecksum::DeltaChecksum() : state_(XXH3_createState()) {
  check(state_ != nullptr, "no memory");
  begin(0);
}

void DeltaChecksum::begin(std::uint64_t seed) { XXH3_64bits_reset_withSeed(state_.get(), seed); }

void DeltaChecksum::add(std::string_view bytes) {
  XXH3_64bits_update(state_.get(), bytes.data(), bytes.size());
}

std::uint64_t DeltaChecksum::value() const { return XXH3_64bits_digest(state_.get()); }

void DeltaChecksum::Free::operator()(XXH3_state_s* state) const { XXH3_freeState(state); }

}  // namespace coditect::replication
