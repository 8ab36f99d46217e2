#pragma once

#include <cstddef>
#include <cstdint>

namespace coditect::tools {

/// Passages that one semantic search gives.
inline constexpr std::int64_t kPassagesDefault = 10;
inline constexpr std::int64_t kPassagesMax = 50;
/// Events that an agent's search of the log gives.
inline constexpr std::size_t kLogHitsShown = 50;
/// Matches that a search of files gathers beyond those that it shows: read_output has them.
inline constexpr std::size_t kSearchMatchesKept = 5'000;

}  // namespace coditect::tools
