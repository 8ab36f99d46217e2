#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace coditect::locks {

/// Whether two patterns, each a sequence of items, match a common sequence. An item that
/// `is_star` stands for any number of elements; any other item stands for one element, and
/// `meets(a, b)` says whether two such items have an element in common.
///
/// This walks the product of the two patterns' automata: state (i, j) is reachable when some
/// sequence is matched by the first i items of one and the first j items of the other. Every step
/// goes to a larger i or j, so one pass in order visits all states: O(|left| * |right|).
template <class Item, class IsStar, class Meets>
bool sequences_overlap(std::span<const Item> left, std::span<const Item> right, IsStar is_star,
                       Meets meets) {
  const std::size_t columns = right.size() + 1;
  std::vector<char> row(columns, 0);
  std::vector<char> next(columns, 0);
  row[0] = 1;
  for (std::size_t i = 0; i <= left.size(); ++i) {
    const bool more_left = i < left.size();
    for (std::size_t j = 0; j < columns; ++j) {
      if (row[j] == 0) continue;
      const bool more_right = j < right.size();
      const bool left_star = more_left && is_star(left[i]);
      const bool right_star = more_right && is_star(right[j]);
      // A star is skipped, or it swallows the other side's next item.
      if (more_right && (right_star || left_star)) row[j + 1] = 1;
      if (more_left && (left_star || right_star)) next[j] = 1;
      if (more_left && more_right && !left_star && !right_star && meets(left[i], right[j])) {
        next[j + 1] = 1;
      }
    }
    if (i == left.size()) break;
    row.swap(next);
    next.assign(columns, 0);
  }
  return row[right.size()] != 0;
}

}  // namespace coditect::locks
