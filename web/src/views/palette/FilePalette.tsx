import { useMemo } from 'react';
import { openFile } from '../../actions/fileActions';
import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { fileAndLine } from '../../model/search';
import { nameOf, parentOf } from '../../model/tree';
import { useStore } from '../../ui/useStore';
import { Palette } from './Palette';

/** Finds a file by its name among those that there are now, also while they are still coming. */
export function FilePalette({ session }: { session: WorkspaceSession }) {
  const files = useStore(session.state, (state) => state?.files);
  const { tabs } = useStore(session.documents.store);
  const items = useMemo(() => {
    const open = new Set(tabs);
    // Equal matches keep their order: what is open, the newest first, comes before the rest.
    const closed = Object.values(files ?? {})
      .filter((entry) => entry.kind === 'file' && !open.has(entry.path))
      .map(({ path }) => path);
    return [...tabs.toReversed(), ...closed].map((path) => ({
      id: path,
      text: path,
      title: nameOf(path),
      detail: parentOf(path),
      run: (typed: string) => openFile(session, path, fileAndLine(typed).line),
    }));
  }, [files, tabs, session]);
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
