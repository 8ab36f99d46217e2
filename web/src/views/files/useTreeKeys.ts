import { useRef, useState, type KeyboardEvent } from 'react';
import { parentOf, type TreeNode, type TreeRow } from '../../model/tree';

/**
 * The keys of an ARIA tree: arrows, Home and End, and those that `more` has for a node, by names
 * such as `F2` and `Shift+F10`.
 */
export function useTreeKeys(
  rows: TreeRow[],
  active: string | null,
  onToggle: (path: string, open: boolean) => void,
  more: (node: TreeNode) => Record<string, () => void> = () => ({}),
) {
  const box = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState<string | null>(null);
  const found = rows.findIndex(({ node }) => node.path === (current ?? active));
  const index = Math.max(0, found);
  const isOpen = (at: number): boolean => (rows[at + 1]?.depth ?? 0) > (rows[at]?.depth ?? 0);
  const itemOf = (path: string): HTMLElement | null | undefined =>
    box.current?.querySelector<HTMLElement>(`[data-path="${CSS.escape(path)}"]`);
  const moveTo = (next: number): void => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, next))];
    if (row === undefined) return;
    setCurrent(row.node.path);
    // The row may only be drawn after the list has scrolled to it.
    requestAnimationFrame(() => itemOf(row.node.path)?.focus());
  };
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
      ...more(node),
    };
    const action = keys[event.shiftKey ? `Shift+${event.key}` : event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };
  const reveal = current === null ? undefined : index;
  return { box, index, isOpen, itemOf, setCurrent, onKeyDown, reveal };
}
