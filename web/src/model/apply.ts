import { isKnown, type KnownEvent, type WireEvent } from '../protocol/events';
import { applyToAgents } from './agents';
import { applyToApprovals, applyToPolicy } from './approvals';
import { applyToChat } from './chat';
import { applyToCost, isAboutMoney } from './cost';
import { applyToFiles, applyToLastEdits, changesTree } from './files';
import { isAboutInstructions } from './instructions';
import { applyToLocks, applyToWaits } from './locks';
import { applyToPreviews } from './previews';
import { kLogEventsMax, type WorkspaceState } from './state';
import { applyToTasks } from './tasks';
import { applyToWorktrees } from './worktrees';

/** Thrown when an event is missing before this one. The caller re-attaches; guessing would lie. */
export class GapError extends Error {
  constructor(
    readonly expected: number,
    readonly received: number,
  ) {
    super(`expected event ${expected}, received ${received}`);
    this.name = 'GapError';
  }
}

/**
 * The state after `event`. An event at or below `state.seq` is a replay after reconnecting and
 * changes nothing; one beyond `state.seq + 1` throws GapError. Types this build does not know only
 * count.
 */
export function apply(state: WorkspaceState, event: WireEvent): WorkspaceState {
  return applyAll(state, [event]);
}

/** The same for several in order; the log, which is long, is made anew only once. */
export function applyAll(state: WorkspaceState, events: WireEvent[]): WorkspaceState {
  let next = state;
  const added: WireEvent[] = [];
  for (const event of events) {
    if (event.seq <= next.seq) continue;
    if (event.seq > next.seq + 1) throw new GapError(next.seq + 1, event.seq);
    const counted = { ...next, seq: event.seq };
    next = isKnown(event) ? applyKnown(counted, event) : counted;
    added.push(event);
  }
  return added.length === 0 ? state : { ...next, log: appendToLog(state.log, added) };
}

function applyKnown(state: WorkspaceState, event: KnownEvent): WorkspaceState {
  return {
    ...state,
    workspace: applyToWorkspace(state.workspace, event),
    session: applyToSession(state.session, event),
    agents: applyToAgents(state.agents, event),
    locks: applyToLocks(state.locks, event),
    waits: applyToWaits(state.waits, event),
    tasks: applyToTasks(state.tasks, event),
    worktrees: applyToWorktrees(state.worktrees, event),
    cost: applyToCost(state.cost, event),
    moneySeq: isAboutMoney(event) ? event.seq : state.moneySeq,
    approvals: applyToApprovals(state.approvals, event),
    policy: applyToPolicy(state.policy, event),
    instructionsSeq: isAboutInstructions(event) ? event.seq : state.instructionsSeq,
    files: applyToFiles(state.files, event),
    treeChanges: state.treeChanges + (changesTree(state.files, event) ? 1 : 0),
    lastEdits: applyToLastEdits(state.lastEdits, event),
    chat: applyToChat(state.chat, event),
    previews: applyToPreviews(state.previews, event),
  };
}

function applyToWorkspace(
  workspace: WorkspaceState['workspace'],
  event: KnownEvent,
): WorkspaceState['workspace'] {
  switch (event.type) {
    case 'workspace_woken':
    case 'workspace_undeleted':
      return { ...workspace, state: 'ready' };
    case 'workspace_asleep':
      return { ...workspace, state: 'asleep' };
    case 'workspace_deleted':
      return { ...workspace, state: 'deleted' };
    default:
      return workspace;
  }
}

function applyToSession(
  session: WorkspaceState['session'],
  event: KnownEvent,
): WorkspaceState['session'] {
  if (event.type === 'session_started') return { ...event.data };
  if (event.type === 'session_renewed' && event.data.id === session.id) return { ...event.data };
  return session;
}

function appendToLog(log: WireEvent[], added: WireEvent[]): WireEvent[] {
  const over = log.length + added.length - kLogEventsMax;
  return (over > 0 ? log.slice(over) : log).concat(added.slice(-kLogEventsMax));
}
