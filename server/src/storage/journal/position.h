#pragma once

#include <compare>
#include <cstdint>
#include <vector>

#include "storage/journal/record.h"

namespace coditect::journal {

/// A place between two records of the journal; places are ordered as the records are. It stays
/// good over restarts for as long as its segment is there.
struct Position {
  std::uint64_t segment = 0;  ///< the segment's id: 1, 2, 3, ...
  std::uint64_t offset = 0;   ///< in bytes, from the segment's begin

  auto operator<=>(const Position&) const = default;
};

/// Durable records that follow one another.
struct Chunk {
  std::vector<Record> records;
  Position next;  ///< where the record after them begins, or will
};

}  // namespace coditect::journal
