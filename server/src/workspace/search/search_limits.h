#pragma once

#include <chrono>
#include <cstddef>

namespace coditect::limits {

inline constexpr std::size_t kSearchedFileBytesMax = 1u << 20;  // larger ones have no passages
inline constexpr std::size_t kPassagesIndexedMax = 100'000;     // the rest is left out, says so
inline constexpr std::size_t kQueryBytesMax = 8u << 10;         // of a semantic search: refused
inline constexpr std::size_t kEmbeddingBatch = 64;              // texts of one request
inline constexpr std::chrono::seconds kQueryEmbeddingMax{15};   // then words are compared
inline constexpr std::chrono::seconds kIndexGather{2};          // changes that come together
inline constexpr std::chrono::seconds kIndexPauseMin{1};        // doubles with each failure
inline constexpr std::chrono::minutes kIndexPauseMax{5};

}  // namespace coditect::limits
