import { useMemo } from 'react';
import { openFile } from '../../actions/fileActions';
import { closePrompt } from '../../actions/prompts';
import type { WorkspaceSession } from '../../actions/session';
import { nameOf, parentOf } from '../../model/tree';
import { useStore } from '../../ui/useStore';
import { Palette } from './Palette';

/** Finds a file by its name among those that there are now, also while they are still coming. */
export function FilePalette({ session }: { session: WorkspaceSession }) {
  const files = useStore(session.state, (state) => state?.files);
  const items = useMemo(
    () =>
      Object.values(files ?? {})
        .filter((entry) => entry.kind === 'file')
        .map(({ path }) => ({
          id: path,
          text: path,
          title: nameOf(path),
          detail: parentOf(path),
          run: () => openFile(session, path),
        })),
    [files, session],
  );
  return (
    <Palette label="Open a file" placeholder="File name" items={items} onClose={closePrompt} />
  );
}
