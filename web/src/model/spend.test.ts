import { describe, expect, it } from 'vitest';
import type { BudgetRow, CostRow } from '../protocol/entities';
import {
  burnOf,
  clockOf,
  dayBars,
  endOfDayUsd,
  forecastOf,
  knownSince,
  sayBurn,
  sayForecast,
  spentIn,
  type Spent,
} from './spend';
import { events } from './testing';

const noon = Date.parse('2026-11-20T12:00:00Z');
const minute = 60_000;
const call = (minutesAgo: number, usd: number, agent = 'claude', task = 't1'): Spent => ({
  atMs: noon - minutesAgo * minute,
  usd,
  agent,
  task,
});
const row = (more: Partial<BudgetRow> = {}): BudgetRow => ({
  scope: 'workspace',
  limit_usd: 10,
  left_usd: 6,
  spent_usd: 4,
  reserved_usd: 0,
  unsettled_usd: 0,
  ...more,
});

describe('the pace', () => {
  const calls = [call(20, 100), call(9, 1), call(5, 2, 'gemini', 't2'), call(1, 3)];
  it.each<[string, string, number | undefined]>([
    ['of all', 'workspace', 0.6],
    ['of the day', 'day', 0.6],
    ['of an agent', 'agent:claude', 0.4],
    ['of one call: nobody can tell', 'agent:gemini', undefined],
    ['of a task', 'task:t1', 0.4],
    ['of nothing', 'agent:kimi', undefined],
  ])('%s', (_name, scope, perMinute) => {
    const burn = burnOf(calls, scope, noon, noon - 60 * minute);
    if (perMinute === undefined) expect(burn).toBeUndefined();
    else expect(burn?.perMinute).toBeCloseTo(perMinute);
  });

  it('counts no time that the log does not know', () => {
    expect(burnOf(calls, 'workspace', noon, noon - 5 * minute)).toEqual({
      perMinute: 1,
      calls: 2,
      minutes: 5,
    });
    expect(burnOf(calls, 'workspace', noon, noon - minute / 2)).toBeUndefined();
    expect(burnOf(calls, 'workspace', noon, undefined)).toBeUndefined();
  });

  it('is said with what it was told from', () => {
    expect(sayBurn(undefined)).toContain('too little');
    expect(sayBurn({ perMinute: 0.5, calls: 3, minutes: 10 })).toBe(
      '$0.50 a minute, from 3 calls in 10 min',
    );
  });
});

describe('the forecast', () => {
  const burn = { perMinute: 0.1, calls: 4, minutes: 10 };
  it.each<[string, Partial<BudgetRow>, typeof burn | undefined, string]>([
    ['reached', {}, burn, `gone at about ${clockOf(noon + 60 * minute)} at this pace`],
    [
      'what is reserved is still there',
      { left_usd: 3, reserved_usd: 3 },
      burn,
      `gone at about ${clockOf(noon + 60 * minute)} at this pace`,
    ],
    ['lasts', { left_usd: 600 }, burn, 'lasts through the day (UTC) at this pace'],
    ['nothing left', { left_usd: 0 }, burn, 'nothing left: agents wait'],
    ['nothing is known', {}, undefined, ''],
  ])('%s', (_name, more, pace, text) => {
    expect(sayForecast(forecastOf(row(more), pace, noon))).toBe(text);
  });

  it('says nothing where there is no limit', () => {
    const { limit_usd: _limit, left_usd: _left, ...free } = row();
    expect(forecastOf(free, burn, noon)).toEqual({ kind: 'unknown' });
  });

  it('of the day adds the rest of it', () => {
    expect(endOfDayUsd(2, burn, noon)).toBeCloseTo(2 + 0.1 * 720);
    expect(endOfDayUsd(2, undefined, noon)).toBeUndefined();
  });
});

describe('the log', () => {
  const used = (cost: number | null) => ({
    type: 'usage_recorded',
    task: 't1',
    data: { agent: 'claude', cost_usd: cost },
  });
  it('gives the calls that have a price', () => {
    const log = events(0, [used(0.5), used(null), { type: 'task_promoted', data: {} }]);
    expect(spentIn(log)).toEqual([
      { atMs: Date.parse('2026-11-20T12:00:00Z'), usd: 0.5, agent: 'claude', task: 't1' },
    ]);
    expect(knownSince(log)).toBe(Date.parse('2026-11-20T12:00:00Z'));
    expect(knownSince([])).toBeUndefined();
  });
});

it('days without a call have a bar of nothing', () => {
  const days = [
    { key: '2026-11-18', cost_usd: 2 },
    { key: '2026-11-20', cost_usd: null },
  ];
  expect(dayBars(days as CostRow[], noon, 3)).toEqual([
    { day: '2026-11-18', usd: 2 },
    { day: '2026-11-19', usd: 0 },
    { day: '2026-11-20', usd: 0 },
  ]);
});
