import type { MouseEvent } from 'react';
import { leadingLock } from '../../model/locks';
import type { TreeRow } from '../../model/tree';
import { Icon } from '../../ui/Icon';
import { IconButton } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { useSession, useWorkspace } from '../workspace/SessionContext';
import { Lookers } from '../people/Lookers';
import { LockBadge, sayLock } from './LockBadge';

interface FileRowProps {
  row: TreeRow;
  open: boolean;
  active: boolean;
  focusable: boolean;
  onActivate: () => void;
  /** Asks for the menu of the row, at the pointer. */
  onMenu: (event: MouseEvent<HTMLElement>) => void;
}

/**
 * One item of the tree. A tree owns nothing but its items: what else the row shows is said within
 * the item's name, and what can be done with it is a menu outside of the tree.
 */
export function FileRow({ row, open, active, focusable, onActivate, onMenu }: FileRowProps) {
  const session = useSession();
  const { node, depth } = row;
  const lock = useWorkspace((state) => leadingLock(state.locks, node.path));
  const fade = useStore(session.fades, (fades) => fades[node.path]);
  const dirty = useStore(session.documents.store, ({ open: docs }) => docs[node.path]?.dirty);
  const folder = node.kind === 'folder';
  return (
    <div
      className="file-row"
      data-active={active}
      style={{ paddingLeft: 8 + depth * 14 }}
      onContextMenu={onMenu}
    >
      <button
        type="button"
        className="file-name"
        role="treeitem"
        aria-haspopup="menu"
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
        <span className="truncate" title={node.path}>
          {node.name}
        </span>
        {dirty === true && <span className="unsaved" title="Unsaved edits" />}
        {lock !== undefined && <span className="visually-hidden">{sayLock(lock)}</span>}
      </button>
      <span className="file-tools" aria-hidden="true">
        <IconButton
          icon="more"
          size="small"
          label={`What to do with ${node.path}`}
          tabIndex={-1}
          onMouseDown={(event) => event.preventDefault()}
          onClick={onMenu}
          data-testid={`file-menu-${node.path}`}
        />
      </span>
      <span className="file-marks" aria-hidden="true">
        <Lookers path={node.path} />
        <LockBadge path={node.path} lock={lock} fade={fade} />
      </span>
    </div>
  );
}
