import { whyNot } from '../model/roles';
import type { TreeNode } from '../model/tree';
import { askNewFile, askRename, openFile, removeFile, toggleOwnLock } from './fileActions';
import type { WorkspaceSession } from './session';
import { attempt, showToast } from './toasts';

interface FileMove {
  label: string;
  run: () => void;
  keys?: string;
  disabled?: boolean;
  title?: string | undefined;
  testId?: string;
}

/** What can be done with a file or folder of the tree, in the words of a menu. */
export function fileMoves(session: WorkspaceSession, { path, kind }: TreeNode): FileMove[] {
  const why = whyNot(session.you.get()?.role ?? 'viewer', 'editor');
  const edits = (move: FileMove): FileMove => ({
    ...move,
    disabled: why !== undefined,
    title: why,
  });
  const copy: FileMove = { label: 'Copy its path', run: () => attempt(() => copyPath(path)) };
  if (kind === 'folder') {
    const create = edits({
      label: 'New file in it…',
      run: () => askNewFile(session, path),
      testId: 'menu-new-file',
    });
    return [create, copy];
  }
  const mine = session.locks.tokens.get()[path] !== undefined;
  return [
    { label: 'Open', keys: 'Enter', run: () => openFile(session, path) },
    edits({
      label: 'Rename or move…',
      keys: 'F2',
      run: () => askRename(session, path),
      testId: 'menu-rename',
    }),
    edits({
      label: mine ? 'Unlock' : 'Lock for me',
      run: () => void toggleOwnLock(session, path),
      testId: 'menu-lock',
    }),
    copy,
    edits({
      label: 'Delete',
      keys: 'Del',
      run: () => void removeFile(session, path),
      testId: 'menu-remove',
    }),
  ];
}

async function copyPath(path: string): Promise<void> {
  await navigator.clipboard.writeText(path);
  showToast({ tone: 'success', text: `Copied ${path}` });
}
