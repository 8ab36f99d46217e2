import { describe, expect, it } from 'vitest';
import { placeOf, textOf, type Place } from './place';

describe('a place in a workspace', () => {
  const places: Place[] = [
    { kind: 'file', path: 'src/a b/ü?#%.ts' },
    { kind: 'file', path: 'a:3.ts', line: 12 },
    { kind: 'task', id: 't_01/?' },
    { kind: 'moment', seq: 1_000_000 },
  ];
  it.each(places)('%j comes back as it went', (place) => {
    expect(placeOf(textOf(place))).toEqual(place);
  });

  it.each(['', 'file', 'file/', 'at/0', 'at/-1', 'at/x', 'at/1e3', 'task/', 'x/y', 'file/%'])(
    '%j names nothing',
    (text) => {
      expect(placeOf(text)).toBeUndefined();
    },
  );

  it('leaves a line out that is none', () => {
    expect(placeOf('file/a.ts?line=0')).toEqual({ kind: 'file', path: 'a.ts' });
    expect(placeOf('file/a.ts?line=abc')).toEqual({ kind: 'file', path: 'a.ts' });
  });
});
