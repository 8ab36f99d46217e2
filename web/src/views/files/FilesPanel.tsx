import { useCallback, useMemo, useRef, useState } from 'react';
import { askNewFile } from '../../actions/fileActions';
import type { WorkspaceSession } from '../../actions/session';
import { attempt } from '../../actions/toasts';
import type { WorkspaceState } from '../../model/state';
import { ancestorsOf, buildTree, visibleRows, type TreeNode } from '../../model/tree';
import { treeAfter } from '../../model/treeAfter';
import { Button, Empty, IconButton, Spinner } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { PanelHead } from '../workspace/PanelHead';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { FileTree } from './FileTree';

const kOpenTopFoldersMax = 12;

type Files = NonNullable<WorkspaceState['files']>;

export function FilesPanel() {
  const session = useSession();
  const changes = useWorkspace((state) => state.treeChanges);
  const truncated = useWorkspace((state) => state.filesTruncated);
  const active = useStore(session.documents.store, (documents) => documents.active);
  const roots = useRoots(session, changes);
  const [toggled, setToggled] = useState<ReadonlyMap<string, boolean>>(new Map());

  const rows = useMemo(() => {
    if (roots === null) return [];
    const few = roots.length <= kOpenTopFoldersMax;
    const shown = new Set(active === null ? [] : ancestorsOf(active));
    const openByItself = (path: string): boolean => shown.has(path) || (few && !path.includes('/'));
    return visibleRows(roots, (path) => toggled.get(path) ?? openByItself(path));
  }, [roots, toggled, active]);

  const toggle = useCallback(
    (path: string, open: boolean) => setToggled((before) => new Map(before).set(path, open)),
    [],
  );

  return (
    <nav className="panel files" aria-label="Files">
      <PanelHead panel="files">
        <span className="grow" />
        <IconButton
          icon="retry"
          size="small"
          label="Read the tree again"
          onClick={() => attempt(() => session.loadTree())}
        />
        <IconButton
          icon="plus"
          size="small"
          label="New file"
          needs="editor"
          onClick={() => askNewFile(session, '')}
          data-testid="new-file"
        />
      </PanelHead>
      {truncated && (
        <div className="banner" data-kind="warn">
          The tree is very large: only its first part is listed.
        </div>
      )}
      <div className="panel-fill">
        {roots === null ? (
          <div className="centred-row muted">
            <Spinner label="Loading files" />
          </div>
        ) : rows.length === 0 ? (
          <NoFile />
        ) : (
          <FileTree rows={rows} active={active} onToggle={toggle} />
        )}
      </div>
    </nav>
  );
}

/** The tree for as many `changes` of its paths; a text that is written is none of them. */
function useRoots(session: WorkspaceSession, changes: number): readonly TreeNode[] | null {
  const known = useRef<{ files: Files; roots: readonly TreeNode[] } | null>(null);
  return useMemo(() => {
    const files = session.state.get()?.files ?? null;
    if (files === null) return null;
    const before = known.current;
    const roots =
      before === null ? buildTree(files.values()) : treeAfter(before.roots, before.files, files);
    known.current = { files, roots };
    return roots;
  }, [session, changes]);
}

function NoFile() {
  const session = useSession();
  return (
    <Empty
      icon="folder"
      title="An empty tree"
      action={
        <Button icon="plus" needs="editor" onClick={() => askNewFile(session, '')}>
          New file
        </Button>
      }
    >
      Make a file, or ask an agent to start: “@claude set up a project”.
    </Empty>
  );
}
