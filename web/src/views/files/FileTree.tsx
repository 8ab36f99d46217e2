import { askRename, openFile, removeFile } from '../../actions/fileActions';
import type { TreeRow } from '../../model/tree';
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

/** The tree with the keys of an ARIA tree: arrows move, open and close; Enter opens; F2, Delete. */
export function FileTree({ rows, active, onToggle }: FileTreeProps) {
  const session = useSession();
  const keys = useTreeKeys(rows, active, onToggle, (node) =>
    node.kind === 'folder'
      ? {}
      : {
          F2: () => askRename(session, node.path),
          Delete: () => void removeFile(session, node.path),
        },
  );
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
          />
        )}
      />
    </div>
  );
}
