import { route, goTo, goToPlace } from './app';
import { copyLink } from './fileActions';
import type { Command } from './commands';
import { pane } from './preferences';
import { freshId } from './freshId';
import { ask } from './prompts';
import type { WorkspaceSession } from './session';
import { currentTimeline, type Timeline } from './timeline';
import { createStore } from '../model/store';
import { changesBetween, filesAfter } from '../model/timeline';
import { attempt, showToast } from './toasts';
import { createWorkspace } from './workspaces';

/** Whether the dialog is open that gives the log away as a file. */
export const exporting = createStore(false);

export const kTimelineKeys = 'Mod+Shift+H';

/** Opens the past; at the newest event unless another one is named. */
export function openTimeline(session: WorkspaceSession, seq?: number): void {
  goToPlace({ kind: 'moment', seq: Math.max(1, seq ?? session.state.get()?.seq ?? 1) });
  if (pane.get() === 'activity') pane.set('editor');
}

/** How many files differ between the moment and now. */
async function filesToRestore(
  session: WorkspaceSession,
  seq: number,
  path: string | undefined,
): Promise<number> {
  const head = session.state.get()?.seq ?? seq;
  const [then, now] = await Promise.all([
    session.call('timeline.at', { seq }),
    session.call('timeline.at', { seq: head }),
  ]);
  const changes = changesBetween(filesAfter(new Map(), then), filesAfter(new Map(), now));
  return changes.filter((change) => path === undefined || change.path === path).length;
}

const filesText = (count: number): string => `${count} ${count === 1 ? 'file' : 'files'}`;

/** Asks before all files, or one, become what they were after an event. */
export function askRestore(session: WorkspaceSession, seq: number, path?: string): void {
  attempt(async () => {
    const count = await filesToRestore(session, seq, path);
    const what = path ?? `${filesText(count)} of the project`;
    if (count === 0) {
      const same = path === undefined ? 'The files are' : `${path} is`;
      showToast({ tone: 'info', text: `${same} now as after event ${seq}.` });
      return;
    }
    ask({
      kind: 'confirm',
      title: `Restore ${path ?? 'the files'} of event ${seq}?`,
      text:
        `${what} will be as after event ${seq}, all of it or nothing. A checkpoint of how it is ` +
        'now is made first, so this can be undone. Chat, tasks and the log stay.',
      submit: `Restore ${path === undefined ? filesText(count) : 'the file'}`,
      run: () => restore(session, seq, path),
    });
  });
}

async function restore(
  session: WorkspaceSession,
  seq: number,
  path: string | undefined,
): Promise<void> {
  const part = path === undefined ? {} : { path };
  const answer = await session.call('timeline.restore', { seq, ...part });
  const { before, changed, left_out = [] } = answer;
  goToPlace();
  const undo = (): Promise<unknown> => session.call('checkpoints.restore', { id: before.id });
  const late = left_out.length === 0 ? '' : `Too large to be followed: ${left_out.join(', ')}`;
  showToast({
    tone: 'success',
    text: `${filesText(changed)} as after event ${seq}`,
    hint: late === '' ? 'The checkpoint before it brings them back.' : late,
    action: { label: 'Undo', run: () => attempt(undo) },
  });
}

export function askFork(session: WorkspaceSession, seq: number): void {
  const name = session.state.get()?.workspace.name ?? 'workspace';
  ask({
    kind: 'name',
    title: `A new workspace from event ${seq}`,
    label: 'Name of the new workspace',
    initial: `${name} at ${seq}`.slice(0, 100),
    submit: 'Fork',
    check: (value) => (value.trim() === '' ? 'Give it a name.' : undefined),
    run: async (value) => {
      const source = { kind: 'workspace' as const, id: session.id, through_seq: seq };
      const request = freshId();
      const { id } = await createWorkspace({ name: value.trim(), source, request });
      goTo({ page: 'workspace', id });
    },
  });
}

/** What can be done with the past: to go there, and what can be done once one is there. */
export function timelineCommands(session: WorkspaceSession): Command[] {
  const here = route.get();
  const past = here.page === 'workspace' && here.place?.kind === 'moment';
  const timeline = currentTimeline.get();
  if (!past || timeline === null) {
    return [
      {
        id: 'timeline.open',
        title: 'Look at the past: the timeline',
        section: 'Timeline',
        keys: kTimelineKeys,
        run: () => openTimeline(session),
      },
      {
        id: 'timeline.export',
        title: 'Export the log…',
        section: 'Timeline',
        run: () => {
          openTimeline(session);
          exporting.set(true);
        },
      },
    ];
  }
  return [
    {
      id: 'timeline.close',
      title: 'Back to now',
      section: 'Timeline',
      keys: kTimelineKeys,
      run: () => goToPlace(),
    },
    ...pastCommands(session, timeline),
  ];
}

function pastCommands(session: WorkspaceSession, timeline: Timeline): Command[] {
  const seq = timeline.target.get();
  const section = 'Timeline';
  const step = (way: 'before' | 'after') => () => attempt(() => timeline.step(way));
  const stepCheckpoint = (way: 'before' | 'after') => () =>
    attempt(() => timeline.stepCheckpoint(way));
  return [
    { id: 'timeline.play', title: 'Play or pause', section, run: () => timeline.player.toggle() },
    { id: 'timeline.next', title: 'Next event', section, run: step('after') },
    { id: 'timeline.previous', title: 'Previous event', section, run: step('before') },
    {
      id: 'timeline.next_checkpoint',
      title: 'Next checkpoint',
      section,
      run: stepCheckpoint('after'),
    },
    {
      id: 'timeline.previous_checkpoint',
      title: 'Previous checkpoint',
      section,
      run: stepCheckpoint('before'),
    },
    { id: 'timeline.mark_a', title: 'Set mark A here', section, run: () => timeline.mark('a') },
    { id: 'timeline.mark_b', title: 'Set mark B here', section, run: () => timeline.mark('b') },
    {
      id: 'timeline.restore',
      title: 'Restore the files of this moment…',
      section,
      run: () => askRestore(session, seq),
    },
    {
      id: 'timeline.fork',
      title: 'Fork a workspace from this moment…',
      section,
      run: () => askFork(session, seq),
    },
    { id: 'timeline.export', title: 'Export the log…', section, run: () => exporting.set(true) },
    {
      id: 'timeline.link',
      title: 'Copy a link to this moment',
      section,
      run: () => void copyLink(session, { kind: 'moment', seq }),
    },
  ];
}
