import type { AgentInfo } from '../protocol/entities';
import type { AttachResult } from '../protocol/methods';
import { groupLocks, lastStepOf } from './locks';
import { PathMap } from './pathMap';
import type { AgentView, WorkspaceState } from './state';

/** A task says what it waits for, and with it what its agent does. */
function withWait(agent: AgentInfo, { tasks, lock_waits }: AttachResult): AgentView {
  const waits = tasks.find(({ id }) => id === agent.task)?.waits_for;
  if (waits === undefined) return agent;
  const cut = waits.indexOf(': ');
  const waiting = { for: waits.slice(0, cut), what: waits.slice(cut + 2) };
  const wait = lock_waits.find(({ task }) => task === agent.task);
  const done = wait === undefined ? undefined : lastStepOf(wait);
  return { ...agent, waiting: done === undefined ? waiting : { ...waiting, done } };
}

/** The state at `head`, as `workspace.attach` without `resume_from` describes it. */
export function fromSnapshot(snapshot: AttachResult): WorkspaceState {
  return {
    seq: snapshot.head,
    workspace: snapshot.workspace,
    session: snapshot.session,
    agents: snapshot.agents.map((agent) => withWait(agent, snapshot)),
    locks: groupLocks(snapshot.locks),
    waits: snapshot.lock_waits,
    tasks: snapshot.tasks,
    worktrees: snapshot.worktrees,
    cost: snapshot.cost,
    moneySeq: snapshot.head,
    approvals: snapshot.approvals,
    policy: snapshot.approval_policy,
    instructionsSeq: snapshot.head,
    files: null,
    filesTruncated: false,
    treeChanges: 0,
    lastEdits: PathMap.from([]),
    chat: [],
    log: [],
    previews: {},
  };
}
