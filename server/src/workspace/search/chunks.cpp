#include "workspace/search/chunks.h"

#include <algorithm>

#include "tools/sandbox/bounded_output.h"

namespace coditect::workspace {

namespace {

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size() - 1);
    lines.push_back(text.substr(0, end + 1));
    text.remove_prefix(end + 1);
  }
  return lines;
}

bool is_blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n\v\f") == std::string_view::npos;
}

}  // namespace

std::vector<Chunk> chunks_of(std::string_view text) {
  const std::vector<std::string_view> lines = lines_of(text);
  std::vector<Chunk> chunks;
  std::size_t first = 0;
  while (first < lines.size() && chunks.size() < kChunksOfFileMax) {
    std::string stretch;
    std::size_t next = first;
    while (next < lines.size() && next - first < static_cast<std::size_t>(kChunkLines)) {
      if (next > first && stretch.size() + lines[next].size() > kChunkBytes) break;
      stretch += lines[next].substr(0, tools::utf8_prefix(lines[next], kChunkBytes));
      ++next;
    }
    if (!is_blank(stretch)) {
      chunks.push_back({static_cast<int>(first) + 1, static_cast<int>(next), std::move(stretch)});
    }
    if (next == lines.size()) break;
    // At least one line further: a stretch of long lines shares none.
    const std::size_t overlap = kChunkOverlap;
    first = std::max(first + 1, next - std::min(overlap, (next - first) / 2));
  }
  return chunks;
}

}  // namespace coditect::workspace
