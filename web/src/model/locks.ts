import type { LockInfo, LockWaitInfo } from '../protocol/entities';
import type { KnownEvent, LockEscalatedData } from '../protocol/events';
import { shortName } from './format';
import type { WaitView, WorkspaceState } from './state';

export type LockEvent = Extract<KnownEvent, { type: `lock_${string}` }>;

export function isAboutLocks(event: KnownEvent): event is LockEvent {
  return event.type.startsWith('lock_');
}

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

/** The line that the log shows of an event. */
export function describeLock(event: LockEvent): string {
  switch (event.type) {
    case 'lock_acquired':
      return `${shortName(event.data.holder)} locks ${event.data.path} (${event.data.mode})`;
    case 'lock_renewed':
      return `${shortName(event.data.holder)} renews ${event.data.path}`;
    case 'lock_released':
      return `${shortName(event.data.holder)} frees ${event.data.path} (${event.data.reason})`;
    case 'lock_waiting':
      return `${shortName(event.data.holder)} waits for ${event.data.path}, held by ${namesOf(event.data.waits_for)}`;
    case 'lock_wait_ended':
      return `${shortName(event.data.holder)} stops waiting for ${event.data.path} (${event.data.reason})`;
    case 'lock_escalated':
      return `${shortName(event.data.holder)} waits too long for ${event.data.path}: ${stepOf(event.data)}`;
  }
}

/** What was done about a wait that lasts too long. */
export function stepOf({ step, waits_for, why }: LockEscalatedData): string {
  const holders = namesOf(waits_for);
  switch (step) {
    case 'told':
      return `${holders} was told`;
    case 'revoked':
      return `${holders} lost the lock: ${why}`;
    case 'asked':
      return 'a person is asked';
  }
}

/** The last of what was done about a wait, where anything was. */
export function lastStepOf({ waits_for, told, approval }: LockWaitInfo): string | undefined {
  if (approval !== undefined) return 'a person is asked';
  return told === true ? `${namesOf(waits_for)} was told` : undefined;
}

function namesOf(holders: string[]): string {
  return holders.map(shortName).join(', ');
}
