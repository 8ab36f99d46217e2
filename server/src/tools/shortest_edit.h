#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace coditect::tools {

/// A stretch of lines that differs: [before_begin, before_end) became [after_begin, after_end).
struct Change {
  std::size_t before_begin = 0;
  std::size_t before_end = 0;
  std::size_t after_begin = 0;
  std::size_t after_end = 0;
  bool operator==(const Change&) const = default;
};

/// The changes, in order and apart from each other, that turn one sequence into the other: the
/// fewest, by Myers' algorithm (An O(ND) Difference Algorithm and Its Variations, 1986), or one
/// single change when more than `edits_max` elements differ. Memory is edits_max². Pure.
std::vector<Change> shortest_edit(std::span<const std::uint32_t> before,
                                  std::span<const std::uint32_t> after, std::size_t edits_max);

}  // namespace coditect::tools
