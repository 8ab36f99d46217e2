import type { TreeEntry } from '../protocol/entities';

type Kind = TreeEntry['kind'];

/** Never changed: another path makes other nodes of the folders above it, and shares the rest. */
export interface TreeNode {
  path: string;
  name: string;
  kind: Kind;
  children: readonly TreeNode[];
}

export interface TreeRow {
  node: TreeNode;
  depth: number;
}

interface GrowingNode extends TreeNode {
  children: GrowingNode[];
}

/** The folders and files as a tree: folders first, then by name. Missing parents are made up. */
export function buildTree(files: Iterable<TreeEntry>): readonly TreeNode[] {
  const roots: GrowingNode[] = [];
  const folders = new Map<string, GrowingNode>();

  const siblingsOf = (path: string): GrowingNode[] => {
    const parent = parentOf(path);
    return parent === '' ? roots : folderAt(parent).children;
  };
  const folderAt = (path: string): GrowingNode => {
    const known = folders.get(path);
    if (known !== undefined) return known;
    const folder: GrowingNode = { path, name: nameOf(path), kind: 'folder', children: [] };
    folders.set(path, folder);
    siblingsOf(path).push(folder);
    return folder;
  };

  for (const { path, kind } of files) {
    if (kind === 'folder') folderAt(path);
    else siblingsOf(path).push({ path, name: nameOf(path), kind, children: [] });
  }
  sortDeep(roots);
  return roots;
}

const collator = new Intl.Collator('en', { numeric: true, sensitivity: 'base' });

export type Named = Pick<TreeNode, 'kind' | 'name'>;

/** Zero only for the same name of the same kind. */
export function order(a: Named, b: Named): number {
  if (a.kind !== b.kind) return a.kind === 'folder' ? -1 : 1;
  if (a.name === b.name) return 0;
  return collator.compare(a.name, b.name) || (a.name < b.name ? -1 : 1);
}

function sortDeep(nodes: GrowingNode[]): void {
  nodes.sort(order);
  for (const node of nodes) sortDeep(node.children);
}

/** What is on the screen: the rows of open folders, top to bottom. */
export function visibleRows(
  roots: readonly TreeNode[],
  isOpen: (path: string) => boolean,
): TreeRow[] {
  const rows: TreeRow[] = [];
  const visit = (nodes: readonly TreeNode[], depth: number): void => {
    for (const node of nodes) {
      rows.push({ node, depth });
      if (node.kind === 'folder' && isOpen(node.path)) visit(node.children, depth + 1);
    }
  };
  visit(roots, 0);
  return rows;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf('/');
  return slash < 0 ? '' : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** Every folder above `path`, outermost first. */
export function ancestorsOf(path: string): string[] {
  const parent = parentOf(path);
  return parent === '' ? [] : [...ancestorsOf(parent), parent];
}

/** Why `path` cannot name a file, or undefined when it can. The server decides in the end. */
export function pathProblem(path: string): string | undefined {
  if (path.trim() === '') return 'Give the file a name.';
  if (path !== path.trim()) return 'A path does not start or end with a space.';
  if (path.startsWith('/')) return 'A path is relative to the project: no leading “/”.';
  if (path.endsWith('/')) return 'A path names a file: no trailing “/”.';
  const parts = path.split('/');
  if (parts.some((part) => part === '')) return 'A path has no empty part (“//”).';
  if (parts.some((part) => part === '.' || part === '..')) return 'A path has no “.” or “..”.';
  return undefined;
}
