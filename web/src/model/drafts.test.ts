import { describe, expect, it } from 'vitest';
import { startOf } from './drafts';

const kFile = { text: 'a\nb\nc\nd\n', version: 7 };
const draft = (text: string, base = kFile.text, version = 7) => ({ text, base, version, at: 0 });

describe('opening a file with a draft', () => {
  const clean = { base: kFile.text, version: 7 };
  it('is opening the file where there is nothing new in it', () => {
    expect(startOf(kFile, undefined)).toEqual(clean);
    expect(startOf(kFile, draft(kFile.text, 'older\n', 3))).toEqual(clean);
    expect(startOf(kFile, draft('older\n', 'older\n', 3))).toEqual(clean);
  });
  it('puts it on top of the file', () => {
    expect(startOf(kFile, draft('A\nb\nc\nd\n'))).toEqual({ ...clean, draft: 'A\nb\nc\nd\n' });
  });
  it('puts it together with what others wrote in other lines', () => {
    const now = { text: 'a\nb\nc\nD\n', version: 9 };
    const start = startOf(now, draft('A\nb\nc\nd\n'));
    expect(start).toEqual({ base: now.text, version: 9, draft: 'A\nb\nc\nD\n' });
  });
  it('leaves the same line to the person, with all three texts', () => {
    const now = { text: 'x\nb\nc\nd\n', version: 9 };
    const mine = draft('A\nb\nc\nd\n');
    expect(startOf(now, mine)).toEqual({
      base: mine.base,
      version: 7,
      draft: mine.text,
      theirs: now,
    });
  });
});
