import { useState, type MouseEvent } from 'react';
import { askRename, openFile, removeFile } from '../../actions/fileActions';
import { fileMoves } from '../../actions/fileMenu';
import type { TreeNode, TreeRow } from '../../model/tree';
import { MenuList, type MenuPlace } from '../../ui/MenuList';
import { VirtualList } from '../../ui/VirtualList';
import { useSession } from '../workspace/SessionContext';
import { FileRow } from './FileRow';
import { useTreeKeys } from './useTreeKeys';

const kRowHeight = window.matchMedia('(pointer: coarse)').matches ? 36 : 26;

interface FileTreeProps {
  rows: TreeRow[];
  active: string | null;
  onToggle: (path: string, open: boolean) => void;
}

interface Asked {
  node: TreeNode;
  place: MenuPlace;
}

/**
 * The tree with the keys of an ARIA tree: arrows move, open and close; Enter opens; F2, Delete;
 * Shift+F10 or a right click for all that can be done with an item.
 */
export function FileTree({ rows, active, onToggle }: FileTreeProps) {
  const session = useSession();
  const [menu, setMenu] = useState<Asked | null>(null);
  const ask = (node: TreeNode): void => {
    const place = keys.itemOf(node.path)?.getBoundingClientRect();
    if (place !== undefined) setMenu({ node, place });
  };
  const keys = useTreeKeys(rows, active, onToggle, (node) => ({
    'Shift+F10': () => ask(node),
    ContextMenu: () => ask(node),
    ...(node.kind === 'file' && {
      F2: () => askRename(session, node.path),
      Delete: () => void removeFile(session, node.path),
    }),
  }));
  const askAt = (node: TreeNode, event: MouseEvent): void => {
    event.preventDefault();
    keys.setCurrent(node.path);
    const { clientX: x, clientY: y } = event;
    setMenu({ node, place: { left: x, right: x, top: y, bottom: y } });
  };
  return (
    <div ref={keys.box} className="tree-box">
      <VirtualList
        rows={rows}
        rowHeight={kRowHeight}
        keyOf={(row) => row.node.path}
        role="tree"
        label="Files"
        onKeyDown={keys.onKeyDown}
        reveal={keys.reveal}
        render={(row, at) => (
          <FileRow
            row={row}
            open={row.node.kind === 'folder' && keys.isOpen(at)}
            active={row.node.path === active}
            focusable={at === keys.index}
            onActivate={() => {
              keys.setCurrent(row.node.path);
              if (row.node.kind === 'folder') onToggle(row.node.path, !keys.isOpen(at));
              else openFile(session, row.node.path);
            }}
            onMenu={(event) => askAt(row.node, event)}
          />
        )}
      />
      {menu !== null && (
        <MenuList
          key={menu.node.path}
          label={`What to do with ${menu.node.path}`}
          items={fileMoves(session, menu.node)}
          place={() => menu.place}
          align="start"
          onClose={() => {
            setMenu(null);
            keys.itemOf(menu.node.path)?.focus();
          }}
        />
      )}
    </div>
  );
}
