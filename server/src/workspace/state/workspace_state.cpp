#include "workspace/state/workspace_state.h"

namespace coditect::workspace {

namespace {

/// Raised when a snapshot's form changes: an older one is then ignored and the log replayed.
constexpr std::int64_t kSnapshotForm = 10;

Result<const json::object*> part(const json::object& snapshot, std::string_view name) {
  const json::object* found = find_object(snapshot, name);
  if (found == nullptr) return invalid("a snapshot lacks '" + std::string(name) + "'");
  return found;
}

}  // namespace

Result<void> WorkspaceState::apply(const Event& event) {
  if (event.seq != seq + 1) {
    return internal("event " + std::to_string(event.seq) + " follows event " + std::to_string(seq));
  }
  seq = event.seq;
  files.apply(event);
  sessions.apply(event);
  checkpoints.apply(event);
  cost.apply(event);
  trust.apply(event);
  reviews.apply(event);
  mcp.apply(event);
  TRY_VOID(worktrees.apply(event));
  TRY_VOID(budgets.apply(event));
  TRY_VOID(approvals.apply(event));
  TRY_VOID(agents.apply(event));
  TRY_VOID(locks.apply(event));
  TRY_VOID(escalations.apply(event));
  TRY_VOID(tasks.apply(event));
  return bus.apply(event);
}

json::object WorkspaceState::snapshot() const {
  return {{"form", kSnapshotForm},
          {"seq", seq},
          {"files", files.snapshot()},
          {"locks", locks.snapshot()},
          {"escalations", escalations.snapshot()},
          {"tasks", tasks.snapshot()},
          {"bus", bus.snapshot()},
          {"agents", agents.snapshot()},
          {"sessions", sessions.snapshot()},
          {"checkpoints", checkpoints.snapshot()},
          {"cost", cost.to_json()},
          {"budgets", budgets.snapshot()},
          {"approvals", approvals.snapshot()},
          {"trust", trust.snapshot()},
          {"reviews", reviews.snapshot()},
          {"worktrees", worktrees.snapshot()},
          {"mcp", mcp.snapshot()}};
}

Result<WorkspaceState> WorkspaceState::restore(const json::object& snapshot) {
  if (find_int(snapshot, "form") != kSnapshotForm) {
    return not_found("the snapshot has another form");
  }
  WorkspaceState state;
  TRY(std::int64_t seq, need_int(snapshot, "seq"));
  state.seq = static_cast<Sequence>(seq);
  TRY(const json::object* files, part(snapshot, "files"));
  TRY(state.files, FileIndex::restore(*files));
  TRY(const json::object* held, part(snapshot, "locks"));
  TRY(state.locks, locks::LockTable::restore(*held));
  const json::array* escalations = find_array(snapshot, "escalations");
  if (escalations == nullptr) return invalid("a snapshot lacks 'escalations'");
  TRY(state.escalations, locks::EscalationBook::restore(*escalations));
  TRY(const json::object* tasks, part(snapshot, "tasks"));
  TRY(state.tasks, queue::TaskBoard::restore(*tasks));
  TRY(const json::object* mail, part(snapshot, "bus"));
  TRY(state.bus, bus::Bus::restore(*mail));
  TRY(const json::object* states, part(snapshot, "agents"));
  TRY(state.agents, lifecycle::AgentStates::restore(*states));
  TRY(const json::object* sessions, part(snapshot, "sessions"));
  TRY(state.sessions, SessionBook::restore(*sessions));
  const json::array* checkpoints = find_array(snapshot, "checkpoints");
  if (checkpoints == nullptr) return invalid("a snapshot lacks 'checkpoints'");
  TRY(state.checkpoints, CheckpointList::restore(*checkpoints));
  TRY(const json::object* cost, part(snapshot, "cost"));
  TRY(state.cost, CostTotals::restore(*cost));
  TRY(const json::object* budgets, part(snapshot, "budgets"));
  TRY(state.budgets, budget::Ledger::restore(*budgets));
  TRY(const json::object* desk, part(snapshot, "approvals"));
  TRY(state.approvals, approvals::Desk::restore(*desk));
  TRY(const json::object* trusted, part(snapshot, "trust"));
  TRY(state.trust, TrustBook::restore(*trusted));
  const json::array* reviews = find_array(snapshot, "reviews");
  if (reviews == nullptr) return invalid("a snapshot lacks 'reviews'");
  TRY(state.reviews, ReviewBook::restore(*reviews));
  const json::array* worktrees = find_array(snapshot, "worktrees");
  if (worktrees == nullptr) return invalid("a snapshot lacks 'worktrees'");
  TRY(state.worktrees, WorktreeBook::restore(*worktrees));
  TRY(const json::object* connected, part(snapshot, "mcp"));
  TRY(state.mcp, McpBook::restore(*connected));
  return state;
}

}  // namespace coditect::workspace
