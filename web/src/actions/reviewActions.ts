import { isTooLong, reviewMessage, withComment, type CommentDraft } from '../model/reviewComments';
import { isOver } from '../model/tasks';
import { Failure } from '../net/failure';
import type { TaskChanges, TaskInfo } from '../protocol/entities';
import { goToPlace } from './app';
import type { Command } from './commands';
import { pane, review } from './preferences';
import { ask } from './prompts';
import type { WorkspaceSession } from './session';
import { showToast } from './toasts';

export function openReview(task: string): void {
  pane.set('editor');
  goToPlace({ kind: 'task', id: task });
}

const kReviewsWithDraftsMax = 50;

export function draftsKey(session: WorkspaceSession, task: string): string {
  return `${session.id}/${task}`;
}

function setDrafts(key: string, drafts: CommentDraft[]): void {
  review.update((before) => {
    const { [key]: _old, ...others } = before.drafts;
    if (drafts.length === 0) return { ...before, drafts: others };
    // The oldest reviews' drafts go first: storage is small.
    const kept = Object.entries(others).slice(1 - kReviewsWithDraftsMax);
    return { ...before, drafts: { ...Object.fromEntries(kept), [key]: drafts } };
  });
}

/** Keeps what is written about a line until it is sent; an empty text takes it away. */
export function keepComment(key: string, draft: CommentDraft): void {
  setDrafts(key, withComment(review.get().drafts[key] ?? [], draft));
}

/**
 * Sends all comments to the agent in one message: to the task while it works, as a new task once
 * it has ended. They stay drafts where that is refused.
 */
export async function sendComments(
  session: WorkspaceSession,
  task: TaskInfo,
  changes: TaskChanges,
): Promise<void> {
  const key = draftsKey(session, task.id);
  const drafts = review.get().drafts[key] ?? [];
  if (drafts.length === 0) return;
  const text = reviewMessage(task.id, drafts, changes);
  if (isTooLong(text)) {
    throw new Failure(
      'limit',
      'These comments are too long for one message',
      'Send fewer, or shorter ones.',
    );
  }
  const over = isOver(task);
  if (over) await session.call('messages.send', { to: [task.agent], text });
  else await session.call('tasks.steer', { id: task.id, text });
  setDrafts(key, []);
  const what = drafts.length === 1 ? 'The comment is' : `${drafts.length} comments are`;
  showToast({
    tone: 'success',
    text: `${what} with @${task.agent}`,
    hint: over ? 'It has a new task for them.' : 'It hears them in its next call of the model.',
  });
}

/** Asks first: unlike a review this takes everybody's changes since then back. */
export function askRestore(session: WorkspaceSession, checkpoint: string, agent: string): void {
  ask({
    kind: 'confirm',
    title: `Go back to before this task of ${agent}?`,
    text: 'Every file becomes as it was then, also what others have changed since. A checkpoint of how it is now is made first.',
    submit: 'Go back',
    run: async () => {
      const { changed } = await session.call('checkpoints.restore', { id: checkpoint });
      showToast({ tone: 'success', text: `${changed} paths are as they were before the task` });
    },
  });
}

/** One command for each agent that has worked: its newest task that has begun. */
export function reviewCommands(session: WorkspaceSession): Command[] {
  const state = session.state.get();
  return (state?.agents ?? []).flatMap(({ name }) => {
    const task = state?.tasks.findLast(
      ({ agent, state: how }) => agent === name && how !== 'queued',
    );
    if (task === undefined) return [];
    return [
      {
        id: `review.${name}`,
        title: `Review what @${name} changed`,
        section: 'Review',
        run: () => openReview(task.id),
      },
    ];
  });
}
