import { describe, expect, it } from 'vitest';
import type { TreeEntry } from '../protocol/entities';
import { filesFrom } from './files';
import { buildTree, type TreeNode } from './tree';
import { treeAfter } from './treeAfter';

/** Numbers that look like chance and are the same each time (xorshift32). */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

const kNames = ['a', 'A', 'b2', 'b10', 'ä', 'src', 'Z', '__proto__'];
const entry = (path: string, kind: TreeEntry['kind']): TreeEntry => ({ path, kind });

describe('the tree after some changes', () => {
  it('is the one that is built anew', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const below = chance(seed * 7919);
      const anyPath = (): string =>
        Array.from({ length: 1 + below(4) }, () => kNames[below(kNames.length)]).join('/');
      let files = filesFrom([]);
      let tree: readonly TreeNode[] = buildTree(files.values());
      for (let step = 0; step < 60; step++) {
        const before = files;
        for (let times = below(4); times >= 0; times--) {
          const path = anyPath();
          const act = below(5);
          if (act < 2) files = files.with(path, entry(path, 'file'));
          else if (act === 2) files = files.with(path, entry(path, 'folder'));
          else if (act === 3) files = files.without(path);
          else files = files.withoutAll((at) => at === path || at.startsWith(`${path}/`));
        }
        tree = treeAfter(tree, before, files);
        expect(tree, `seed ${seed}, step ${step}`).toEqual(buildTree(files.values()));
      }
    }
  });

  it('shares what has not changed, and is built anew for a great change', () => {
    const files = filesFrom(
      Array.from({ length: 3_000 }, (_, at) => entry(`part${at % 3}/file${at}`, 'file')),
    );
    const tree = buildTree(files.values());
    const one = files.with('part1/new', entry('part1/new', 'file'));
    const after = treeAfter(tree, files, one);
    expect(after[0]).toBe(tree[0]);
    expect(after[1]).not.toBe(tree[1]);
    expect(treeAfter(after, one, one)).toBe(after);
    const written = one.with('part1/new', { ...entry('part1/new', 'file'), version: 9 });
    expect(treeAfter(after, one, written)).toBe(after);
    const few = files.withoutAll((path) => !path.startsWith('part2/'));
    expect(treeAfter(tree, files, few)).toEqual(buildTree(few.values()));
  });
});
