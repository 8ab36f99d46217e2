import { describe, expect, it } from 'vitest';
import { clipped, linksOf, pathOf, type Box } from './dependencyLines';
import { taskOf } from './testing';

const box = (left: number, top: number): Box => ({
  left,
  right: left + 100,
  top,
  bottom: top + 40,
});

describe('what waits for what', () => {
  it('links what is not over to what it needs, and says what has come of that', () => {
    const links = linksOf([
      taskOf('t1', { state: 'running' }),
      taskOf('t2', { state: 'succeeded' }),
      taskOf('t3', { state: 'cancelled' }),
      taskOf('t4', { depends_on: ['t1', 't2', 't3', 'long-gone'] }),
      taskOf('t5', { state: 'succeeded', depends_on: ['t2'] }),
    ]);
    expect(links).toEqual([
      { from: 't1', to: 't4', state: 'open' },
      { from: 't2', to: 't4', state: 'done' },
      { from: 't3', to: 't4', state: 'failed' },
    ]);
  });

  it('draws no more than can be told apart', () => {
    const first = taskOf('t0');
    const rest = Array.from({ length: 300 }, (_, at) =>
      taskOf(`t${at + 1}`, { depends_on: ['t0'] }),
    );
    expect(linksOf([first, ...rest])).toHaveLength(100);
  });
});

describe('lines', () => {
  it.each<[string, Box, Box, string]>([
    ['to the right', box(0, 0), box(200, 100), 'M100 20C136 20 164 120 200 120'],
    ['to the left', box(200, 0), box(0, 100), 'M200 20C164 20 136 120 100 120'],
    ['down one lane', box(0, 0), box(0, 100), 'M0 20C-11 20 -11 120 0 120'],
  ])('go %s', (_name, from, to, path) => expect(pathOf(from, to)).toBe(path));

  it('end at the edge of a lane where the card is scrolled away', () => {
    const lane = { left: 0, right: 100, top: 50, bottom: 150 };
    expect(clipped(box(0, 0), lane)).toMatchObject({ top: 50, bottom: 50 });
    expect(clipped(box(0, 130), lane)).toMatchObject({ top: 130, bottom: 150 });
    expect(clipped(box(0, 500), lane)).toMatchObject({ top: 150, bottom: 150 });
  });
});
