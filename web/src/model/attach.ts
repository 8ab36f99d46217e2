import type { AgentInfo, TaskInfo } from '../protocol/entities';
import type { AttachResult } from '../protocol/methods';
import { groupLocks } from './locks';
import type { AgentView, WorkspaceState } from './state';

/** A task says what it waits for, and with it what its agent does. */
function withWait(agent: AgentInfo, tasks: TaskInfo[]): AgentView {
  const waits = tasks.find(({ id }) => id === agent.task)?.waits_for;
  if (waits === undefined) return agent;
  const cut = waits.indexOf(': ');
  return { ...agent, waiting: { for: waits.slice(0, cut), what: waits.slice(cut + 2) } };
}

/** The state at `head`, as `workspace.attach` without `resume_from` describes it. */
export function fromSnapshot(snapshot: AttachResult): WorkspaceState {
  return {
    seq: snapshot.head,
    workspace: snapshot.workspace,
    session: snapshot.session,
    agents: snapshot.agents.map((agent) => withWait(agent, snapshot.tasks)),
    locks: groupLocks(snapshot.locks),
    waits: [],
    tasks: snapshot.tasks,
    cost: snapshot.cost,
    moneySeq: snapshot.head,
    approvals: snapshot.approvals,
    policy: snapshot.approval_policy,
    instructionsSeq: snapshot.head,
    files: null,
    filesTruncated: false,
    lastEdits: {},
    chat: [],
    log: [],
    previews: {},
  };
}
