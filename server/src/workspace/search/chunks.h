#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace coditect::workspace {

/// A stretch of lines of a file: what is embedded, and what an answer shows.
struct Chunk {
  int from_line = 1;
  int to_line = 1;  ///< inclusive
  std::string text;
};

// How a text is cut. A change of any of these needs another kChunkForm: what is kept was cut so.
inline constexpr int kChunkLines = 40;
inline constexpr int kChunkOverlap = 8;               ///< lines that two neighbours share
inline constexpr std::size_t kChunkBytes = 3000;      ///< some 1,000 tokens; a longer line is cut
inline constexpr std::size_t kChunksOfFileMax = 400;  ///< the rest of the file is left out
inline constexpr int kChunkForm = 1;

/// Cuts a text into overlapping stretches of whole lines; none where it is blank. Pure.
std::vector<Chunk> chunks_of(std::string_view text);

}  // namespace coditect::workspace
