import { describe, expect, it } from 'vitest';
import { fileAndLine, nextChoice, partsOf, patternOf, rowsOf, type SearchWish } from './search';

const plain = (text: string): SearchWish => ({ text, matchCase: false, expression: false });

describe('what the server is asked for', () => {
  it('takes a plain text as it is', () => {
    for (const text of ['a.b(c)', '[x]{1}', '^$|?*+', 'a\\b', 'a-b/c', '#&~ü "']) {
      const pattern = patternOf({ ...plain(text), matchCase: true });
      expect(new RegExp(pattern).exec(`..${text}..`)?.[0]).toBe(text);
    }
  });
  it('asks for any case unless told otherwise', () => {
    expect(patternOf(plain('a'))).toBe('(?i)a');
    expect(patternOf({ text: 'a|b', matchCase: true, expression: true })).toBe('a|b');
  });
});

describe('what is marked in a line', () => {
  it('is every place, and the rest stays whole', () => {
    expect(partsOf('Foo food', plain('foo'))).toEqual([
      { text: 'Foo', found: true },
      { text: ' ', found: false },
      { text: 'foo', found: true },
      { text: 'd', found: false },
    ]);
  });
  it('is nothing for an expression that this browser does not know', () => {
    const wish = { text: '(?P<x>a', matchCase: false, expression: true };
    expect(partsOf('aaa', wish)).toEqual([{ text: 'aaa', found: false }]);
    expect(partsOf('aaa', { ...wish, text: 'x*' })).toEqual([{ text: 'aaa', found: false }]);
  });
});

describe('the rows', () => {
  const line = (path: string, at: number) => ({ path, line: at, text: '' });
  const hit = { seq: 9, ts: '', type: 'agent_message', actor: 'user:x', excerpt: '' };
  const rows = rowsOf({
    matches: [line('a', 1), line('b', 4), line('a', 2)],
    truncated: true,
    log: [hit],
    logTruncated: false,
  });
  it('stand below their file, the history last', () => {
    expect(rows.map(({ key }) => key)).toEqual([
      'f:a',
      'l:a:1',
      'l:a:2',
      'f:b',
      'l:b:4',
      'h',
      'h:9',
    ]);
  });
  it('are walked without the heads', () => {
    expect(nextChoice(rows, 0, 1)).toBe(1);
    expect(nextChoice(rows, 2, 1)).toBe(4);
    expect(nextChoice(rows, 4, -1)).toBe(2);
    expect(nextChoice(rows, 1, -1)).toBe(1);
    expect(nextChoice(rows, 6, 1)).toBe(6);
  });
});

it.each([
  ['a.ts:12', { name: 'a.ts', line: 12 }],
  ['a.ts:12:3', { name: 'a.ts', line: 12 }],
  ['a.ts:', { name: 'a.ts' }],
  ['a.ts', { name: 'a.ts' }],
  [':7', { name: '', line: 7 }],
])('%s is a file and a line', (query, expected) => {
  expect(fileAndLine(query)).toEqual(expected);
});
