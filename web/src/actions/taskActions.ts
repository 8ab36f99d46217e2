import { isOver } from '../model/tasks';
import type { TaskInfo } from '../protocol/entities';
import { ask } from './prompts';
import type { WorkspaceSession } from './session';
import { attempt, showToast } from './toasts';

/** Asks what to say to the agent of a task under way. */
export function askWhatToSay({ id }: TaskInfo): void {
  ask({ kind: 'say', id });
}

/** Asks, then takes back what is left of a task; what others changed as well stops it. */
export function askUndo(session: WorkspaceSession, { id, agent }: TaskInfo): void {
  ask({
    kind: 'confirm',
    title: `Take back what ${agent} changed?`,
    text: 'The newest task’s changes go; what others changed stays. A checkpoint is made first. To choose among them, use /review.',
    submit: 'Take it back',
    run: async () => {
      const { changed } = await session.call('tasks.revert', { id });
      const files = changed === 1 ? 'file is' : 'files are';
      showToast({ tone: 'success', text: `${changed} ${files} as before the task of ${agent}` });
    },
  });
}

export function stopTask(session: WorkspaceSession, { id }: TaskInfo): void {
  attempt(() => session.call('tasks.cancel', { id }));
}

/** Cancels a task under way and begins it again as soon as it has ended. */
export async function restartTask(session: WorkspaceSession, task: TaskInfo): Promise<void> {
  if (!isOver(task)) {
    await session.call('tasks.cancel', { id: task.id });
    await ended(session, task.id);
  }
  await session.call('tasks.retry', { id: task.id });
}

const kEndMs = 30_000;

/** A call that is under way comes to its end first. */
function ended(session: WorkspaceSession, id: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      const task = session.state.get()?.tasks.find((each) => each.id === id);
      if (task !== undefined && !isOver(task)) return;
      done();
      resolve();
    };
    const unsubscribe = session.state.subscribe(look);
    const timer = setTimeout(() => {
      done();
      reject(new Error('The task has not ended yet: try again once it has.'));
    }, kEndMs);
    const done = (): void => {
      unsubscribe();
      clearTimeout(timer);
    };
    look();
  });
}
