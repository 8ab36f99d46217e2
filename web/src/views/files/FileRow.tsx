import { askNewFile, askRename, removeFile } from '../../actions/fileActions';
import { leadingLock } from '../../model/locks';
import type { TreeRow } from '../../model/tree';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { Lookers } from '../people/Lookers';
import { LockBadge } from './LockBadge';

interface FileRowProps {
  row: TreeRow;
  open: boolean;
  active: boolean;
  focusable: boolean;
  onActivate: () => void;
}

export function FileRow({ row, open, active, focusable, onActivate }: FileRowProps) {
  const session = useSession();
  const { node, depth } = row;
  const lock = useWorkspace((state) => leadingLock(state.locks, node.path));
  const fade = useStore(session.fades, (fades) => fades[node.path]);
  const dirty = useStore(session.documents.store, ({ open: docs }) => docs[node.path]?.dirty);
  const folder = node.kind === 'folder';
  return (
    <div className="file-row" data-active={active} style={{ paddingLeft: 8 + depth * 14 }}>
      <button
        type="button"
        className="file-name"
        role="treeitem"
        aria-level={depth + 1}
        aria-selected={active}
        aria-expanded={folder ? open : undefined}
        tabIndex={focusable ? 0 : -1}
        onClick={onActivate}
        data-path={node.path}
        data-testid={`file-${node.path}`}
      >
        <span className="file-icon" data-kind={node.kind} data-open={open}>
          <Icon name={folder ? 'chevron' : 'file'} size={folder ? 12 : 14} />
        </span>
        <span className="truncate">{node.name}</span>
        {dirty === true && <span className="unsaved" title="Unsaved edits" />}
      </button>
      <span className="file-tools">
        {folder ? (
          <IconButton
            icon="plus"
            size="small"
            needs="editor"
            label={`New file in ${node.path}`}
            tabIndex={-1}
            onClick={() => askNewFile(session, node.path)}
          />
        ) : (
          <>
            <IconButton
              icon="pencil"
              size="small"
              needs="editor"
              label={`Rename ${node.path}`}
              tabIndex={-1}
              onClick={() => askRename(session, node.path)}
              data-testid={`rename-${node.path}`}
            />
            <IconButton
              icon="trash"
              size="small"
              needs="editor"
              label={`Delete ${node.path}`}
              tabIndex={-1}
              onClick={() => void removeFile(session, node.path)}
              data-testid={`remove-${node.path}`}
            />
          </>
        )}
      </span>
      <Lookers path={node.path} />
      <LockBadge path={node.path} lock={lock} fade={fade} />
    </div>
  );
}
