import type { TreeEntry } from '../protocol/entities';
import type { PathMap } from './pathMap';
import { buildTree, order, type Named, type TreeNode } from './tree';

type Nodes = readonly TreeNode[];
type Kind = TreeNode['kind'];

/** More at once make the tree anew, which takes some 25 ms for 50,000 files. */
const kChangesMax = 500;

/** The tree of `after`, where `roots` is that of `before`. */
export function treeAfter(
  roots: Nodes,
  before: PathMap<TreeEntry>,
  after: PathMap<TreeEntry>,
): Nodes {
  let tree = roots;
  let changes = 0;
  for (const [path, was, is] of before.changesTo(after)) {
    if (was?.kind === is?.kind) continue;
    if (++changes > kChangesMax) return buildTree(after.values());
    const names = path.split('/');
    const isFolder = (at: string): boolean => after.get(at)?.kind === 'folder';
    if (was !== undefined) tree = without(tree, '', names, was.kind, isFolder);
    if (is !== undefined) tree = withNode(tree, '', names, is.kind);
  }
  return tree;
}

/** Where among its siblings something is, or would be. */
function placeOf(nodes: Nodes, wanted: Named): { at: number; found?: TreeNode } {
  let low = 0;
  let high = nodes.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const node = nodes[middle];
    const side = node === undefined ? 0 : order(node, wanted);
    if (side === 0 && node !== undefined) return { at: middle, found: node };
    if (side < 0) low = middle + 1;
    else high = middle;
  }
  return { at: low };
}

/** The nodes below `parent` with what `names` lead to; folders on the way are made up. */
function withNode(nodes: Nodes, parent: string, names: string[], kind: Kind): Nodes {
  const [name = '', ...rest] = names;
  const leads = rest.length > 0;
  const path = parent === '' ? name : `${parent}/${name}`;
  const own = leads ? 'folder' : kind;
  const { at, found } = placeOf(nodes, { kind: own, name });
  if (!leads && found !== undefined) return nodes;
  const node: TreeNode = found ?? { path, name, kind: own, children: [] };
  const children = leads ? withNode(node.children, path, rest, kind) : node.children;
  if (found === undefined) return nodes.toSpliced(at, 0, { ...node, children });
  return children === node.children ? nodes : nodes.with(at, { ...node, children });
}

/** The nodes without what `names` lead to, nor made-up folders in which nothing is left. */
function without(
  nodes: Nodes,
  parent: string,
  names: string[],
  kind: Kind,
  isFolder: (path: string) => boolean,
): Nodes {
  const [name = '', ...rest] = names;
  const leads = rest.length > 0;
  const path = parent === '' ? name : `${parent}/${name}`;
  const { at, found } = placeOf(nodes, { kind: leads ? 'folder' : kind, name });
  if (found === undefined) return nodes;
  const left = leads ? without(found.children, path, rest, kind, isFolder) : found.children;
  const stays = left.length > 0 || (leads && (left === found.children || isFolder(path)));
  if (!stays) return nodes.toSpliced(at, 1);
  return left === found.children ? nodes : nodes.with(at, { ...found, children: left });
}
