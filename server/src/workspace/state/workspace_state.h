#pragma once

#include "base/event.h"
#include "base/json.h"
#include "coordination/approvals/desk.h"
#include "coordination/budget/ledger.h"
#include "coordination/bus/bus.h"
#include "coordination/lifecycle/agent_states.h"
#include "coordination/locks/escalation_book.h"
#include "coordination/locks/lock_table.h"
#include "coordination/queue/task_board.h"
#include "workspace/files/file_index.h"
#include "workspace/state/checkpoint_list.h"
#include "workspace/state/cost_totals.h"
#include "workspace/state/mcp_book.h"
#include "workspace/state/review_book.h"
#include "workspace/state/session_book.h"
#include "workspace/state/trust_book.h"
#include "workspace/state/worktree_book.h"

namespace coditect::workspace {

/// Everything that a workspace knows, as its log says: state = fold(apply, events).
///
/// Threads:    one strand.
/// Invariants: only apply() changes what is durable, so replaying the log gives the same state, and
///             restore(snapshot()) is the state itself.
struct WorkspaceState {
  Sequence seq = 0;  ///< of the last event applied
  FileIndex files;
  locks::LockTable locks;
  locks::EscalationBook escalations;
  queue::TaskBoard tasks;
  bus::Bus bus;
  lifecycle::AgentStates agents;
  SessionBook sessions;
  CheckpointList checkpoints;
  CostTotals cost;
  budget::Ledger budgets;
  approvals::Desk approvals;
  TrustBook trust;
  ReviewBook reviews;
  WorktreeBook worktrees;
  McpBook mcp;

  /// Applies the event after `seq`. An error names the part that it does not fit; the log is
  /// damaged then.
  Result<void> apply(const Event& event);

  json::object snapshot() const;
  static Result<WorkspaceState> restore(const json::object& snapshot);
};

}  // namespace coditect::workspace
