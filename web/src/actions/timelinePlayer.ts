import { createStore } from '../model/store';
import { advance, covers, type PlayHead, type Speed } from '../model/timeline';
import { duration } from '../model/format';
import type { Timeline } from './timeline';
import { attempt } from './toasts';

const kTickMs = 100;
/** With fewer events ahead than this the next page is fetched. */
const kAheadEvents = 40;

export interface Playing {
  on: boolean;
  speed: Speed;
  /** The pause that was left out last, in words. */
  skipped: string;
}

/** Moves a timeline's play head through the session's time. */
export class Player {
  readonly state = createStore<Playing>({ on: false, speed: 10, skipped: '' });
  private timer: ReturnType<typeof setInterval> | undefined;
  private head: PlayHead = { seq: 0, ms: 0 };
  private lastTick = 0;
  private fetching = false;

  constructor(private readonly timeline: Timeline) {}

  toggle(): void {
    if (this.state.get().on) this.pause();
    else this.play();
  }

  play(): void {
    const { target, moment } = this.timeline;
    if (target.get() >= this.timeline.head()) this.timeline.look(1);
    const ts = moment.get()?.seq === target.get() ? moment.get()?.event?.ts : undefined;
    this.head = { seq: target.get(), ms: ts === undefined ? 0 : Date.parse(ts) };
    this.lastTick = performance.now();
    this.state.update((state) => ({ ...state, on: true, skipped: '' }));
    clearInterval(this.timer);
    this.timer = setInterval(() => this.tick(), kTickMs);
  }

  pause(): void {
    clearInterval(this.timer);
    this.state.update((state) => ({ ...state, on: false }));
  }

  setSpeed(speed: Speed): void {
    this.state.update((state) => ({ ...state, speed }));
  }

  private tick(): void {
    const now = performance.now();
    const elapsed = now - this.lastTick;
    this.lastTick = now;
    const { target, window } = this.timeline;
    // Somebody has moved the play head by hand.
    if (this.head.seq !== target.get()) this.head = { seq: target.get(), ms: 0 };
    // Not there yet: what the window holds is of elsewhere.
    if (!covers(window.get(), this.head.seq)) return;
    const { events, to } = window.get();
    if (this.head.ms === 0) this.head = { ...this.head, ms: startOf(this.head.seq, events) };
    const played = advance(this.head, elapsed, this.state.get().speed, events);
    this.head = played.head;
    if (played.skippedMs > 0) {
      const skipped = `${duration(played.skippedMs)} without an event left out`;
      this.state.update((state) => ({ ...state, skipped }));
    }
    if (played.head.seq !== target.get()) this.timeline.look(played.head.seq);
    if (played.starved && to >= this.timeline.head()) this.pause();
    const ahead = events.filter(({ seq }) => seq > this.head.seq).length;
    if (ahead < kAheadEvents && to < this.timeline.head()) this.fetch();
  }

  private fetch(): void {
    if (this.fetching) return;
    this.fetching = true;
    attempt(async () => {
      try {
        await this.timeline.extend('after');
      } finally {
        this.fetching = false;
      }
    });
  }
}

/** The time of an event, or of the first after it: a filter may have left it out. */
function startOf(seq: number, events: { seq: number; ts: string }[]): number {
  const event = events.find((each) => each.seq >= seq);
  return event === undefined ? 0 : Date.parse(event.ts);
}
