import type { TaskInfo } from '../protocol/entities';
import type { AttachResult } from '../protocol/methods';
import type { WireEvent } from '../protocol/events';
import { apply } from './apply';
import { fromSnapshot } from './attach';
import type { WorkspaceState } from './state';

/** The small vocabulary of the model's tests. */

export const snapshot: AttachResult = {
  workspace: { id: 'w', name: 'Demo', state: 'ready', created_at: '2026-11-20T12:00:00Z' },
  session: { id: 's', expires_at: '2026-11-20T20:00:00Z' },
  head: 10,
  agents: ['claude', 'gemini'].map((name) => ({
    name,
    provider: 'simulator',
    model: `${name}-1`,
    state: 'idle',
    simulated: true,
  })),
  locks: [],
  lock_waits: [],
  tasks: [],
  worktrees: [],
  approvals: [],
  you: { name: 'ann', actor: 'user:ann', role: 'owner', connection: 1 },
  approval_policy: { mode: 'full', agents: {}, rules: [], timeout_s: 1800 },
  cost: {
    spent_usd: 0,
    calls: 0,
    unpriced_calls: 0,
    input: 0,
    cached: 0,
    cache_write: 0,
    output: 0,
    reasoning: 0,
  },
};

export const fresh: WorkspaceState = fromSnapshot(snapshot);

/** A queued task of claude; its number is its place. */
export const taskOf = (id: string, more: Partial<TaskInfo> = {}): TaskInfo => ({
  id,
  agent: 'claude',
  state: 'queued',
  priority: 5,
  prompt: `prompt of ${id}`,
  attempt: 1,
  place: [Number(id.replace(/\D/g, '')) || 1],
  created_at: '2026-11-20T12:00:00Z',
  ...more,
});

export interface Happening {
  type: string;
  data: unknown;
  actor?: string;
  task?: string;
}

/** Numbers the happenings after `from` and dates them. */
export function events(from: number, happenings: Happening[]): WireEvent[] {
  return happenings.map((happening, index) => ({
    actor: 'agent:claude',
    ts: `2026-11-20T12:00:${String(index % 60).padStart(2, '0')}.000000Z`,
    ...happening,
    seq: from + 1 + index,
  }));
}

export function play(state: WorkspaceState, happenings: Happening[]): WorkspaceState {
  return events(state.seq, happenings).reduce(apply, state);
}

export const acquired = (path: string, token: number, holder = 'agent:claude', mode = 'write') => ({
  type: 'lock_acquired',
  data: { path, mode, token, holder, expires_at: '2026-11-20T12:01:00Z' },
});

export const released = (path: string, token: number, holder = 'agent:claude', mode = 'write') => ({
  type: 'lock_released',
  data: { path, mode, token, holder, reason: 'released' },
});

export const queued = (task: string, agent = 'claude', priority = 5) => ({
  type: 'task_queued',
  task,
  actor: 'user:ada',
  data: { agent, prompt: `prompt of ${task}`, priority, depends_on: [], attempt: 1 },
});

export const edited = (op: string, path: string, more: object = {}) => ({
  type: 'file_edit',
  data: { op, path, hash: 'h', ...more },
});

export const said = (text: string, task = 't1') => ({
  type: 'agent_message',
  task,
  data: { id: `m-${text}`, from: 'agent:claude', to: ['user:ada'], text, kind: 'answer' },
});

export const toolStarted = (id: string, input: unknown = {}, task = 't1') => ({
  type: 'tool_call',
  task,
  data: { id, agent: 'claude', tool: 'edit_file', phase: 'started', input },
});

export const toolFinished = (id: string, ok = true, task = 't1') => ({
  type: 'tool_call',
  task,
  data: {
    id,
    agent: 'claude',
    tool: 'edit_file',
    phase: 'finished',
    ok,
    output: 'done',
    elapsed_ms: 5,
  },
});

/** The same whole numbers below `limit` in every run. */
export function randomFrom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * limit);
  };
}
