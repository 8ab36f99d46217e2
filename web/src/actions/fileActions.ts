import type { Place } from '../model/place';
import { pathProblem } from '../model/tree';
import { asFailure } from '../net/failure';
import { route, showInAddress } from './app';
import { pane } from './preferences';
import { ask } from './prompts';
import type { WorkspaceSession } from './session';
import { attempt, showFailure, showToast } from './toasts';

/** Shows a file, and of it a line (from 1), wherever the person is now. */
export function openFile(session: WorkspaceSession, path: string, line?: number): void {
  pane.set('editor');
  showInAddress({ kind: 'file', path, ...(line === undefined ? {} : { line }) });
  if (line !== undefined) session.reveal.set({ path, line });
  void session.documents.open(path);
}

/** What a person looks at: what the address names, or the file in front and the cursor's line. */
function shownPlace(session: WorkspaceSession): Place | undefined {
  const here = route.get();
  const named = here.page === 'workspace' ? here.place : undefined;
  if (named?.kind === 'task' || named?.kind === 'moment') return named;
  const path = session.documents.store.get().active;
  if (path === null) return undefined;
  const line = session.cursorLine.get(path) ?? 1;
  return { kind: 'file', path, ...(line === 1 ? {} : { line }) };
}

/** Copies the address of a place, or of what is shown, so that another person sees the same. */
export async function copyLink(session: WorkspaceSession, place?: Place): Promise<void> {
  const wanted = place ?? shownPlace(session);
  showInAddress(wanted);
  try {
    await navigator.clipboard.writeText(window.location.href);
    showToast({ tone: 'success', text: 'Copied the link to what you see.' });
  } catch {
    showToast({
      tone: 'danger',
      text: 'The browser did not let the link be copied.',
      hint: 'It is in the address bar now.',
    });
  }
}

export function askNewFile(session: WorkspaceSession, folder: string): void {
  ask({
    kind: 'name',
    title: 'New file',
    label: 'Path in the project',
    initial: folder === '' ? '' : `${folder}/`,
    submit: 'Create',
    check: (path) => pathProblem(path) ?? takenProblem(session, path),
    run: async (path) => {
      await session.call('files.create', { path, text: '' });
      openFile(session, path);
    },
  });
}

export function askRename(session: WorkspaceSession, path: string): void {
  ask({
    kind: 'name',
    title: 'Rename or move',
    label: 'New path',
    initial: path,
    submit: 'Rename',
    check: (to) => (to === path ? undefined : (pathProblem(to) ?? takenProblem(session, to))),
    run: async (to) => {
      if (to === path) return;
      await session.call('files.move', { path, to, ...baseVersion(session, path) });
      showToast({
        tone: 'success',
        text: `Renamed to ${to}`,
        action: {
          label: 'Undo',
          run: () => attempt(() => session.call('files.move', { path: to, to: path })),
        },
      });
    },
  });
}

/** The text is read first, so that the removal can be undone from the toast. */
export async function removeFile(session: WorkspaceSession, path: string): Promise<void> {
  const kept = await session.call('files.read', { path }).catch(() => null);
  try {
    const base = kept === null ? baseVersion(session, path) : { base_version: kept.version };
    await session.call('files.remove', { path, ...base });
  } catch (thrown) {
    showFailure(thrown);
    return;
  }
  session.documents.close(path);
  const undo = {
    label: 'Undo',
    run: () => attempt(() => session.call('files.create', { path, text: kept?.text ?? '' })),
  };
  showToast({
    tone: 'success',
    text: `Removed ${path}`,
    ...(kept === null
      ? { hint: 'The file was not text: the log keeps it, restore it from there.' }
      : { action: undo }),
  });
}

export function askClose(session: WorkspaceSession, path: string): void {
  const doc = session.documents.get(path);
  // What a viewer sees unsaved is another's.
  if (doc === undefined || !doc.dirty || !session.mayEdit()) {
    session.documents.close(path);
    return;
  }
  ask({
    kind: 'confirm',
    title: 'Close without saving?',
    text: `${path} has edits that are not saved.`,
    submit: 'Discard edits',
    run: () => Promise.resolve(session.documents.close(path)),
  });
}

export async function toggleOwnLock(session: WorkspaceSession, path: string): Promise<void> {
  try {
    if (session.locks.tokens.get()[path] !== undefined) await session.locks.release(path);
    else await session.locks.acquire(path);
  } catch (thrown) {
    const failure = asFailure(thrown);
    showToast({
      tone: 'danger',
      text: failure.kind === 'locked' ? `${path} is locked by another.` : failure.message,
      ...(failure.hint === undefined ? {} : { hint: failure.hint }),
    });
  }
}

function takenProblem(session: WorkspaceSession, path: string): string | undefined {
  const taken = session.state.get()?.files?.get(path) !== undefined;
  return taken ? 'There is a file or folder of that name already.' : undefined;
}

function baseVersion(session: WorkspaceSession, path: string): { base_version?: number } {
  const version = session.state.get()?.files?.get(path)?.version;
  return version === undefined ? {} : { base_version: version };
}
