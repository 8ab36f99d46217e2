import { describe, expect, it } from 'vitest';
import { mergeTexts } from './mergeTexts';
import { randomFrom } from './testing';

const kBase = 'one\ntwo\nthree\nfour\nfive\n';

describe('putting two texts together', () => {
  it('takes what only one has changed', () => {
    expect(mergeTexts(kBase, kBase, 'x')).toBe('x');
    expect(mergeTexts(kBase, 'x', kBase)).toBe('x');
    expect(mergeTexts(kBase, 'x', 'x')).toBe('x');
  });

  it('takes both where they are in different lines', () => {
    const mine = kBase.replace('one', 'ONE');
    const theirs = kBase.replace('four\n', 'four\nand a half\n');
    const both = 'ONE\ntwo\nthree\nfour\nand a half\nfive\n';
    expect(mergeTexts(kBase, mine, theirs)).toBe(both);
    expect(mergeTexts(kBase, theirs, mine)).toBe(both);
  });

  it('takes once what both have done', () => {
    const mine = kBase.replace('one', 'ONE');
    const theirs = mine.replace('four', 'FOUR');
    expect(mergeTexts(kBase, mine.replace('five', 'FIVE'), theirs)).toBeNull();
    expect(mergeTexts(kBase, mine, theirs)).toBe(theirs);
    const both = mergeTexts(kBase, `${mine}six\n`, mine.replace('three', 'THREE'));
    expect(both).toBe('ONE\ntwo\nTHREE\nfour\nfive\nsix\n');
  });

  it('leaves the same line, or the one beside it, to a person', () => {
    const mine = kBase.replace('two', 'TWO');
    expect(mergeTexts(kBase, mine, kBase.replace('two', '2'))).toBeNull();
    expect(mergeTexts(kBase, mine, kBase.replace('three', '3'))).toBeNull();
    expect(mergeTexts(kBase, `${kBase}mine`, `${kBase}theirs`)).toBeNull();
  });

  it('loses no line that either has written', () => {
    const random = randomFrom(5);
    const lines = Array.from({ length: 60 }, (_, at) => `line ${at}`);
    for (let round = 0; round < 300; round++) {
      const edited = (name: string): string[] => {
        const out = [...lines];
        for (let edit = 0; edit < 3; edit++) {
          out.splice(random(out.length), random(2), `${name} ${round} ${edit}`);
        }
        return out;
      };
      const [mine, theirs] = [edited('mine'), edited('theirs')];
      const merged = mergeTexts(lines.join('\n'), mine.join('\n'), theirs.join('\n'));
      if (merged === null) continue;
      const words = new Set(merged.split('\n'));
      const left = [...mine, ...theirs].filter((line) => {
        const untouched = lines.includes(line) && !(mine.includes(line) && theirs.includes(line));
        return !untouched && !words.has(line);
      });
      expect(left, `round ${round}`).toEqual([]);
    }
  });
});
