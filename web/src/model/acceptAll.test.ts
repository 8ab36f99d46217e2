import { describe, expect, it } from 'vitest';
import { callsToAccept, notAccepted } from './acceptAll';
import type { ReviewedFile } from './review';

const file = (path: string, count: number, accepted = 0): ReviewedFile => ({
  path,
  version: count,
  hunks: Array.from({ length: count }, (_, index) => ({
    id: `${path}${index}`,
    kind: 'lines',
    accepted: index < accepted,
  })),
});

describe('accepting all', () => {
  it('names what is not accepted, each piece once, within the limits of a call', () => {
    const files = [file('a', 3, 1), file('b', 2, 2), file('c', 7), file('d', 1)];
    const calls = callsToAccept(files, { files: 2, hunks: 3 });
    expect(calls).toEqual([
      [
        { path: 'a', version: 3, hunks: ['a1', 'a2'] },
        { path: 'c', version: 7, hunks: ['c0', 'c1', 'c2'] },
      ],
      [
        { path: 'c', version: 7, hunks: ['c3', 'c4', 'c5'] },
        { path: 'c', version: 7, hunks: ['c6'] },
      ],
      [{ path: 'd', version: 1, hunks: ['d0'] }],
    ]);
    expect(callsToAccept([file('a', 2, 2)], { files: 2, hunks: 3 })).toEqual([]);
  });

  it('is one call for a review of five hundred files', () => {
    const files = Array.from({ length: 500 }, (_, index) => file(`f${index}`, 4));
    expect(callsToAccept(files, { files: 2_000, hunks: 1_000 })).toHaveLength(1);
  });

  it('tells which files were refused and why', () => {
    const why = "'a' has version 9, not 7";
    expect(notAccepted([{ path: 'a', why }])).toEqual({
      text: 'Not accepted: a',
      hint: `${why}. Look at them again.`,
    });
    const many = ['a', 'b', 'c', 'd', 'e'].map((path) => ({ path, why }));
    expect(notAccepted(many).text).toBe('Not accepted: a, b, c and 2 more');
  });
});
