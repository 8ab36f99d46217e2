import type { Move } from '../model/lanes';
import { mayDepend } from '../model/dependencies';
import { isSettled, type PendingMove } from '../model/pendingMoves';
import { createStore } from '../model/store';
import { summaryOf } from '../model/markup';
import { isOver } from '../model/tasks';
import type { TaskInfo } from '../protocol/entities';
import type { Command } from './commands';
import { showPanel } from './layout';
import { ask } from './prompts';
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

/** What is shown as moved, and is not in this page's state yet. */
export const pendingMoves = createStore<PendingMove[]>([]);

/** Moves it on the screen at once, and back where the server refuses. */
export async function moveTask(session: WorkspaceSession, move: Move): Promise<void> {
  const pending: PendingMove = {
    move,
    was: taskOf(session, move.id)?.place ?? [],
    answered: false,
  };
  const replace = (by: PendingMove[]): void =>
    pendingMoves.update((all) => all.flatMap((each) => (each === pending ? by : [each])));
  pendingMoves.update((all) => [...all, pending]);
  try {
    await session.call('tasks.move', move);
  } catch (thrown) {
    replace([]);
    throw thrown;
  }
  replace([{ ...pending, answered: true }]);
  dropSettled(session);
}

function taskOf(session: WorkspaceSession, id: string): TaskInfo | undefined {
  return session.state.get()?.tasks.find((task) => task.id === id);
}

/** To be called as the state changes: what has come true needs no showing. */
export function dropSettled(session: WorkspaceSession): void {
  const all = pendingMoves.get();
  const left = all.filter((each) => !isSettled(each, taskOf(session, each.move.id)));
  if (left.length < all.length) pendingMoves.set(left);
}

const kTasksListed = 20;

/** What the palette can do about tasks. */
export function queueCommands(session: WorkspaceSession): Command[] {
  const tasks = session.state.get()?.tasks ?? [];
  const open = tasks.filter((task) => !isOver(task)).slice(0, kTasksListed);
  const section = 'Tasks';
  const needs = 'editor';
  return [
    { id: 'task.new', title: 'New task…', section, needs, run: () => openNewTask(session) },
    ...open.flatMap((task): Command[] => {
      const { id, agent, state, prompt } = task;
      const name = `${agent}: ${summaryOf(prompt).slice(0, 60)}`;
      const cancel: Command = {
        id: `task.cancel.${id}`,
        title: `Cancel ${name}`,
        section,
        needs,
        run: () => attempt(() => session.call('tasks.cancel', { id })),
      };
      const promote: Command = {
        id: `task.promote.${id}`,
        title: `Make it next: ${name}`,
        section,
        needs,
        run: () => attempt(() => session.call('tasks.promote', { id })),
      };
      const depend: Command = {
        id: `task.depend.${id}`,
        title: `Choose what it waits for: ${name}`,
        section,
        needs,
        run: () => ask({ kind: 'depends', id }),
      };
      return [
        ...(state === 'queued' ? [promote] : []),
        ...(mayDepend(task) ? [depend] : []),
        cancel,
      ];
    }),
  ];
}
