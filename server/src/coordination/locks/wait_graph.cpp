#include "coordination/locks/wait_graph.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <utility>

namespace coditect::locks {

std::string Cycle::in_words() const {
  std::string text;
  for (const WaitEdge& edge : edges) {
    if (!text.empty()) text += "; ";
    text += edge.holder + " waits for " + edge.path + ", which " + edge.blocked_by +
            " holds or is ahead for";
  }
  return text;
}

std::optional<WaiterId> Cycle::newest() const {
  std::optional<WaiterId> newest;
  for (const WaitEdge& edge : edges) {
    if (!edge.waiter) return std::nullopt;
    newest = std::max(newest, edge.waiter);
  }
  return newest;
}

bool WaitGraph::overtakes(const Claim& claim, const Waiter& ahead) const {
  if (held_.of(claim.holder).empty()) return false;
  bool found = false;
  held_.index().visit_overlapping(ahead.path, PathIndex::kAll, [&](std::uint64_t token) {
    const Lock& lock = *held_.find(token);
    found = lock.holder == claim.holder && conflict(lock.mode, ahead.request.mode);
    return found ? Visit::kStop : Visit::kGoOn;
  });
  return found;
}

bool WaitGraph::blocked_by(const Claim& claim, const Lock& lock) const {
  return lock.holder != claim.holder && conflict(lock.mode, claim.mode);
}

bool WaitGraph::blocked_by(const Claim& claim, const Waiter& ahead) const {
  return ahead.request.holder != claim.holder && conflict(ahead.request.mode, claim.mode) &&
         !overtakes(claim, ahead);
}

std::optional<Blocker> WaitGraph::find_blocker(const Claim& claim) const {
  std::optional<Blocker> blocker;
  // The nearest waiter ahead first: parked there, a long queue wakes one at a time.
  queue_.index().visit_overlapping(claim.path, claim.place, [&](std::uint64_t id) {
    if (!blocked_by(claim, *queue_.find(WaiterId{id}))) return Visit::kGoOn;
    blocker = Blocker{Blocker::Kind::kWaiter, id};
    return Visit::kStop;
  });
  if (blocker) return blocker;
  held_.index().visit_overlapping(claim.path, PathIndex::kAll, [&](std::uint64_t token) {
    if (!blocked_by(claim, *held_.find(token))) return Visit::kGoOn;
    blocker = Blocker{Blocker::Kind::kLock, token};
    return Visit::kStop;
  });
  return blocker;
}

std::vector<std::string> WaitGraph::waits_for(const Claim& claim) const {
  std::vector<std::string> holders;
  held_.index().visit_overlapping(claim.path, PathIndex::kAll, [&](std::uint64_t token) {
    const Lock& lock = *held_.find(token);
    if (blocked_by(claim, lock) && std::ranges::find(holders, lock.holder) == holders.end()) {
      holders.push_back(lock.holder);
    }
    return holders.size() < kNamedMax ? Visit::kGoOn : Visit::kStop;
  });
  if (!holders.empty()) return holders;
  const auto blocker = find_blocker(claim);
  if (blocker) holders.push_back(queue_.find(WaiterId{blocker->id})->request.holder);
  return holders;
}

std::set<Token> WaitGraph::blocking_locks(const Claim& claim) const {
  std::set<Token> tokens;
  held_.index().visit_overlapping(claim.path, PathIndex::kAll, [&](std::uint64_t token) {
    if (blocked_by(claim, *held_.find(token))) tokens.insert(token);
    return Visit::kGoOn;
  });
  return tokens;
}

std::vector<std::string> WaitGraph::blocking_holders(const Claim& claim) const {
  std::vector<std::string> holders;
  std::set<std::string_view> seen;
  const auto add = [&](const std::string& holder) {
    if (seen.insert(holder).second) holders.push_back(holder);
  };
  held_.index().visit_overlapping(claim.path, PathIndex::kAll, [&](std::uint64_t token) {
    const Lock& lock = *held_.find(token);
    if (blocked_by(claim, lock)) add(lock.holder);
    return Visit::kGoOn;
  });
  queue_.index().visit_overlapping(claim.path, claim.place, [&](std::uint64_t id) {
    const Waiter& ahead = *queue_.find(WaiterId{id});
    if (blocked_by(claim, ahead)) add(ahead.request.holder);
    return Visit::kGoOn;
  });
  return holders;
}

std::vector<WaitEdge> WaitGraph::edges_of(std::string_view holder) const {
  std::vector<WaitEdge> edges;
  for (WaiterId id : queue_.of(holder)) {
    const Waiter& waiter = *queue_.find(id);
    for (std::string& other : blocking_holders(claim_of(waiter))) {
      edges.push_back({waiter.request.holder, waiter.path.text(), id, std::move(other)});
    }
  }
  return edges;
}

/// Breadth first from `edges`, which leave `start`, until an edge comes back to it.
std::optional<Cycle> WaitGraph::search(const std::string& start,
                                       std::vector<WaitEdge> edges) const {
  std::map<std::string, WaitEdge> reached_by;
  std::deque<WaitEdge> open(std::make_move_iterator(edges.begin()),
                            std::make_move_iterator(edges.end()));
  while (!open.empty()) {
    WaitEdge edge = std::move(open.front());
    open.pop_front();
    if (edge.blocked_by == start) {
      Cycle cycle{{edge}};
      while (cycle.edges.back().holder != start) {
        cycle.edges.push_back(reached_by.at(cycle.edges.back().holder));
      }
      std::ranges::reverse(cycle.edges);
      return cycle;
    }
    const std::string next = edge.blocked_by;
    if (!reached_by.emplace(next, std::move(edge)).second) continue;
    for (WaitEdge& further : edges_of(next)) open.push_back(std::move(further));
  }
  return std::nullopt;
}

std::optional<Cycle> WaitGraph::cycle_through(const Claim& claim) const {
  // Nobody waits for a holder that neither holds nor waits.
  if (held_.of(claim.holder).empty() && queue_.of(claim.holder).empty()) return std::nullopt;
  std::vector<WaitEdge> edges;
  for (std::string& other : blocking_holders(claim)) {
    edges.push_back({claim.holder, claim.path.text(), std::nullopt, std::move(other)});
  }
  return search(claim.holder, std::move(edges));
}

std::optional<Cycle> WaitGraph::any_cycle() const {
  std::set<std::string_view> tried;
  for (const auto& [id, waiter] : queue_.waiters()) {
    // Order of arrival alone makes no ring of stuck holders: somebody in it holds a lock.
    const std::string& holder = waiter.request.holder;
    if (held_.of(holder).empty() || !tried.insert(holder).second) continue;
    if (auto cycle = search(holder, edges_of(holder))) return cycle;
  }
  return std::nullopt;
}

}  // namespace coditect::locks
