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
      return update(tasks, id, (task) => ({ ...ready(task), state: 'running' }));
    case 'task_requeued':
      return update(tasks, id, (task) => ({
        ...requeued(task),
        attempt: event.data.attempt,
      }));
    case 'task_promoted':
      return update(tasks, id, (task) => ({ ...task, priority: event.data.priority }));
    case 'task_finished':
      return update(tasks, id, (task) => finished(task, event));
    default:
      return tasks;
  }
}

function update(tasks: TaskInfo[], id: string, change: (task: TaskInfo) => TaskInfo): TaskInfo[] {
  const index = tasks.findIndex((task) => task.id === id);
  const before = tasks[index];
  return before === undefined ? tasks : tasks.with(index, change(before));
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
    created_at: event.ts,
    depends_on: event.data.depends_on ?? [],
  };
  const known = tasks.some((other) => other.id === id);
  return known ? update(tasks, id, () => task) : [...tasks, task];
}

/** Waiting for nothing. */
function ready(task: TaskInfo): TaskInfo {
  const { waits_for: _waits, ...rest } = task;
  return rest;
}

function requeued(task: TaskInfo): TaskInfo {
  const { started_at: _started, finished_at: _finished, error: _error, ...rest } = ready(task);
  return { ...rest, state: 'queued' };
}

function finished(task: TaskInfo, event: Extract<KnownEvent, { type: 'task_finished' }>): TaskInfo {
  const { state, error, result } = event.data;
  return {
    ...ready(task),
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
  failed: 2,
  cancelled: 2,
  succeeded: 2,
};

/** What runs, then what is next (priority, then first come), then what is over, newest first. */
export function inQueueOrder(tasks: TaskInfo[]): TaskInfo[] {
  return tasks
    .map((task, index) => ({ task, index }))
    .toSorted((a, b) => {
      const rank = RANK[a.task.state] - RANK[b.task.state];
      if (rank !== 0) return rank;
      if (RANK[a.task.state] === 2) return b.index - a.index;
      return b.task.priority - a.task.priority || a.index - b.index;
    })
    .map(({ task }) => task);
}

export function isOver(task: TaskInfo): boolean {
  return RANK[task.state] === 2;
}
