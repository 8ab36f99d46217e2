import type { Call } from './call';

export interface Look {
  path?: string;
  anchor?: number;
  head?: number;
}

const kThrottleMs = 100;

/**
 * Tells the others what this page looks at: at once, then at most ten times a second, the last
 * always. It may be lost with a connection, after which it is told again.
 */
export class OwnPresence {
  private look: Look = {};
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stale = false;

  constructor(private readonly call: Call) {}

  set(look: Look): void {
    const { path, anchor, head } = this.look;
    if (look.path === path && look.anchor === anchor && look.head === head) return;
    this.look = look;
    if (this.timer === undefined) this.tell();
    else this.stale = true;
  }

  /** The file in front, wherever its cursor is. */
  setPath(path: string | null): void {
    if (path !== (this.look.path ?? null)) this.set(path === null ? {} : { path });
  }

  tell(): void {
    this.stale = false;
    // A connection that is down says the rest.
    this.call('presence.set', { ...this.look }).catch(() => undefined);
    this.timer = setTimeout(() => {
      this.timer = undefined;
      if (this.stale) this.tell();
    }, kThrottleMs);
  }

  close(): void {
    clearTimeout(this.timer);
    this.stale = false;
  }
}
