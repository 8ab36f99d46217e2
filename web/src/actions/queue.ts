import type { Move } from '../model/lanes';
import { createStore } from '../model/store';
import { summaryOf } from '../model/markup';
import { isOver } from '../model/tasks';
import type { Command } from './commands';
import { showPanel } from './layout';
import type { WorkspaceSession } from './session';
import { attempt } from './toasts';

/** Whether the form for a new task is open; `after` are the tasks that it begins with. */
export const newTask = createStore<{ agent?: string; after?: string[] } | null>(null);

export function openNewTask(
  session: WorkspaceSession,
  with_: { agent?: string; after?: string[] } = {},
): void {
  showPanel(session.layout, 'queue');
  newTask.set(with_);
}

/** What is said to those who do not see it: what was moved, and whereto. */
export const spoken = createStore('');

export async function moveTask(session: WorkspaceSession, move: Move): Promise<void> {
  await session.call('tasks.move', move);
}

const kTasksListed = 20;

/** What the palette can do about tasks. */
export function queueCommands(session: WorkspaceSession): Command[] {
  const tasks = session.state.get()?.tasks ?? [];
  const open = tasks.filter((task) => !isOver(task)).slice(0, kTasksListed);
  const section = 'Tasks';
  return [
    { id: 'task.new', title: 'New task…', section, run: () => openNewTask(session) },
    ...open.flatMap(({ id, agent, state, prompt }): Command[] => {
      const name = `${agent}: ${summaryOf(prompt).slice(0, 60)}`;
      const cancel: Command = {
        id: `task.cancel.${id}`,
        title: `Cancel ${name}`,
        section,
        run: () => attempt(() => session.call('tasks.cancel', { id })),
      };
      const promote: Command = {
        id: `task.promote.${id}`,
        title: `Make it next: ${name}`,
        section,
        run: () => attempt(() => session.call('tasks.promote', { id })),
      };
      return state === 'queued' ? [promote, cancel] : [cancel];
    }),
  ];
}
