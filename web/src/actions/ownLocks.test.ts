import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Call } from './call';
import { OwnLocks } from './ownLocks';

const kLeaseMs = 60_000;

/** A server that grants and renews everything, and the browser's storage of one tab. */
function studio() {
  const renewals: unknown[] = [];
  const call = ((method: string, params: object) => {
    if (method === 'locks.renew') renewals.push(params);
    const expires_at = new Date(Date.now() + kLeaseMs).toISOString();
    return Promise.resolve({ token: 7, expires_at });
  }) as unknown as Call;
  return { locks: new OwnLocks(call, 'w'), renewals };
}

describe('the renewals of a lock', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    vi.stubGlobal('sessionStorage', { getItem: () => null, setItem: () => undefined });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  test('are in person only when somebody has typed since the last one', async () => {
    const { locks, renewals } = studio();
    await locks.acquire('a.txt');
    locks.touched('b.txt');
    await vi.advanceTimersByTimeAsync(kLeaseMs / 2);
    locks.touched('a.txt');
    locks.touched('a.txt');
    await vi.advanceTimersByTimeAsync(kLeaseMs / 2);
    await vi.advanceTimersByTimeAsync(kLeaseMs / 2);
    locks.close();
    expect(renewals).toEqual([
      { path: 'a.txt', token: 7, in_person: false },
      { path: 'a.txt', token: 7, in_person: true },
      { path: 'a.txt', token: 7, in_person: false },
    ]);
  });

  test('know nothing of what was typed before the lock was taken', async () => {
    const { locks, renewals } = studio();
    locks.touched('a.txt');
    await locks.acquire('a.txt');
    locks.touched('a.txt');
    await locks.release('a.txt');
    await locks.acquire('a.txt');
    await vi.advanceTimersByTimeAsync(kLeaseMs / 2);
    locks.close();
    expect(renewals).toEqual([{ path: 'a.txt', token: 7, in_person: false }]);
  });
});
