import { useMemo, useState } from 'react';
import type { LockInfo } from '../../protocol/entities';
import { shortName, toneOf } from '../../model/format';
import { groupLocks, leadingLock } from '../../model/locks';
import { buildTree, visibleRows, type TreeRow } from '../../model/tree';
import { Icon } from '../../ui/Icon';
import { Empty } from '../../ui/controls';
import { useStore } from '../../ui/useStore';
import { VirtualList } from '../../ui/VirtualList';
import { useMoment, useTimeline } from './TimelineContext';
import { useTreeKeys } from '../files/useTreeKeys';

const kRowHeight = window.matchMedia('(pointer: coarse)').matches ? 36 : 26;

/** The project's files as they were, and who held which lock. */
export function PastFiles() {
  const timeline = useTimeline();
  const { seq, files, at } = useMoment();
  const active = useStore(timeline.path);
  const [closed, setClosed] = useState<ReadonlySet<string>>(new Set());
  const roots = useMemo(() => {
    return buildTree([...files.values()].map((file) => ({ ...file, kind: 'file' as const })));
  }, [files]);
  const rows = useMemo(() => visibleRows(roots, (path) => !closed.has(path)), [roots, closed]);
  const locks = useMemo(
    () => groupLocks(at.locks.map((lock): LockInfo => ({ ...lock, expires_at: '' }))),
    [at.locks],
  );
  const toggle = (path: string, open: boolean): void =>
    setClosed((before) => {
      const after = new Set(before);
      if (open) after.delete(path);
      else after.add(path);
      return after;
    });
  const keys = useTreeKeys(rows, active, toggle);
  return (
    <section className="panel past-files" aria-label="Files, then">
      <div className="panel-head">
        <h2>Files</h2>
        <span className="grow" />
        <span className="faint num">{files.size}</span>
      </div>
      <div className="panel-fill" ref={keys.box}>
        {rows.length === 0 ? (
          <Empty icon="folder" title="There was no file yet" />
        ) : (
          <VirtualList
            rows={rows}
            rowHeight={kRowHeight}
            keyOf={(row) => row.node.path}
            role="tree"
            label="Files as they were"
            onKeyDown={keys.onKeyDown}
            reveal={keys.reveal}
            render={(row, index) => (
              <Row
                row={row}
                open={keys.isOpen(index)}
                active={row.node.path === active}
                changed={files.get(row.node.path)?.version === seq}
                focusable={index === keys.index}
                lock={leadingLock(locks, row.node.path) ?? leadingLock(locks, `${row.node.path}/`)}
                onActivate={() => {
                  keys.setCurrent(row.node.path);
                  if (row.node.kind === 'folder') toggle(row.node.path, !keys.isOpen(index));
                  else timeline.path.set(row.node.path);
                }}
              />
            )}
          />
        )}
      </div>
    </section>
  );
}

function Row(props: {
  row: TreeRow;
  open: boolean;
  active: boolean;
  changed: boolean;
  focusable: boolean;
  lock: LockInfo | undefined;
  onActivate: () => void;
}) {
  const { node, depth } = props.row;
  const folder = node.kind === 'folder';
  return (
    <div className="file-row" data-active={props.active} style={{ paddingLeft: 8 + depth * 14 }}>
      <button
        type="button"
        className="file-name"
        role="treeitem"
        aria-level={depth + 1}
        aria-selected={props.active}
        aria-expanded={folder ? props.open : undefined}
        tabIndex={props.focusable ? 0 : -1}
        onClick={props.onActivate}
        data-path={node.path}
        data-testid={`past-file-${node.path}`}
      >
        <span className="file-icon" data-kind={node.kind} data-open={props.open}>
          <Icon name={folder ? 'chevron' : 'file'} size={folder ? 12 : 14} />
        </span>
        <span className="truncate">{node.name}</span>
        {props.changed && <span className="past-changed">changed</span>}
      </button>
      {props.lock !== undefined && <Lock lock={props.lock} />}
    </div>
  );
}

function Lock({ lock }: { lock: LockInfo }) {
  const who = shortName(lock.holder);
  const what = lock.mode === 'write' ? 'writes' : 'reads';
  return (
    <span
      className="lock-badge"
      data-tone={toneOf(lock.holder)}
      data-mode={lock.mode}
      title={`${who} ${what} ${lock.path}`}
      data-testid={`past-lock-${lock.path}`}
    >
      <Icon name={lock.mode === 'write' ? 'lock' : 'eye'} size={11} />
      <span className="truncate">{who}</span>
    </span>
  );
}
