#include "tools/shortest_edit.h"

#include <algorithm>
#include <optional>

namespace coditect::tools {

namespace {

using Position = std::ptrdiff_t;

/// Runs Myers' forward search and remembers, for each number of edits, how far every diagonal got.
class Search {
 public:
  Search(std::span<const std::uint32_t> before, std::span<const std::uint32_t> after)
      : before_(before), after_(after) {}

  /// The number of edits, when it is at most `edits_max`.
  std::optional<std::size_t> run(std::size_t edits_max) {
    for (std::size_t edits = 0; edits <= edits_max; ++edits) {
      const auto reach = static_cast<Position>(edits);
      std::vector<Position> furthest(2 * edits + 1, -1);
      for (Position diagonal = -reach; diagonal <= reach; diagonal += 2) {
        Position x = start_of(edits, diagonal);
        Position y = x - diagonal;
        if (x > size_before() || y > size_after() || y < 0) continue;
        while (x < size_before() && y < size_after() && same(x, y)) ++x, ++y;
        furthest[static_cast<std::size_t>(diagonal + reach)] = x;
        if (x == size_before() && y == size_after()) {
          rounds_.push_back(std::move(furthest));
          return edits;
        }
      }
      rounds_.push_back(std::move(furthest));
    }
    return std::nullopt;
  }

  /// The single-element changes of a search that succeeded, last first.
  std::vector<Change> walk_back(std::size_t edits) const {
    std::vector<Change> changes;
    Position diagonal = size_before() - size_after();
    for (; edits > 0; --edits) {
      const bool inserted = comes_from_insertion(edits, diagonal);
      const Position x = start_of(edits, diagonal);
      const Position y = x - diagonal;
      const auto ux = static_cast<std::size_t>(x), uy = static_cast<std::size_t>(y);
      changes.push_back(inserted ? Change{ux, ux, uy - 1, uy} : Change{ux - 1, ux, uy, uy});
      diagonal += inserted ? 1 : -1;
    }
    return changes;
  }

 private:
  Position size_before() const { return static_cast<Position>(before_.size()); }
  Position size_after() const { return static_cast<Position>(after_.size()); }
  bool same(Position x, Position y) const {
    return before_[static_cast<std::size_t>(x)] == after_[static_cast<std::size_t>(y)];
  }
  /// How far `diagonal` got with `edits` edits; -2 where it was not reached.
  Position reached(std::size_t edits, Position diagonal) const {
    const auto reach = static_cast<Position>(edits);
    if (diagonal < -reach || diagonal > reach) return -2;
    const Position x = rounds_[edits][static_cast<std::size_t>(diagonal + reach)];
    return x < 0 ? -2 : x;
  }
  bool comes_from_insertion(std::size_t edits, Position diagonal) const {
    return reached(edits - 1, diagonal + 1) > reached(edits - 1, diagonal - 1);
  }
  /// Where `diagonal` begins with `edits` edits, before what is common is followed. Beyond every
  /// position when it cannot be reached.
  Position start_of(std::size_t edits, Position diagonal) const {
    if (edits == 0) return 0;
    const Position removed = reached(edits - 1, diagonal - 1) + 1;
    const Position inserted = reached(edits - 1, diagonal + 1);
    const Position x = comes_from_insertion(edits, diagonal) ? inserted : removed;
    return x < 0 ? size_before() + 1 : x;
  }

  std::span<const std::uint32_t> before_;
  std::span<const std::uint32_t> after_;
  std::vector<std::vector<Position>> rounds_;
};

/// Joins changes that touch; `singles` are in order.
std::vector<Change> join(const std::vector<Change>& singles) {
  std::vector<Change> joined;
  for (const Change& next : singles) {
    if (!joined.empty() && joined.back().before_end == next.before_begin &&
        joined.back().after_end == next.after_begin) {
      joined.back().before_end = next.before_end;
      joined.back().after_end = next.after_end;
    } else {
      joined.push_back(next);
    }
  }
  return joined;
}

}  // namespace

std::vector<Change> shortest_edit(std::span<const std::uint32_t> before,
                                  std::span<const std::uint32_t> after, std::size_t edits_max) {
  std::size_t prefix = 0;
  const std::size_t shorter = std::min(before.size(), after.size());
  while (prefix < shorter && before[prefix] == after[prefix]) ++prefix;
  std::size_t suffix = 0;
  while (suffix < shorter - prefix &&
         before[before.size() - 1 - suffix] == after[after.size() - 1 - suffix]) {
    ++suffix;
  }
  const auto middle_before = before.subspan(prefix, before.size() - prefix - suffix);
  const auto middle_after = after.subspan(prefix, after.size() - prefix - suffix);
  if (middle_before.empty() && middle_after.empty()) return {};

  Search search(middle_before, middle_after);
  const auto edits = search.run(edits_max);
  std::vector<Change> changes{{0, middle_before.size(), 0, middle_after.size()}};
  if (edits) {
    changes = search.walk_back(*edits);
    std::ranges::reverse(changes);
    changes = join(changes);
  }
  for (Change& change : changes) {
    change.before_begin += prefix;
    change.before_end += prefix;
    change.after_begin += prefix;
    change.after_end += prefix;
  }
  return changes;
}

}  // namespace coditect::tools
