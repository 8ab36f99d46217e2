import { useRef, useState, type KeyboardEvent } from 'react';
import { askRename, openFile, removeFile } from '../../actions/fileActions';
import { parentOf, type TreeRow } from '../../model/tree';
import { VirtualList } from '../../ui/VirtualList';
import { useSession } from '../workspace/SessionContext';
import { FileRow } from './FileRow';

const kRowHeight = window.matchMedia('(pointer: coarse)').matches ? 36 : 26;

interface FileTreeProps {
  rows: TreeRow[];
  active: string | null;
  onToggle: (path: string, open: boolean) => void;
}

/** The tree with the keys of an ARIA tree: arrows move, open and close; Enter opens; F2, Delete. */
export function FileTree({ rows, active, onToggle }: FileTreeProps) {
  const session = useSession();
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const found = rows.findIndex(({ node }) => node.path === (current ?? active));
  const index = Math.max(0, found);

  const moveTo = (next: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, next))];
    if (row === undefined) return;
    setCurrent(row.node.path);
    // The row may only be drawn after the list has scrolled to it.
    requestAnimationFrame(() => {
      const selector = `[data-path="${CSS.escape(row.node.path)}"]`;
      box.current?.querySelector<HTMLElement>(selector)?.focus();
    });
  };

  const isOpen = (at: number): boolean => (rows[at + 1]?.depth ?? 0) > (rows[at]?.depth ?? 0);

  const onKeyDown = (event: KeyboardEvent): void => {
    const node = rows[index]?.node;
    if (node === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const open = node.kind === 'folder' && isOpen(index);
    const keys: Record<string, () => void> = {
      ArrowDown: () => moveTo(index + 1),
      ArrowUp: () => moveTo(index - 1),
      Home: () => moveTo(0),
      End: () => moveTo(rows.length - 1),
      ArrowRight: () =>
        node.kind === 'file' || open ? moveTo(index + 1) : onToggle(node.path, true),
      ArrowLeft: () =>
        open
          ? onToggle(node.path, false)
          : moveTo(rows.findIndex((row) => row.node.path === parentOf(node.path))),
      F2: () => node.kind === 'file' && askRename(session, node.path),
      Delete: () => void (node.kind === 'file' && removeFile(session, node.path)),
    };
    const action = keys[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  return (
    <div ref={box} className="tree-box">
      <VirtualList
        rows={rows}
        rowHeight={kRowHeight}
        keyOf={(row) => row.node.path}
        role="tree"
        label="Files"
        onKeyDown={onKeyDown}
        reveal={current === null ? undefined : index}
        render={(row, at) => (
          <FileRow
            row={row}
            open={row.node.kind === 'folder' && isOpen(at)}
            active={row.node.path === active}
            focusable={at === index}
            onActivate={() => {
              setCurrent(row.node.path);
              if (row.node.kind === 'folder') onToggle(row.node.path, !isOpen(at));
              else openFile(session, row.node.path);
            }}
          />
        )}
      />
    </div>
  );
}
