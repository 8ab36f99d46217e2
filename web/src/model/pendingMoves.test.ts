import { describe, expect, it } from 'vitest';
import { lanesOf, type Move } from './lanes';
import { isSettled, lanesAfter, type PendingMove } from './pendingMoves';
import { taskOf } from './testing';

const tasks = [
  taskOf('t1', { state: 'running' }),
  taskOf('t2'),
  taskOf('t3'),
  taskOf('t4', { agent: 'kimi' }),
];
const lanes = lanesOf(tasks, ['claude', 'kimi']);
const pending = (move: Move, answered = false): PendingMove => ({ move, was: [3], answered });
const lines = (...moves: Move[]): Record<string, string[]> =>
  Object.fromEntries(
    lanesAfter(
      lanes,
      moves.map((move) => pending(move)),
    ).map(({ agent, line }) => [agent, line.map(({ id }) => id)]),
  );

describe('a move is shown before its event', () => {
  it.each<[string, Move[], Record<string, string[]>]>([
    ['before another one', [{ id: 't3', before: 't2' }], { claude: ['t3', 't2'], kimi: ['t4'] }],
    ['to another agent', [{ id: 't3', before: 't4' }], { claude: ['t2'], kimi: ['t3', 't4'] }],
    ['to the end', [{ id: 't2', agent: 'claude' }], { claude: ['t3', 't2'], kimi: ['t4'] }],
    [
      'to the end of another',
      [{ id: 't2', agent: 'kimi' }],
      { claude: ['t3'], kimi: ['t4', 't2'] },
    ],
    [
      'one after the other',
      [
        { id: 't3', agent: 'kimi' },
        { id: 't2', before: 't3' },
      ],
      { claude: [], kimi: ['t4', 't2', 't3'] },
    ],
    ['what runs', [{ id: 't1', agent: 'kimi' }], { claude: ['t2', 't3'], kimi: ['t4'] }],
    ['before what runs now', [{ id: 't2', before: 't1' }], { claude: ['t2', 't3'], kimi: ['t4'] }],
    ['what is not known', [{ id: 'tx', agent: 'kimi' }], { claude: ['t2', 't3'], kimi: ['t4'] }],
  ])('%s', (_name, moves, expected) => expect(lines(...moves)).toEqual(expected));

  it.each<[string, PendingMove, number[] | undefined, boolean]>([
    ['not answered', pending({ id: 't3' }), [3], false],
    ['not answered, moved by another', pending({ id: 't3' }), [9], false],
    ['answered, its event not here', pending({ id: 't3' }, true), [3], false],
    ['answered, its event here', pending({ id: 't3' }, true), [9], true],
    ['the task is gone', pending({ id: 't3' }), undefined, true],
  ])('%s', (_name, move, place, settled) =>
    expect(isSettled(move, place && taskOf('t3', { place }))).toBe(settled),
  );
});
