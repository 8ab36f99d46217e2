import type { LockInfo } from '../protocol/entities';
import type { KnownEvent } from '../protocol/events';
import type { WaitView, WorkspaceState } from './state';

type Locks = WorkspaceState['locks'];

export function groupLocks(list: LockInfo[]): Locks {
  const locks: Locks = {};
  for (const lock of list) (locks[lock.path] ??= []).push(lock);
  return locks;
}

export function applyToLocks(locks: Locks, event: KnownEvent): Locks {
  switch (event.type) {
    case 'lock_acquired': {
      const others = (locks[event.data.path] ?? []).filter((l) => l.token !== event.data.token);
      return { ...locks, [event.data.path]: [...others, { ...event.data }] };
    }
    case 'lock_renewed': {
      const { path, token, expires_at } = event.data;
      const held = locks[path];
      if (held === undefined) return locks;
      return { ...locks, [path]: held.map((l) => (l.token === token ? { ...l, expires_at } : l)) };
    }
    case 'lock_released': {
      const { path, token } = event.data;
      const left = (locks[path] ?? []).filter((l) => l.token !== token);
      if (left.length > 0) return { ...locks, [path]: left };
      const { [path]: _released, ...rest } = locks;
      return rest;
    }
    default:
      return locks;
  }
}

/** Who waits for what. A wait ends when it is given up or when the waiter gets the lock. */
export function applyToWaits(waits: WaitView[], event: KnownEvent): WaitView[] {
  switch (event.type) {
    case 'lock_waiting':
      return [...drop(waits, event.data.path, event.data.holder), { ...event.data }];
    case 'lock_wait_ended':
    case 'lock_acquired':
      return drop(waits, event.data.path, event.data.holder);
    default:
      return waits;
  }
}

function drop(waits: WaitView[], path: string, holder: string): WaitView[] {
  const left = waits.filter((wait) => wait.path !== path || wait.holder !== holder);
  return left.length === waits.length ? waits : left;
}

/** The lock that decides what a row shows: the writer if there is one, else the first reader. */
export function leadingLock(locks: Locks, path: string): LockInfo | undefined {
  const held = locks[path];
  return held?.find((lock) => lock.mode === 'write') ?? held?.[0];
}
