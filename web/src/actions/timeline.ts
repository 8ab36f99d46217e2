import { mergeEvents } from '../model/chat';
import { kChatItemsMax, type ChatItem } from '../model/state';
import { createStore } from '../model/store';
import {
  around,
  covers,
  filesAfter,
  joined,
  kNoWindow,
  missing,
  neighbour,
  windowOf,
  type EventWindow,
  type Files,
} from '../model/timeline';
import { kChatTypes, kNoFilter, paramsOf, type TimelineFilter } from '../model/timelineFilter';
import { asFailure, type Failure } from '../net/failure';
import type { WireEvent } from '../protocol/events';
import type { Density, TimelineAt } from '../protocol/timeline';
import { route, showInAddress } from './app';
import type { WorkspaceSession } from './session';
import { Player } from './timelinePlayer';

/** The workspace as it was after an event. */
export interface Moment {
  seq: number;
  /** What happened then. */
  event: WireEvent | undefined;
  at: TimelineAt;
  files: Files;
  /** The end of the conversation until then. */
  chat: ChatItem[];
  /** There is more of it before what `chat` holds. */
  chatMore: boolean;
}

export interface Marks {
  a?: number;
  b?: number;
}

/** What a file's text is compared with: before its last change, now, or from mark A to mark B. */
export type Against = 'before' | 'now' | 'marks';

export type Colours = 'agent' | 'type';

/** Events of a page around a moment, before it and after it; the window keeps some pages. */
const kPageEvents = 100;
const kKeptEvents = 1_000;
const kAheadEvents = 25;
/** A page of the chat, and how little of one makes a new one wanted. */
const kChatEvents = 120;
const kChatEventsMin = 40;
/** Browsers refuse to have the address changed many times a second. */
const kAddressMs = 200;
const kBuckets = 300;

/**
 * The past of one workspace as a person looks at it: a moment, the events around it, and how much
 * happened when. It holds a window of the log, never all of it. Of moments that are asked for
 * faster than the server answers, the last one is shown.
 */
export class Timeline {
  /** Where the play head is; `moment` follows. */
  readonly target;
  readonly moment = createStore<Moment | null>(null);
  readonly loading = createStore(false);
  readonly failure = createStore<Failure | null>(null);
  readonly density = createStore<Density | null>(null);
  readonly colours = createStore<Colours>('agent');
  readonly window = createStore<EventWindow>(kNoWindow);
  readonly filter = createStore<TimelineFilter>(kNoFilter);
  readonly marks = createStore<Marks>({});
  /** The file whose text is shown. */
  readonly path = createStore<string | null>(null);
  readonly against = createStore<Against>('before');
  readonly player = new Player(this);
  /** What the chat is made of, around the moment. */
  private chat: EventWindow = kNoWindow;
  /** As many of its events are shown: a page, and those that a person has asked for. */
  private chatShown = kChatEvents;
  private running = false;
  /** The moment that the address bar names. */
  private addressed: number;
  private addressTimer: ReturnType<typeof setTimeout> | undefined;
  private pages: Promise<unknown> = Promise.resolve();

  constructor(
    readonly session: WorkspaceSession,
    seq: number,
  ) {
    this.target = createStore(this.within(seq));
    this.addressed = seq;
  }

  /** The last event that this page knows of. */
  head(): number {
    return this.session.state.get()?.seq ?? 1;
  }

  within(seq: number): number {
    return Math.min(Math.max(1, Math.round(seq)), this.head());
  }

  start(): void {
    this.look(this.target.get());
    this.count();
  }

  /** Goes to the moment after event `seq`. */
  look(seq: number): void {
    const wanted = this.within(seq);
    this.target.set(wanted);
    clearTimeout(this.addressTimer);
    this.addressTimer = setTimeout(() => this.address(), kAddressMs);
    if (!this.running) void this.follow();
  }

  /** The address bar names another moment: a link was followed, or the way back. */
  wentTo(seq: number): void {
    if (seq !== this.addressed) this.look(seq);
    this.addressed = seq;
  }

  private address(): void {
    const here = route.get();
    const place = here.page === 'workspace' ? here.place : undefined;
    // Somebody has gone elsewhere meanwhile, and wentTo() is about to hear of it.
    if (place?.kind !== 'moment' || place.seq !== this.addressed) return;
    this.addressed = this.target.get();
    showInAddress({ kind: 'moment', seq: this.addressed });
  }

  /** The same moment again, after a failure. */
  again(): void {
    if (!this.running) void this.follow();
  }

  private async follow(): Promise<void> {
    this.running = true;
    this.loading.set(true);
    try {
      do {
        const wanted = this.target.get();
        this.moment.set(await this.load(wanted));
      } while (this.moment.get()?.seq !== this.target.get());
      this.failure.set(null);
      this.lookAhead();
    } catch (thrown) {
      this.failure.set(asFailure(thrown));
    } finally {
      this.running = false;
      this.loading.set(false);
    }
  }

  /** What comes next is there before it is stepped to. */
  private lookAhead(): void {
    const { events, to } = this.window.get();
    const ahead = events.filter(({ seq }) => seq > this.target.get()).length;
    if (ahead < kAheadEvents && to < this.head()) this.extend('after').catch(() => undefined);
  }

  private async load(seq: number): Promise<Moment> {
    const { call } = this.session;
    const before = this.moment.get();
    const since = before === null ? {} : { since: before.seq };
    const [at, chat, event] = await Promise.all([
      call('timeline.at', { seq, ...since }),
      this.chatUntil(seq),
      this.eventOf(seq),
      covers(this.window.get(), seq) ? undefined : this.loadAround(seq),
    ]);
    return {
      seq,
      event,
      at,
      files: filesAfter(before?.files ?? new Map(), at),
      ...chat,
    };
  }

  /** The chat up to `seq`. Outputs of tools are large: none is asked for twice. */
  private async chatUntil(seq: number): Promise<Pick<Moment, 'chat' | 'chatMore'>> {
    const asked = missing(this.chat, seq, 0);
    if (asked !== undefined) {
      // Elsewhere in the log a person begins with one page again.
      if (asked.from === undefined && !covers(this.chat, seq)) this.chatShown = kChatEvents;
      this.chat = joined(this.chat, await this.chatPage(asked));
    }
    const held = (): WireEvent[] => this.chat.events.filter((event) => event.seq <= seq);
    const wanted = this.chatShown - kChatEvents + kChatEventsMin;
    while (held().length < wanted && this.chat.from > 1) {
      this.chat = joined(this.chat, await this.chatPage({ before: this.chat.from }));
    }
    const all = held();
    const shown = all.slice(-this.chatShown);
    this.chat = around(this.chat, seq, this.chatShown);
    return {
      chat: mergeEvents([], shown, []),
      chatMore: this.chatShown < kChatItemsMax && (all.length > shown.length || this.chat.from > 1),
    };
  }

  private async chatPage(asked: { from?: number; before: number }): Promise<EventWindow> {
    const params = { ...asked, limit: kChatEvents, types: kChatTypes };
    return windowOf(asked, await this.session.call('timeline.range', params));
  }

  /** Shows a page more of the chat, before what the moment shows of it. */
  async earlierChat(): Promise<void> {
    const { seq } = this.moment.get() ?? {};
    if (seq === undefined || this.running) return;
    this.running = true;
    try {
      this.chatShown += kChatEvents;
      const chat = await this.chatUntil(seq);
      this.moment.update((moment) => (moment?.seq === seq ? { ...moment, ...chat } : moment));
    } finally {
      this.running = false;
      if (this.target.get() !== seq) void this.follow();
    }
  }

  private async eventOf(seq: number): Promise<WireEvent | undefined> {
    const known = this.window.get().events.find((event) => event.seq === seq);
    if (known !== undefined) return known;
    const { events } = await this.session.call('timeline.range', { from: seq, limit: 1 });
    return events[0];
  }

  /** A filter says which events are stepped through, listed and counted. */
  show(filter: TimelineFilter): void {
    this.filter.set(filter);
    this.window.set(kNoWindow);
    this.count();
    this.loadAround(this.target.get()).catch((thrown: unknown) =>
      this.failure.set(asFailure(thrown)),
    );
  }

  colourBy(colours: Colours): void {
    this.colours.set(colours);
    this.count();
  }

  /** Counts anew: after a filter, and as the log grows. */
  count(): void {
    const [filter, by] = [this.filter.get(), this.colours.get()];
    this.session.call('timeline.density', { buckets: kBuckets, by, ...paramsOf(filter) }).then(
      (density) => {
        const wanted = this.filter.get() === filter && this.colours.get() === by;
        if (wanted) this.density.set(density);
      },
      (thrown: unknown) => this.failure.set(asFailure(thrown)),
    );
  }

  private async loadAround(seq: number): Promise<void> {
    const [before, after] = await Promise.all([
      this.page({ before: seq + 1 }),
      this.page({ from: seq + 1 }),
    ]);
    this.add(joined(before, after), seq);
  }

  /** The events that fit the filter before or after those of the window. */
  async extend(way: 'before' | 'after'): Promise<void> {
    const next = this.pages.then(async () => {
      const { from, to } = this.window.get();
      if (way === 'before' ? from <= 1 : to >= this.head()) return;
      const page = way === 'before' ? { before: from } : { from: to + 1 };
      this.add(await this.page(page), this.target.get());
    });
    this.pages = next.catch(() => undefined);
    await next;
  }

  private add(page: EventWindow & { filter?: TimelineFilter }, seq: number): void {
    if (page.filter !== undefined && page.filter !== this.filter.get()) return;
    const all = joined(this.window.get(), { from: page.from, to: page.to, events: page.events });
    this.window.set(around(all, seq, kKeptEvents));
  }

  private async page(
    where: { before: number } | { from: number },
  ): Promise<EventWindow & { filter: TimelineFilter }> {
    const filter = this.filter.get();
    const head = this.head();
    const params = { limit: kPageEvents, ...where, ...paramsOf(filter) };
    const { events, next, previous } = await this.session.call('timeline.range', params);
    if ('before' in where) {
      return {
        filter,
        ...windowOf(where, previous === undefined ? { events } : { events, previous }),
      };
    }
    const last = events.at(-1)?.seq ?? where.from - 1;
    const to = next === undefined ? Math.max(head, last) : last;
    return { filter, from: where.from, to, events };
  }

  /** The event before or after the moment that fits the filter; nothing where there is none. */
  async beside(way: 'before' | 'after'): Promise<WireEvent | undefined> {
    for (;;) {
      const window = this.window.get();
      const seq = this.target.get();
      if (!covers(window, seq)) await this.loadAround(seq);
      const found = neighbour(this.window.get(), seq, way);
      if (found !== 'unknown') return found;
      const { from, to } = this.window.get();
      await this.extend(way);
      const now = this.window.get();
      if (way === 'before' ? now.from === from : now.to === to) return undefined;
    }
  }

  async step(way: 'before' | 'after'): Promise<void> {
    const event = await this.beside(way);
    if (event !== undefined) this.look(event.seq);
  }

  async stepCheckpoint(way: 'before' | 'after'): Promise<void> {
    const { checkpoints } = await this.session.call('checkpoints.list', {});
    const here = this.target.get();
    const found =
      way === 'after'
        ? checkpoints.find(({ seq }) => seq > here)
        : checkpoints.findLast(({ seq }) => seq < here);
    if (found !== undefined) this.look(found.seq);
  }

  mark(name: 'a' | 'b'): void {
    this.marks.update((marks) => ({ ...marks, [name]: this.target.get() }));
  }

  close(): void {
    clearTimeout(this.addressTimer);
    this.player.pause();
  }

  clearMarks(): void {
    this.marks.set({});
    if (this.against.get() === 'marks') this.against.set('before');
  }
}

/** The past that is on the screen, for commands. */
export const currentTimeline = createStore<Timeline | null>(null);
