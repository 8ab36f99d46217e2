import type { AttachResult } from '../protocol/methods';
import { groupLocks } from './locks';
import type { WorkspaceState } from './state';

/** The state at `head`, as `workspace.attach` without `resume_from` describes it. */
export function fromSnapshot(snapshot: AttachResult): WorkspaceState {
  return {
    seq: snapshot.head,
    workspace: snapshot.workspace,
    session: snapshot.session,
    agents: snapshot.agents,
    locks: groupLocks(snapshot.locks),
    waits: [],
    tasks: snapshot.tasks,
    cost: snapshot.cost,
    files: null,
    filesTruncated: false,
    lastEdits: {},
    chat: [],
    log: [],
    previews: {},
  };
}
