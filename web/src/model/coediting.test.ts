import { describe, expect, it } from 'vitest';
import { documentText, planToJoin } from './coediting';

describe('joining a document', () => {
  it.each([
    ['nothing typed, nothing shared', 'b', 'b', null, 'b', 'b'],
    ['typed before it was shared', 'b mine', 'b', null, 'b', 'b mine'],
    ['others have typed', 'b', 'b', null, 'b theirs', 'b theirs'],
    ['the session is as it was', 'bs mine', 'b', 'bs', 'bs', 'bs mine'],
    ['brought back by another', 'bs', 'b', 'bs', 'bs', 'bs'],
    ['all have the same', 'bs', 'b', null, 'bs', 'bs'],
  ])('%s', (_what, mine, base, shared, theirs, text) => {
    for (const saved of [null, base])
      expect(planToJoin({ mine, base, shared, theirs, saved })).toEqual({ kind: 'join', text });
  });

  it('goes back to where both began, and takes what the others have typed from there', () => {
    const plan = planToJoin({ mine: 'bm', base: 'b', shared: null, theirs: 'bt', saved: 'b' });
    expect(plan).toEqual({ kind: 'follow', text: 'bm' });
    const texts = { base: 'one\ntwo\nthree\n', shared: null, theirs: 'anything' };
    const others = { ...texts, saved: 'one\ntwo\nTHREE\n' };
    const late = planToJoin({ ...others, mine: 'ONE\ntwo\nthree\n' });
    expect(late).toEqual({ kind: 'follow', text: 'ONE\ntwo\nTHREE\n' });
    expect(planToJoin({ ...others, mine: 'one\ntwo\n3\n' })).toEqual({ kind: 'clash' });
  });

  it('puts a draft on top by lines, since a part of it may be in the text already', () => {
    const base = 'one\ntwo\nthree\nfour\n';
    const draft = { mine: `zero\n${base}`, base, shared: null, saved: null };
    const theirs = `zero\n${base}five\n`;
    expect(planToJoin({ ...draft, theirs })).toEqual({ kind: 'join', text: theirs });
    const apart = planToJoin({ ...draft, theirs: `${base}five\n` });
    expect(apart).toEqual({ kind: 'join', text: theirs });
    expect(planToJoin({ ...draft, theirs: `nought\n${base}` })).toEqual({ kind: 'clash' });
  });

  it('asks the person where nobody else can tell', () => {
    for (const saved of [null, 'b']) {
      const ask = (mine: string, shared: string, theirs: string) =>
        expect(planToJoin({ mine, base: 'b', shared, theirs, saved })).toEqual({ kind: 'clash' });
      ask('bs', 'bs', 'bt');
      // The shared text is gone from the session: putting it in again could add it twice.
      ask('bsm', 'bs', 'b');
    }
  });

  it('has one character for a line break', () => {
    expect(documentText('a\r\nb', '\r\n')).toBe('a\nb');
    expect(documentText('a\rb', '\n')).toBe('a\rb');
  });
});
