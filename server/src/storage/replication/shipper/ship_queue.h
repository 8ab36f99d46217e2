#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/strong_id.h"
#include "storage/journal/journal.h"

namespace coditect::replication {

/// What of the journal is on its way into the node's log, in order per workspace.
///
/// A workspace may be held back, because a file that its events name is not in the store yet: its
/// records wait here while the others go on.
///
/// Threads:    one strand.
/// Lifetime:   a value.
/// Invariants: lines leave take() once, in the order of their numbers; low_water() never passes a
///             record that is not acknowledged.
/// Errors:     Errc::kInternal from add() where a workspace's numbers have a gap.
class ShipQueue {
 public:
  /// Consecutive events of one workspace.
  struct Run {
    WorkspaceId workspace;
    Sequence first = 0;
    Sequence last = 0;
    std::string lines;  ///< '\n' after each
  };

  /// Adds a durable record that was read from `at` or later. One that was added before is left out.
  Result<void> add(journal::Record record, const journal::Position& at);
  /// Workspaces that wait, and how much they hold.
  std::vector<WorkspaceId> waiting() const;
  std::size_t bytes() const { return bytes_; }

  /// Takes what goes into the next bundle: runs of all workspaces but those for which `held` is
  /// true, at most `bytes_max` in all, at least one line. They count as on their way until
  /// acknowledge() or give_back().
  std::vector<Run> take(const std::function<bool(const WorkspaceId&)>& held, std::size_t bytes_max);
  /// The runs of the last take() are in the log.
  void acknowledge();
  /// They are not: the next take() gives them again.
  void give_back();

  /// Everything before it is acknowledged. `next` is where reading goes on.
  journal::Position low_water(const journal::Position& next) const;
  /// The last event of a workspace that was acknowledged, 0 where none was.
  Sequence acknowledged(const WorkspaceId& workspace) const;
  /// Forgets a workspace that left the node.
  void forget(const WorkspaceId& workspace);

 private:
  struct Line {
    Sequence seq = 0;
    journal::Position at;
    std::string text;
  };
  struct Lane {
    std::vector<Line> lines;
    std::size_t on_their_way = 0;  ///< of lines, from the first on
    Sequence acknowledged = 0;
    Sequence last = 0;  ///< that add() took
  };

  std::map<WorkspaceId, Lane> lanes_;
  std::size_t bytes_ = 0;
};

}  // namespace coditect::replication
