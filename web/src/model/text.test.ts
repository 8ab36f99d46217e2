import { describe, expect, it } from 'vitest';
import { fuzzyFilter, fuzzyScore } from './fuzzy';
import { blocksOf, spansOf, summaryOf } from './markup';
import { completeMention, mentionAt, targetsOf, withoutLeadingMentions } from './mentions';
import { applyChanges, changesBetween, lineBreakOf } from './textChange';

/** A small generator with a seed, so that a failure can be repeated. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function randomText(random: () => number): string {
  const letters = ['a', 'b', '\n', '\n', '😀', '😁', ' ', 'é'];
  const length = Math.floor(random() * 40);
  return Array.from({ length }, () => letters[Math.floor(random() * letters.length)]).join('');
}

describe('changes between two texts', () => {
  it('turn one into the other, in order, apart, never inside a surrogate pair', () => {
    for (let seed = 1; seed <= 1_500; seed++) {
      const random = randomFrom(seed);
      const before = randomText(random);
      const after = random() < 0.5 ? randomText(random) : before.replace('a', randomText(random));
      const changes = changesBetween(before, after);
      expect(applyChanges(before, changes), `seed ${seed}`).toBe(after);
      let last = -1;
      for (const { from, to, insert } of changes) {
        expect(from, `seed ${seed}`).toBeGreaterThan(last);
        expect(to).toBeGreaterThanOrEqual(from);
        expect(insert.isWellFormed(), `seed ${seed}`).toBe(true);
        last = to;
      }
    }
  });

  it('are small where the difference is small', () => {
    const lines = Array.from({ length: 100 }, (_, index) => `line ${index}\n`);
    const after = lines.with(10, 'line ten\n').toSpliced(80, 1);
    const changes = changesBetween(lines.join(''), after.join(''));
    expect(changes).toHaveLength(2);
    expect(changes[0]?.insert).toBe('ten');
  });

  it('of equal texts are none', () => {
    expect(changesBetween('same', 'same')).toEqual([]);
  });

  it('survive texts with nothing in common', () => {
    const before = Array.from({ length: 3_000 }, (_, index) => `a${index}\n`).join('');
    const after = Array.from({ length: 3_000 }, (_, index) => `b${index}\n`).join('');
    expect(applyChanges(before, changesBetween(before, after))).toBe(after);
  });
});

describe('line breaks', () => {
  it.each([
    ['a\nb\n', '\n'],
    ['a\r\nb\r\n', '\r\n'],
    ['a\r\nb\n', '\n'],
    ['no newline', '\n'],
    ['lone \r return', '\n'],
  ])('%j uses %j', (text, expected) => {
    expect(lineBreakOf(text)).toBe(expected);
  });
});

describe('mentions', () => {
  const agents = ['claude', 'gemini', 'codex', 'kimi'];

  it.each([
    ['@claude do it', ['claude']],
    ['please @kimi, and @Gemini.', ['kimi', 'gemini']],
    ['@claude @claude twice', ['claude']],
    ['@all of you and @claude', ['all']],
    ['mail me@claude.example', []],
    ['@nobody here', []],
    ['in code `@claude` it is text', []],
    ['```\n@claude\n```', []],
    ['@codex look:\n```rehearsal\n{"say":"@kimi"}\n```', ['codex']],
    ['an open fence\n```\n@claude', []],
    ['(@gemini)', ['gemini']],
    ['', []],
  ])('%j addresses %j', (text, expected) => {
    expect(targetsOf(text, agents)).toEqual(expected);
  });

  it.each([
    ['@all look at it', 'look at it'],
    ['@Claude, @kimi: do it', 'do it'],
    [' @codex\n```rehearsal\n{"say":"@kimi"}\n```', '```rehearsal\n{"say":"@kimi"}\n```'],
    ['@claude and @kimi, work', '@claude and @kimi, work'],
    ['@claude @nobody here', '@nobody here'],
    ['@nobody look', '@nobody look'],
    ['please @claude', 'please @claude'],
    ["@claude's file", "@claude's file"],
    ['@claude ', '@claude '],
    ['no name', 'no name'],
  ])('%j is sent as %j', (text, expected) => {
    expect(withoutLeadingMentions(text, agents)).toBe(expected);
  });

  it('completes the name at the cursor', () => {
    const text = 'ask @ge now';
    const mention = mentionAt(text, 7);
    expect(mention).toEqual({ from: 4, query: 'ge' });
    expect(completeMention(text, 7, mention!, '@gemini')).toEqual({
      text: 'ask @gemini now',
      cursor: 12,
    });
    expect(completeMention('@', 1, { from: 0, query: '' }, '@kimi')).toEqual({
      text: '@kimi ',
      cursor: 6,
    });
  });

  it.each([
    ['a@b', 3],
    ['@claude ', 8],
    ['', 0],
  ])('sees none in %j at %i', (text, cursor) => {
    expect(mentionAt(text, cursor)).toBeNull();
  });
});

describe('markup', () => {
  it('splits prose from fences; an open fence streams on', () => {
    expect(blocksOf('a\n```ts\nlet x;\n```\nb')).toEqual([
      { kind: 'text', text: 'a' },
      { kind: 'code', language: 'ts', text: 'let x;' },
      { kind: 'text', text: 'b' },
    ]);
    expect(blocksOf('```\nopen')).toEqual([{ kind: 'code', language: '', text: 'open' }]);
    expect(blocksOf('````md\n```\ninner\n```\n````')).toHaveLength(1);
  });

  it('knows code, bold and mentions, and leaves the rest as text', () => {
    expect(spansOf('run `x` **now** @kimi <b>')).toEqual([
      { kind: 'text', text: 'run ' },
      { kind: 'code', text: 'x' },
      { kind: 'text', text: ' ' },
      { kind: 'strong', text: 'now' },
      { kind: 'text', text: ' ' },
      { kind: 'mention', name: 'kimi' },
      { kind: 'text', text: ' <b>' },
    ]);
  });

  it('summarises a prompt by its prose', () => {
    expect(summaryOf('@claude fix\nit\n```rehearsal\n{}\n```')).toBe('@claude fix it');
    expect(summaryOf('```\nonly code\n```')).toBe('only code');
  });
});

describe('fuzzy search', () => {
  const files = ['src/greet.ts', 'tests/greet.test.ts', 'README.md', 'src/main.ts'];
  const find = (query: string) => fuzzyFilter(files, query, (path) => path, 10);

  it.each([
    ['greet', 'src/greet.ts'],
    ['main', 'src/main.ts'],
    ['grtest', 'tests/greet.test.ts'],
    ['readme', 'README.md'],
  ])('%s finds %s first', (query, expected) => {
    expect(find(query)[0]).toBe(expected);
  });

  it('refuses what is no subsequence; an empty query keeps the order', () => {
    expect(fuzzyScore('xyz', 'src/main.ts')).toBeNull();
    expect(find('')).toEqual(files);
  });
});
