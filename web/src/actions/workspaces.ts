import { leftOut, type Sending } from '../model/importing';
import { createStore } from '../model/store';
import { asFailure } from '../net/failure';
import { changeWorkspace, deleteWorkspace, listWorkspaces, provision } from '../net/http';
import { importArchive } from '../net/upload';
import type { WorkspaceInfo } from '../protocol/entities';
import type { ImportRequest, ProvisionAnswer, ProvisionRequest } from '../protocol/http';
import { loggedOut } from './app';
import { attempt, showFailure, showToast } from './toasts';

export interface WorkspaceList {
  phase: 'loading' | 'ready' | 'failed';
  workspaces: WorkspaceInfo[];
  nextCursor: string | null;
  problem?: { message: string; hint?: string | undefined };
}

/** Whether somebody makes a workspace: the wizard is open on the page of all of them. */
export const making = createStore(false);

export const workspaceList = createStore<WorkspaceList>({
  phase: 'loading',
  workspaces: [],
  nextCursor: null,
});

/** Loads the first page, or the one after those shown. */
export async function loadWorkspaces(page: 'first' | 'next'): Promise<void> {
  const before = workspaceList.get();
  const cursor = page === 'next' ? (before.nextCursor ?? undefined) : undefined;
  try {
    const { workspaces, next_cursor } = await listWorkspaces(cursor);
    workspaceList.set({
      phase: 'ready',
      workspaces: page === 'next' ? [...before.workspaces, ...workspaces] : workspaces,
      nextCursor: next_cursor ?? null,
    });
  } catch (thrown) {
    failed(thrown);
    const problem = asFailure(thrown);
    workspaceList.update((list) => ({ ...list, phase: 'failed', problem }));
  }
}

export async function createWorkspace(request: ProvisionRequest): Promise<ProvisionAnswer> {
  const made = await provision(request);
  void loadWorkspaces('first');
  return made;
}

/** Makes one of an archive; what was left out of it is told. */
export async function importWorkspace(
  about: ImportRequest,
  archive: Blob,
  onSent: (sending: Sending) => void,
  signal: AbortSignal,
): Promise<ProvisionAnswer> {
  const made = await importArchive(about, archive, onSent, signal).finally(
    () => void loadWorkspaces('first'),
  );
  const missing = leftOut(made.source);
  if (missing !== undefined) {
    const text =
      missing.count === 1 ? 'One entry was left out' : `${missing.count} entries were left out`;
    showToast({ tone: 'info', text, hint: missing.first });
  }
  return made;
}

export async function setAwake(workspace: WorkspaceInfo, verb: 'wake' | 'sleep'): Promise<void> {
  try {
    replace(await changeWorkspace(workspace.id, verb));
  } catch (thrown) {
    if (!failed(thrown)) showFailure(thrown);
  }
}

/** Moves it to the trash; the toast brings it back. */
export async function trash(workspace: WorkspaceInfo): Promise<void> {
  try {
    await deleteWorkspace(workspace.id);
  } catch (thrown) {
    if (!failed(thrown)) showFailure(thrown);
    return;
  }
  workspaceList.update((list) => ({
    ...list,
    workspaces: list.workspaces.filter((other) => other.id !== workspace.id),
  }));
  const undelete = async (): Promise<void> => {
    await changeWorkspace(workspace.id, 'undelete');
    await loadWorkspaces('first');
  };
  showToast({
    tone: 'success',
    text: `“${workspace.name}” is in the trash`,
    hint: 'It is kept for 30 days.',
    action: { label: 'Undo', run: () => attempt(undelete) },
  });
}

function replace(workspace: WorkspaceInfo): void {
  workspaceList.update((list) => ({
    ...list,
    workspaces: list.workspaces.map((other) =>
      other.id === workspace.id ? { ...other, ...workspace } : other,
    ),
  }));
}

/** True when the person has to sign in again, which is then under way. */
function failed(thrown: unknown): boolean {
  const out = asFailure(thrown).kind === 'unauthorized';
  if (out) loggedOut();
  return out;
}
