import type { BudgetRow, CostRow } from '../protocol/entities';
import { isKnown, type WireEvent } from '../protocol/events';
import { usd } from './format';

/** One call that was paid, or would be. */
export interface Spent {
  atMs: number;
  usd: number;
  agent: string;
  task: string;
}

/** How fast money goes, over the time that was looked at. */
export interface Burn {
  perMinute: number;
  calls: number;
  minutes: number;
}

/** What the pace leads to. `reached`: the budget is gone at `atMs`; `lasts`: not before the day ends. */
export type Forecast =
  { kind: 'unknown' } | { kind: 'spent' } | { kind: 'reached'; atMs: number } | { kind: 'lasts' };

/** The time whose calls make the pace. */
export const kBurnMinutes = 10;
/** With fewer calls, or less time, nobody knows a pace. */
const kCallsMin = 2;
const kMinutesMin = 1;

const kMinuteMs = 60_000;
const kDayMs = 86_400_000;

/** The calls that the log knows a price of, oldest first. */
export function spentIn(log: WireEvent[]): Spent[] {
  return log.flatMap((event) => {
    if (!isKnown(event) || event.type !== 'usage_recorded') return [];
    const { cost_usd: cost, agent } = event.data;
    if (cost === null) return [];
    return [{ atMs: Date.parse(event.ts), usd: cost, agent, task: event.task ?? '' }];
  });
}

/** Since when the log is known without a gap, from its first event on. */
export function knownSince(log: WireEvent[]): number | undefined {
  const first = log[0];
  return first === undefined ? undefined : Date.parse(first.ts);
}

function countsIn(scope: string): (call: Spent) => boolean {
  if (scope.startsWith('agent:')) return ({ agent }) => `agent:${agent}` === scope;
  if (scope.startsWith('task:')) return ({ task }) => `task:${task}` === scope;
  return () => true;
}

/**
 * The pace of the last minutes in a scope; nothing where too little has happened to tell. The log
 * may begin in between: then only that time counts.
 */
export function burnOf(
  calls: Spent[],
  scope: string,
  nowMs: number,
  sinceMs: number | undefined,
): Burn | undefined {
  const from = Math.max(nowMs - kBurnMinutes * kMinuteMs, sinceMs ?? nowMs);
  const counts = countsIn(scope);
  const recent = calls.filter((call) => call.atMs >= from && call.atMs <= nowMs && counts(call));
  const minutes = (nowMs - from) / kMinuteMs;
  if (recent.length < kCallsMin || minutes < kMinutesMin) return undefined;
  const sum = recent.reduce((total, call) => total + call.usd, 0);
  return { perMinute: sum / minutes, calls: recent.length, minutes };
}

/** The next midnight in UTC, when the day's budget begins anew. */
export function endOfDayMs(nowMs: number): number {
  return (Math.floor(nowMs / kDayMs) + 1) * kDayMs;
}

/** When a budget is gone at this pace; beyond the day's end nothing is foretold. */
export function forecastOf(row: BudgetRow, burn: Burn | undefined, nowMs: number): Forecast {
  if (row.limit_usd === undefined || row.left_usd === undefined) return { kind: 'unknown' };
  if (row.left_usd <= 0) return { kind: 'spent' };
  if (burn === undefined) return { kind: 'unknown' };
  if (burn.perMinute <= 0) return { kind: 'lasts' };
  // Work goes on with what is reserved, so that counts as there.
  const left = row.left_usd + row.reserved_usd;
  const atMs = nowMs + (left / burn.perMinute) * kMinuteMs;
  return atMs < endOfDayMs(nowMs) ? { kind: 'reached', atMs } : { kind: 'lasts' };
}

export function sayForecast(forecast: Forecast): string {
  switch (forecast.kind) {
    case 'reached':
      return `gone at about ${clockOf(forecast.atMs)} at this pace`;
    case 'spent':
      return 'nothing left: agents wait';
    case 'lasts':
      return 'lasts through the day (UTC) at this pace';
    case 'unknown':
      return '';
  }
}

/** Hours and minutes as the person's clock shows them. */
export function clockOf(ms: number): string {
  const date = new Date(ms);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** What the day costs by its end, if it goes on like this; nothing where nobody can tell. */
export function endOfDayUsd(
  spentToday: number,
  burn: Burn | undefined,
  nowMs: number,
): number | undefined {
  if (burn === undefined) return undefined;
  return spentToday + (burn.perMinute * (endOfDayMs(nowMs) - nowMs)) / kMinuteMs;
}

/** The pace in words. */
export function sayBurn(burn: Burn | undefined): string {
  if (burn === undefined) return 'too little in the last minutes to tell';
  const time = burn.minutes >= kBurnMinutes ? kBurnMinutes : Math.floor(burn.minutes);
  return `${usd(burn.perMinute)} a minute, from ${burn.calls} calls in ${time} min`;
}

export interface DayBar {
  /** `2026-11-20`, in UTC. */
  day: string;
  usd: number;
}

/** The last `days` days up to today, those without a call too. */
export function dayBars(rows: CostRow[], nowMs: number, days: number): DayBar[] {
  const cost = new Map(rows.map(({ key, cost_usd }) => [key, cost_usd ?? 0]));
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(nowMs - (days - 1 - index) * kDayMs).toISOString().slice(0, 10);
    return { day, usd: cost.get(day) ?? 0 };
  });
}
