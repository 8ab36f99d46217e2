import { describe, expect, it } from 'vitest';
import { closed, exited, kNoTerminals, listed, opened, withOutput } from './terminals';

const two = opened(opened(kNoTerminals, 'a'), 'b');

describe('terminals', () => {
  it('come to the front as they are opened, with numbers that stay', () => {
    expect(two.active).toBe('b');
    expect(two.terminals.map(({ number }) => number)).toEqual([1, 2]);
    expect(opened(closed(two, 'a'), 'c').terminals.map(({ number }) => number)).toEqual([2, 3]);
  });

  it('keep the end of what was shown', () => {
    const shown = withOutput(withOutput(two, 'a', 'x'.repeat(300_000)), 'a', 'end');
    expect(shown.terminals[0]?.shown.length).toBe(256 * 1024);
    expect(shown.terminals[0]?.shown.endsWith('end')).toBe(true);
    expect(withOutput(two, 'unknown', 'x')).toBe(two);
  });

  it('leave the front to the one beside them', () => {
    expect(closed(two, 'b').active).toBe('a');
    expect(closed(closed(two, 'b'), 'a').active).toBe(null);
    expect(closed({ ...two, active: 'a' }, 'b').active).toBe('a');
  });

  it('are what the server says after a new connection', () => {
    const after = listed(exited(two, 'b', 0), [
      { id: 'c', scrollback: 'of another browser' },
      { id: 'a', scrollback: 'all' },
    ]);
    expect(after.terminals.map(({ id, shown, exitCode }) => [id, shown, exitCode])).toEqual([
      ['a', 'all', undefined],
      ['b', '', 0],
      ['c', 'of another browser', undefined],
    ]);
    expect(after.active).toBe('b');
    expect(listed(two, []).terminals.map(({ exitCode }) => exitCode)).toEqual([-1, -1]);
  });
});
