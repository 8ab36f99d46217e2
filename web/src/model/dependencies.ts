import type { TaskInfo } from '../protocol/entities';
import { isOver } from './tasks';

/** Whether what the task waits for can be said anew. */
export function mayDepend({ state, parent }: TaskInfo): boolean {
  return parent === undefined && !['running', 'waiting', 'succeeded'].includes(state);
}

/** What it depends on already, and the open tasks that do not wait for it themselves. */
export function candidatesFor(task: TaskInfo, tasks: TaskInfo[]): TaskInfo[] {
  const own = new Set(task.depends_on ?? []);
  const waiting = waitersOf(task.id, tasks);
  return tasks.filter((other) => own.has(other.id) || (!waiting.has(other.id) && !isOver(other)));
}

/** The task and all that wait for it, directly or through others. */
function waitersOf(id: string, tasks: TaskInfo[]): Set<string> {
  const waiters = new Set([id]);
  for (let before = 0; before < waiters.size;) {
    before = waiters.size;
    for (const { id: other, depends_on: on = [] } of tasks) {
      if (on.some((each) => waiters.has(each))) waiters.add(other);
    }
  }
  return waiters;
}
