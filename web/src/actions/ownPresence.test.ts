import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import type { Call } from './call';
import { OwnPresence, type Look } from './ownPresence';

let told: Look[] = [];
const call = ((_method: string, look: Look) => {
  told.push(look);
  return Promise.reject(new Error('down'));
}) as unknown as Call;

beforeEach(() => {
  vi.useFakeTimers();
  told = [];
});
afterEach(() => vi.useRealTimers());

it('tells the first place at once and of many after it the last', () => {
  const presence = new OwnPresence(call);
  for (let head = 0; head < 5; head++) presence.set({ path: 'a', anchor: 0, head });
  expect(told).toEqual([{ path: 'a', anchor: 0, head: 0 }]);
  vi.advanceTimersByTime(100);
  expect(told.slice(1)).toEqual([{ path: 'a', anchor: 0, head: 4 }]);
  vi.advanceTimersByTime(1_000);
  expect(told).toHaveLength(2);
});

it('does not tell what it has told', () => {
  const presence = new OwnPresence(call);
  presence.set({ path: 'a', head: 1 });
  vi.advanceTimersByTime(200);
  presence.set({ path: 'a', head: 1 });
  presence.setPath('a');
  expect(told).toHaveLength(1);
  presence.setPath(null);
  expect(told[1]).toEqual({});
});
