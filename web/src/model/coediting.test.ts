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
    expect(planToJoin({ mine, base, shared, theirs })).toEqual({ kind: 'join', text });
  });

  it('asks the person where both have typed', () => {
    const clash = { kind: 'clash' };
    expect(planToJoin({ mine: 'bm', base: 'b', shared: null, theirs: 'bt' })).toEqual(clash);
    expect(planToJoin({ mine: 'bs', base: 'b', shared: 'bs', theirs: 'bt' })).toEqual(clash);
    // The shared text is gone from the session: putting it in again could add it twice.
    expect(planToJoin({ mine: 'bsm', base: 'b', shared: 'bs', theirs: 'b' })).toEqual(clash);
  });

  it('has one character for a line break', () => {
    expect(documentText('a\r\nb', '\r\n')).toBe('a\nb');
    expect(documentText('a\rb', '\n')).toBe('a\rb');
  });
});
