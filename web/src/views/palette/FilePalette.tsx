import { useMemo } from 'react';
import { openFile } from '../../actions/fileActions';
import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { filePathsOf } from '../../model/files';
import { fileAndLine } from '../../model/search';
import { nameOf, parentOf } from '../../model/tree';
import { useStore } from '../../ui/useStore';
import { Palette } from './Palette';

/** Finds a file by its name among those that there are now, also while they are still coming. */
export function FilePalette({ session }: { session: WorkspaceSession }) {
  const changes = useStore(session.state, (state) => state?.treeChanges);
  const paths = useMemo(() => filePathsOf(session.state.get()?.files ?? null), [session, changes]);
  const { tabs } = useStore(session.documents.store);
  const items = useMemo(() => {
    const open = new Set(tabs);
    // Equal matches keep their order: what is open, the newest first, comes before the rest.
    const closed = paths.filter((path) => !open.has(path));
    return [...tabs.toReversed(), ...closed].map((path) => ({
      id: path,
      text: path,
      title: nameOf(path),
      detail: parentOf(path),
      run: (typed: string) => openFile(session, path, fileAndLine(typed).line),
    }));
  }, [paths, tabs, session]);
  return (
    <Palette
      label="Open a file"
      placeholder="File name, and :12 for a line"
      items={items}
      matchOf={(typed) => fileAndLine(typed).name}
      onClose={closePrompt}
    />
  );
}
