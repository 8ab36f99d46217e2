#include "storage/replication/shipper/ship_queue.h"

#include <algorithm>

#include "base/check.h"

namespace coditect::replication {

Result<void> ShipQueue::add(journal::Record record, const journal::Position& at) {
  Lane& lane = lanes_[record.workspace];
  // After a restart the journal is read from a little before what the log holds.
  if (record.seq <= lane.last) return {};
  if (lane.last != 0 && record.seq != lane.last + 1) {
    return internal("the journal holds event " + std::to_string(record.seq) + " of " +
                    record.workspace.str() + " right after " + std::to_string(lane.last));
  }
  lane.last = record.seq;
  bytes_ += record.line.size() + 1;
  lane.lines.push_back({record.seq, at, std::move(record.line)});
  return {};
}

std::vector<WorkspaceId> ShipQueue::waiting() const {
  std::vector<WorkspaceId> waiting;
  for (const auto& [workspace, lane] : lanes_) {
    if (!lane.lines.empty()) waiting.push_back(workspace);
  }
  return waiting;
}

std::vector<ShipQueue::Run> ShipQueue::take(const std::function<bool(const WorkspaceId&)>& held,
                                            std::size_t bytes_max) {
  std::vector<Run> runs;
  std::size_t taken = 0;
  for (auto& [workspace, lane] : lanes_) {
    check(lane.on_their_way == 0, "one bundle at a time");
    if (lane.lines.empty() || held(workspace)) continue;
    Run run{workspace, lane.lines.front().seq, 0, {}};
    for (const Line& line : lane.lines) {
      if (taken > 0 && taken + line.text.size() + 1 > bytes_max) break;
      taken += line.text.size() + 1;
      run.lines += line.text;
      run.lines += '\n';
      run.last = line.seq;
      ++lane.on_their_way;
    }
    if (lane.on_their_way == 0) break;  // the bundle is full
    runs.push_back(std::move(run));
  }
  return runs;
}

void ShipQueue::acknowledge() {
  for (auto& [workspace, lane] : lanes_) {
    if (lane.on_their_way == 0) continue;
    const auto end = lane.lines.begin() + static_cast<std::ptrdiff_t>(lane.on_their_way);
    for (auto line = lane.lines.begin(); line != end; ++line) bytes_ -= line->text.size() + 1;
    lane.acknowledged = std::prev(end)->seq;
    lane.lines.erase(lane.lines.begin(), end);
    lane.on_their_way = 0;
  }
}

void ShipQueue::give_back() {
  for (auto& [workspace, lane] : lanes_) lane.on_their_way = 0;
}

journal::Position ShipQueue::low_water(const journal::Position& next) const {
  journal::Position lowest = next;
  for (const auto& [workspace, lane] : lanes_) {
    if (!lane.lines.empty()) lowest = std::min(lowest, lane.lines.front().at);
  }
  return lowest;
}

Sequence ShipQueue::acknowledged(const WorkspaceId& workspace) const {
  const auto lane = lanes_.find(workspace);
  return lane == lanes_.end() ? 0 : lane->second.acknowledged;
}

void ShipQueue::forget(const WorkspaceId& workspace) {
  const auto lane = lanes_.find(workspace);
  if (lane == lanes_.end()) return;
  for (const Line& line : lane->second.lines) bytes_ -= line.text.size() + 1;
  lanes_.erase(lane);
}

}  // namespace coditect::replication
