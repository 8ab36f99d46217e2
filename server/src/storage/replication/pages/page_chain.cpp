#include "storage/replication/pages/page_chain.h"

#include <algorithm>
#include <map>
#include <optional>
#include <tuple>
#include <utility>

namespace coditect::replication {
namespace {

// What two deltas have in common where one continues from the other.
using State = std::tuple<Sequence, std::uint64_t, std::uint32_t>;

State before(const DeltaHead& delta) {
  return {delta.applied_before, delta.checksum_before, delta.page_size};
}

State after(const DeltaHead& delta) {
  return {delta.applied_after, delta.checksum_after, delta.page_size};
}

}  // namespace

std::vector<std::size_t> newest_chain(std::span<const DeltaHead> deltas) {
  std::map<State, std::size_t> reached;  // by which delta, the latest one
  std::vector<std::optional<std::size_t>> previous(deltas.size());
  std::optional<std::size_t> last;
  for (std::size_t place = 0; place < deltas.size(); ++place) {
    const DeltaHead& delta = deltas[place];
    if (!delta.is_snapshot()) {
      const auto found = reached.find(before(delta));
      if (found == reached.end()) continue;
      previous[place] = found->second;
    }
    reached[after(delta)] = place;
    last = place;
  }
  std::vector<std::size_t> chain;
  for (std::optional<std::size_t> place = last; place; place = previous[*place]) {
    chain.push_back(*place);
  }
  std::ranges::reverse(chain);
  return chain;
}

}  // namespace coditect::replication
