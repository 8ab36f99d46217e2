import type { TaskInfo, TaskState } from '../protocol/entities';
import type { KnownEvent } from '../protocol/events';

/** Tasks after `event`, in the order they were queued. */
export function applyToTasks(tasks: TaskInfo[], event: KnownEvent): TaskInfo[] {
  const id = event.task;
  if (id === undefined) return tasks;
  switch (event.type) {
    case 'task_queued':
      return queued(tasks, id, event);
    case 'task_started': {
      const attempt = event.data.attempt;
      return update(tasks, id, (task) => ({
        ...task,
        state: 'running',
        started_at: event.ts,
        attempt: attempt ?? task.attempt,
      }));
    }
    case 'task_waiting':
      return update(tasks, id, (task) => ({
        ...task,
        state: 'waiting',
        waits_for: `${event.data.for}: ${event.data.what ?? ''}`,
      }));
    case 'task_resumed':
      return update(tasks, id, (task) => resumed(task, event));
    case 'task_pause_requested':
      return update(tasks, id, (task) => ({ ...task, pause_requested_by: event.actor }));
    case 'task_paused':
      return update(tasks, id, (task) => ({
        ...requeued(task),
        state: 'paused',
        attempt: event.data.attempt,
        waits_for: `pause: ${event.data.what}`,
      }));
    case 'agent_message':
    case 'conversation_turn':
      return update(tasks, id, (task) => steered(task, event));
    case 'task_requeued':
      return update(tasks, id, (task) => ({
        ...requeued(task),
        attempt: event.data.attempt,
      }));
    case 'task_promoted':
      return update(tasks, id, (task) => ({
        ...task,
        priority: event.data.priority,
        place: [-event.seq],
      }));
    case 'task_moved': {
      const { agent, priority, place } = event.data;
      return update(tasks, id, (task) => ({
        ...task,
        agent,
        priority,
        place: place ?? [event.seq],
      }));
    }
    case 'task_depends':
      return update(tasks, id, (task) => ({ ...task, depends_on: event.data.depends_on }));
    case 'task_finished':
      return update(tasks, id, (task) => finished(task, event));
    default:
      return tasks;
  }
}

function update(tasks: TaskInfo[], id: string, change: (task: TaskInfo) => TaskInfo): TaskInfo[] {
  const index = tasks.findIndex((task) => task.id === id);
  const before = tasks[index];
  if (before === undefined) return tasks;
  const after = change(before);
  return after === before ? tasks : tasks.with(index, after);
}

/** A retry queues the same id again; the row is then reset in place instead of doubled. */
function queued(
  tasks: TaskInfo[],
  id: string,
  event: Extract<KnownEvent, { type: 'task_queued' }>,
): TaskInfo[] {
  const task: TaskInfo = {
    id,
    agent: event.data.agent,
    state: 'queued',
    priority: event.data.priority,
    prompt: event.data.prompt,
    attempt: event.data.attempt ?? 1,
    place: [event.seq],
    created_at: event.ts,
    depends_on: event.data.depends_on ?? [],
    ...(event.data.budget_usd === undefined ? {} : { budget_usd: event.data.budget_usd }),
    ...(event.data.parent === undefined ? {} : { parent: event.data.parent }),
    ...(event.data.group === undefined ? {} : { group: event.data.group }),
    ...(event.data.worktree === undefined ? {} : { worktree: event.data.worktree }),
  };
  const known = tasks.some((other) => other.id === id);
  return known ? update(tasks, id, () => task) : [...tasks, task];
}

/** Waiting for nothing. */
function ready(task: TaskInfo): TaskInfo {
  const { waits_for: _waits, ...rest } = task;
  return rest;
}

function unpaused(task: TaskInfo): TaskInfo {
  const { pause_requested_by: _by, ...rest } = task;
  return rest;
}

function resumed(task: TaskInfo, event: Extract<KnownEvent, { type: 'task_resumed' }>): TaskInfo {
  if (event.data.for !== 'pause') return { ...ready(task), state: 'running' };
  // It may not have come to stand still yet, and wait for something else.
  const state = event.data.state ?? 'running';
  const base = unpaused(task);
  return state === 'waiting' ? { ...base, state } : { ...ready(base), state };
}

type SteeringEvent = Extract<KnownEvent, { type: 'agent_message' | 'conversation_turn' }>;

/** What a person says waits for the agent until a turn takes it up. */
function steered(task: TaskInfo, event: SteeringEvent): TaskInfo {
  const before = task.steering ?? [];
  if (event.type === 'agent_message') {
    const { id, from, text, steers, images } = event.data;
    if (steers !== true) return task;
    const said = { id, from, text, ...(images !== undefined && { images }) };
    return { ...task, steering: [...before, said] };
  }
  const { heeds } = event.data;
  if (heeds === undefined || before.length === 0) return task;
  const { steering: _steering, ...rest } = task;
  const left = before.filter(({ id }) => !heeds.includes(id));
  return left.length === 0 ? rest : { ...rest, steering: left };
}

function requeued(task: TaskInfo): TaskInfo {
  const base = unpaused(ready(task));
  const { started_at: _started, finished_at: _finished, error: _error, ...rest } = base;
  return { ...rest, state: 'queued' };
}

function finished(task: TaskInfo, event: Extract<KnownEvent, { type: 'task_finished' }>): TaskInfo {
  const { state, error, result } = event.data;
  return {
    ...unpaused(ready(task)),
    state,
    finished_at: event.ts,
    ...(error === undefined ? {} : { error }),
    ...(result === undefined ? {} : { result }),
  };
}

const RANK: Record<TaskState, number> = {
  running: 0,
  waiting: 0,
  queued: 1,
  paused: 1,
  failed: 2,
  cancelled: 2,
  succeeded: 2,
};

/** As words compare: number by number, a beginning of the other one first. */
export function comparePlaces(a: number[], b: number[]): number {
  for (let at = 0; at < a.length && at < b.length; ++at) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}

/** The order in which an agent does its tasks: priority, then the place within it. */
export function inTurn(a: TaskInfo, b: TaskInfo): number {
  return b.priority - a.priority || comparePlaces(a.place, b.place);
}

/** What runs, then what is next, then what is over, newest first. */
export function inQueueOrder(tasks: TaskInfo[]): TaskInfo[] {
  return tasks
    .map((task, index) => ({ task, index }))
    .toSorted((a, b) => {
      const rank = RANK[a.task.state] - RANK[b.task.state];
      if (rank !== 0) return rank;
      if (RANK[a.task.state] === 2) return b.index - a.index;
      return inTurn(a.task, b.task);
    })
    .map(({ task }) => task);
}

/** Those that were given one prompt together, in the order of their agents' names. */
export function ofGroup(tasks: TaskInfo[], group: string): TaskInfo[] {
  return tasks
    .filter((task) => task.group === group)
    .toSorted((a, b) => (a.agent < b.agent ? -1 : 1));
}

export function isOver(task: TaskInfo): boolean {
  return RANK[task.state] === 2;
}

/** Its agent is at it, also where it waits. */
export function isUnderWay({ state }: TaskInfo): boolean {
  return state === 'running' || state === 'waiting';
}
