import { asFailure } from '../net/failure';
import { createStore } from '../model/store';
import type { LockGrant } from '../protocol/methods';
import type { Call } from './call';

const kAcquireTimeoutMs = 2_000;
const kRenewMsMin = 1_000;
const kStorageKey = 'coditect.locks';

export type OwnTokens = Record<string, number | string>;

/**
 * The locks that this browser took by hand. They are renewed at half of their life for as long as
 * the page is open; the tokens survive a reload in sessionStorage so that a reload can still
 * unlock.
 */
export class OwnLocks {
  readonly tokens;
  /** Whose text this person has changed since the last renewal. */
  private readonly used = new Set<string>();
  private readonly timers = new Map<string, ReturnType<typeof setTimeout>>();
  private readonly storageKey: string;
  private closed = false;

  constructor(
    private readonly call: Call,
    workspaceId: string,
  ) {
    this.storageKey = `${kStorageKey}.${workspaceId}`;
    this.tokens = createStore<OwnTokens>(stored(this.storageKey));
    this.tokens.subscribe(() =>
      sessionStorage.setItem(this.storageKey, JSON.stringify(this.tokens.get())),
    );
  }

  async acquire(path: string): Promise<void> {
    const params = { path, mode: 'write' as const, timeout_ms: kAcquireTimeoutMs };
    this.keep(path, await this.call('locks.acquire', params));
  }

  async release(path: string): Promise<void> {
    const token = this.tokens.get()[path];
    if (token === undefined) return;
    this.forget(path);
    await this.call('locks.release', { path, token });
  }

  /** The person works in the file: the next renewal says so, and the lock is not taken for idle. */
  touched(path: string): void {
    if (this.tokens.get()[path] !== undefined) this.used.add(path);
  }

  /** The lock ended without us: expired, revoked or released elsewhere. */
  ended(path: string, token: number | string): void {
    if (this.tokens.get()[path] === token) this.forget(path);
  }

  /** Drops tokens the server no longer knows and renews the others. */
  reconcile(held: { path: string; token: number | string; expires_at: string }[]): void {
    for (const [path, token] of Object.entries(this.tokens.get())) {
      const lock = held.find((other) => other.path === path && other.token === token);
      if (lock === undefined) this.forget(path);
      else this.keep(path, lock);
    }
  }

  close(): void {
    this.closed = true;
    for (const timer of this.timers.values()) clearTimeout(timer);
    this.timers.clear();
  }

  private keep(path: string, grant: LockGrant): void {
    this.tokens.update((tokens) => ({ ...tokens, [path]: grant.token }));
    const lifeMs = Date.parse(grant.expires_at) - Date.now();
    this.renewIn(path, Math.max(kRenewMsMin, lifeMs / 2));
  }

  /** While the connection is down the lock may still be ours: the renewal is then tried again. */
  private renewIn(path: string, delayMs: number): void {
    clearTimeout(this.timers.get(path));
    if (this.closed) return;
    const renew = async (): Promise<void> => {
      const token = this.tokens.get()[path];
      if (token === undefined) return;
      try {
        const in_person = this.used.delete(path);
        const { expires_at } = await this.call('locks.renew', { path, token, in_person });
        this.keep(path, { token, expires_at });
      } catch (thrown) {
        if (asFailure(thrown).kind === 'unavailable') this.renewIn(path, kRenewMsMin);
        else this.forget(path);
      }
    };
    this.timers.set(
      path,
      setTimeout(() => void renew(), delayMs),
    );
  }

  private forget(path: string): void {
    clearTimeout(this.timers.get(path));
    this.timers.delete(path);
    this.used.delete(path);
    this.tokens.update(({ [path]: _gone, ...rest }) => rest);
  }
}

function stored(key: string): OwnTokens {
  try {
    return JSON.parse(sessionStorage.getItem(key) ?? '{}') as OwnTokens;
  } catch {
    return {};
  }
}
