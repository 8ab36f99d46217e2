import { describe, expect, it } from 'vitest';
import { age, bytes, plainNames } from './format';

describe('bytes', () => {
  it('are shown in the unit that suits them', () => {
    expect([0, 1_023, 1_024, 1_572_864, 5_000_000_000].map(bytes)).toEqual([
      '0 B',
      '1023 B',
      '1.0 KB',
      '1.5 MB',
      '4.7 GB',
    ]);
  });
});

describe('names', () => {
  it.each([
    ['src/app.ts is held by agent:claude', 'src/app.ts is held by claude'],
    ['user:ann and agent:kimi', 'ann and kimi'],
    ['the user: nobody', 'the user: nobody'],
    ['subagent:x', 'subagent:x'],
  ])('%s', (text, plain) => expect(plainNames(text)).toBe(plain));
});

describe('how old something is, in few letters', () => {
  const now = Date.parse('2026-11-20T12:00:00Z');
  it.each([
    ['2026-11-20T11:59:30Z', 'now'],
    ['2026-11-20T11:55:00Z', '5 min'],
    ['2026-11-20T09:00:00Z', '3 h'],
    ['2026-11-01T12:00:00Z', 'Nov 1'],
    ['', ''],
  ])('%s', (ts, words) => expect(age(ts, now)).toBe(words));
});
