import { describe, expect, it } from 'vitest';
import type { TaskChanges, TaskHunk } from '../protocol/entities';
import {
  blocksOfFile,
  concernsReview,
  countsOf,
  hunkPlaces,
  keepSame,
  linesOf,
  pairsOf,
  placeAfter,
  stepPlace,
  totalsOf,
  type ReviewedFile,
} from './review';

const hunk = (id: string, line: number, removed: string, added: string): TaskHunk => ({
  id,
  kind: 'lines',
  accepted: false,
  line,
  ...(removed === '' ? {} : { removed }),
  ...(added === '' ? {} : { added }),
});

const file = (path: string, ...hunks: TaskHunk[]): ReviewedFile => ({ path, version: 7, hunks });

const numbered = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `line ${index + 1}`);

/** What the blocks say of the file without the task, and of the file as it is. */
function sides(blocks: ReturnType<typeof blocksOfFile>) {
  const lines = blocks.flatMap((block) => (block.kind === 'gap' ? [] : block.lines));
  return {
    old: lines.filter(({ kind }) => kind !== 'added').map((each) => [each.old, each.text]),
    now: lines.filter(({ kind }) => kind !== 'removed').map((each) => [each.new, each.text]),
  };
}

describe('the blocks of a file', () => {
  it('number every line as in the file that it is of', () => {
    const before = numbered(60);
    // Two lines go at 10, three come at 30, one gives way to one at 50.
    const after = before
      .toSpliced(49, 1, 'changed')
      .toSpliced(29, 0, 'new a', 'new b', 'new c')
      .toSpliced(9, 2);
    const changed = file(
      'a',
      hunk('1', 10, 'line 10\nline 11\n', ''),
      hunk('2', 28, '', 'new a\nnew b\nnew c\n'),
      hunk('3', 51, 'line 50\n', 'changed\n'),
    );
    const blocks = blocksOfFile(changed, `${after.join('\n')}\n`);
    const { old, now } = sides(blocks);
    for (const [number, text] of old)
      expect(before[Number(number) - 1], `old ${number}`).toBe(text);
    for (const [number, text] of now) expect(after[Number(number) - 1], `new ${number}`).toBe(text);
    const hidden = blocks.reduce((sum, block) => sum + (block.kind === 'gap' ? block.count : 0), 0);
    expect(hidden + now.length).toBe(after.length);
    expect(new Set(blocks.map(({ key }) => key)).size).toBe(blocks.length);
  });

  it('show lines between close hunks once', () => {
    const text = numbered(12).join('\n');
    const blocks = blocksOfFile(
      file('a', hunk('1', 4, 'x\n', 'line 4\n'), hunk('2', 8, '', 'line 8\n')),
      text,
    );
    expect(sides(blocks).now.map(([number]) => number)).toEqual([
      1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ]);
    expect(blocks.at(-1)).toMatchObject({ kind: 'gap', count: 1 });
  });

  it('are the hunks alone where the text is not known', () => {
    const blocks = blocksOfFile(file('a', hunk('1', 4, 'x\n', 'y\n')));
    expect(blocks.map(({ kind }) => kind)).toEqual(['hunk']);
  });

  it('do not guess what follows a hunk that was cut', () => {
    const cut: TaskHunk = { ...hunk('1', 2, '', 'line 2\n'), cut: true };
    const blocks = blocksOfFile(file('a', cut), numbered(30).join('\n'));
    expect(blocks.map(({ kind }) => kind)).toEqual(['context', 'hunk']);
  });

  it('hold for random edits', () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = (seed * 1_664_525 + 1_013_904_223) >>> 0;
      return seed % below;
    };
    for (let round = 0; round < 300; round++) {
      const before = numbered(random(40));
      const after: string[] = [];
      const hunks: TaskHunk[] = [];
      for (let at = 0; at < before.length;) {
        if (random(4) > 0) {
          after.push(before[at++]!);
          continue;
        }
        const gone = before.slice(at, at + random(3));
        const come = numbered(random(3)).map((text) => `${text} of ${at}`);
        if (gone.length + come.length > 0) {
          const text = (lines: string[]): string => lines.map((line) => `${line}\n`).join('');
          hunks.push(hunk(`h${at}`, after.length + 1, text(gone), text(come)));
        }
        after.push(...come);
        at += gone.length;
        if (at < before.length) after.push(before[at++]!);
      }
      const { old, now } = sides(
        blocksOfFile(file('a', ...hunks), after.map((line) => `${line}\n`).join('')),
      );
      for (const [number, text] of old) expect(before[Number(number) - 1], `${round}`).toBe(text);
      for (const [number, text] of now) expect(after[Number(number) - 1], `${round}`).toBe(text);
    }
  });
});

describe('a review', () => {
  const files = [
    file('a', hunk('1', 1, 'x\ny\n', 'z\n'), { ...hunk('2', 9, '', 'n\n'), accepted: true }),
    file('b', { id: '3', kind: 'created', accepted: false, added: 'one\ntwo' }),
    file('c', { id: '4', kind: 'mode', accepted: false, removed: '644', added: '755' }),
  ];

  it('counts lines and what is accepted', () => {
    expect(files.map(countsOf)).toEqual([
      { added: 2, removed: 2, hunks: 2, accepted: 1 },
      { added: 2, removed: 0, hunks: 1, accepted: 0 },
      { added: 0, removed: 0, hunks: 1, accepted: 0 },
    ]);
    expect(totalsOf(files)).toEqual({ added: 4, removed: 2, hunks: 4, accepted: 1 });
    expect(linesOf('a\n\n')).toEqual(['a', '']);
  });

  it('is walked from hunk to hunk over files, and stops at its ends', () => {
    const places = hunkPlaces(files);
    expect(stepPlace(places, null, 1)).toEqual({ path: 'a', hunk: '1' });
    expect(stepPlace(places, { path: 'a', hunk: '2' }, 1)).toEqual({ path: 'b', hunk: '3' });
    expect(stepPlace(places, { path: 'c', hunk: '4' }, 1)).toEqual({ path: 'c', hunk: '4' });
    expect(stepPlace(places, { path: 'a', hunk: '1' }, -1)).toEqual({ path: 'a', hunk: '1' });
    expect(stepPlace([], null, 1)).toBeNull();
  });

  it('goes on at what followed a hunk that has gone', () => {
    const before = hunkPlaces(files);
    const at = { path: 'a', hunk: '2' };
    const now = before.filter(({ hunk: id }) => id !== '2');
    expect(placeAfter(before, now, at)).toEqual({ path: 'b', hunk: '3' });
    expect(placeAfter(before, now.slice(0, 1), at)).toEqual({ path: 'a', hunk: '1' });
    expect(placeAfter(before, [], at)).toBeNull();
    expect(placeAfter(before, before, at)).toEqual(at);
  });

  it('keeps what is the same as the same object', () => {
    const before: TaskChanges = { task: 't', files, refused: [] };
    const again = structuredClone(before);
    again.files[1]!.hunks[0]!.accepted = true;
    const kept = keepSame(before, again);
    expect(kept.files[0]).toBe(files[0]);
    expect(kept.files[1]).not.toBe(files[1]);
    const moved = structuredClone(before);
    moved.files[0]!.version = 8;
    expect(keepSame(before, moved).files[0]).not.toBe(files[0]);
  });

  it.each([
    ['file_edit', { path: 'a' }, undefined, true],
    ['file_edit', { path: 'refused' }, undefined, true],
    ['file_edit', { path: 'new', from: 'b' }, undefined, true],
    ['file_edit', { path: 'elsewhere' }, undefined, false],
    ['file_edit', { path: 'elsewhere' }, 't', true],
    ['hunks_accepted', { path: 'a', hunks: [] }, 't', true],
    ['hunks_accepted', { path: 'a', hunks: [] }, 'other', false],
    ['tree_restored', { paths: [] }, undefined, true],
    ['task_finished', {}, 'other', false],
    ['lock_acquired', { path: 'a' }, 't', false],
  ])('after %s of %j by %s: %s', (type, data, task, concerned) => {
    const changes: TaskChanges = { task: 't', files, refused: [{ path: 'refused', why: '' }] };
    const event = { seq: 1, ts: '', actor: 'user:a', type, data, ...(task && { task }) };
    expect(concernsReview(event, 't', changes)).toBe(concerned);
  });
});

describe('side by side', () => {
  it('what went stands beside what came', () => {
    const [block] = blocksOfFile(file('a', hunk('1', 1, 'x\n', 'y\nz\n')));
    if (block?.kind !== 'hunk') throw new Error('no hunk');
    const rows = pairsOf(block.lines).map(({ left, right }) => [left?.text, right?.text]);
    expect(rows).toEqual([
      ['x', 'y'],
      [undefined, 'z'],
    ]);
    const same = { kind: 'same', text: 's', old: 1, new: 1 } as const;
    expect(pairsOf([same])).toEqual([{ left: same, right: same }]);
  });
});
