import { describe, expect, it } from 'vitest';
import { filesFrom } from './files';
import { edited, fresh, play } from './testing';
import { ancestorsOf, buildTree, pathProblem, visibleRows } from './tree';

const file = (path: string, version = 3) => ({ path, kind: 'file' as const, version });
const loaded = {
  ...fresh,
  files: filesFrom([
    file('a.ts'),
    file('src/b.ts'),
    file('src/deep/c.ts'),
    { path: 'src', kind: 'folder' },
  ]),
};
const pathsAfter = (...happenings: ReturnType<typeof edited>[]) =>
  [...(play(loaded, happenings).files?.values() ?? [])].map(({ path }) => path).toSorted();

describe('the tree', () => {
  it.each([
    ['a text is written', edited('write', 'a.ts'), 0],
    ['a file is created', edited('create', 'new.ts'), 1],
    ['a file is written that is not known', edited('write', 'src/new.ts'), 1],
    ['one goes', edited('remove', 'a.ts'), 1],
    ['one moves', edited('move', 'z.ts', { from: 'a.ts' }), 1],
  ])('is another one or not: %s', (_name, happening, changes) =>
    expect(play(loaded, [happening]).treeChanges - loaded.treeChanges).toBe(changes),
  );
});

describe('the list of files', () => {
  it('stays unknown until it has been read', () => {
    expect(play(fresh, [edited('create', 'x')]).files).toBeNull();
  });

  it.each([
    ['create', edited('create', 'new.ts'), ['a.ts', 'new.ts', 'src', 'src/b.ts', 'src/deep/c.ts']],
    ['remove', edited('remove', 'a.ts'), ['src', 'src/b.ts', 'src/deep/c.ts']],
    ['remove a folder', edited('remove', 'src'), ['a.ts']],
    [
      'remove what is not there',
      edited('remove', 'sr'),
      ['a.ts', 'src', 'src/b.ts', 'src/deep/c.ts'],
    ],
    [
      'move',
      edited('move', 'z.ts', { from: 'a.ts' }),
      ['src', 'src/b.ts', 'src/deep/c.ts', 'z.ts'],
    ],
    [
      'move a folder',
      edited('move', 'lib', { from: 'src' }),
      ['a.ts', 'lib', 'lib/b.ts', 'lib/deep/c.ts'],
    ],
    [
      'move over another',
      edited('move', 'a.ts', { from: 'src/b.ts' }),
      ['a.ts', 'src', 'src/deep/c.ts'],
    ],
    [
      'move of an unknown',
      edited('move', 'n', { from: 'm' }),
      ['a.ts', 'n', 'src', 'src/b.ts', 'src/deep/c.ts'],
    ],
  ])('%s', (_name, happening, expected) => {
    expect(pathsAfter(happening)).toEqual(expected);
  });

  it('a version is the seq of the last change', () => {
    const after = play(loaded, [
      edited('write', 'a.ts', { size: 9 }),
      edited('move', 'b', { from: 'a.ts' }),
    ]);
    expect(after.files?.get('b')).toMatchObject({ version: 12, size: 9 });
    expect(after.lastEdits.get('b')).toMatchObject({ seq: 12, actor: 'agent:claude', op: 'move' });
  });
});

describe('the tree', () => {
  it('makes up missing folders, folders first, numbers in order', () => {
    const tree = buildTree([file('z/10.md'), file('z/9.md'), file('A.md'), file('b/c/d.md')]);
    const rows = visibleRows(tree, () => true).map(({ node, depth }) => `${depth}${node.path}`);
    expect(rows).toEqual(['0b', '1b/c', '2b/c/d.md', '0z', '1z/9.md', '1z/10.md', '0A.md']);
  });

  it('hides what is under a closed folder', () => {
    const rows = visibleRows(buildTree(loaded.files.values()), (path) => path === 'src');
    expect(rows.map(({ node }) => node.path)).toEqual(['src', 'src/deep', 'src/b.ts', 'a.ts']);
  });

  it('knows the folders above a path', () => {
    expect(ancestorsOf('a/b/c.ts')).toEqual(['a', 'a/b']);
    expect(ancestorsOf('c.ts')).toEqual([]);
  });
});

describe('a path for a new file', () => {
  it.each(['', ' ', '/a', 'a/', 'a//b', '../a', 'a/./b', 'a/..', ' a', 'a '])(
    'refuses %j',
    (path) => {
      expect(pathProblem(path)).toBeTypeOf('string');
    },
  );
  it.each(['a', 'a/b.ts', '.env', 'a b/c', '...'])('allows %j', (path) => {
    expect(pathProblem(path)).toBeUndefined();
  });
});
