import type { WorkspaceSession } from './session';
import { showFailure, showToast } from './toasts';

/** Steers the task of the agent that holds the lock: it hears of it in its next step. */
export async function askForLock(
  session: WorkspaceSession,
  task: string,
  path: string,
): Promise<void> {
  const name = session.you.get()?.name ?? 'A person';
  const text =
    `${name} would like to edit ${path}, which you have locked. ` +
    'Finish the change that you are making to it, unlock it as soon as it is whole, ' +
    'and go on with your task.';
  try {
    await session.call('tasks.steer', { id: task, text });
  } catch (thrown) {
    showFailure(thrown);
    throw thrown;
  }
  showToast({
    tone: 'success',
    text: 'The agent is told',
    hint: 'It hears it in its next step. You can edit as soon as the lock is released.',
  });
}
