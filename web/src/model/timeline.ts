import type { Density, TimelineAt, TimelineFile } from '../protocol/timeline';
import type { WireEvent } from '../protocol/events';

/** A pause longer than this is drawn and played as if it were this long. */
export const kGapShownMs = 5_000;
/** So much room an event has at least, so that no two are at the same place. */
const kEventMs = 0.01;

/**
 * Where each event is on the strip: session time with long pauses cut short. `seq` and `at` rise
 * together; between two knots events are spread evenly.
 */
export interface Axis {
  seq: number[];
  /** Milliseconds of the shortened time since the first knot. */
  at: number[];
  /** Of the session, of each knot. */
  ms: number[];
}

/** `tail` are events after those that the density has counted. */
export function axisOf(density: Density, tail: { seq: number; ts: string }[] = []): Axis {
  const axis: Axis = { seq: [], at: [], ms: [] };
  const gaps = [...density.gaps];
  const add = (seq: number, ts: string): void => {
    const ms = Date.parse(ts);
    const lastSeq = axis.seq.at(-1);
    const lastMs = axis.ms.at(-1) ?? ms;
    let idle = 0;
    while (gaps[0] !== undefined && gaps[0].seq <= seq) {
      const gap = gaps.shift();
      if (lastSeq !== undefined && gap !== undefined) idle += Math.max(0, gap.ms - kGapShownMs);
    }
    const passed = Math.max(0, ms - lastMs - idle);
    const least = lastSeq === undefined ? 0 : (seq - lastSeq) * kEventMs;
    axis.seq.push(seq);
    axis.ms.push(ms);
    axis.at.push((axis.at.at(-1) ?? 0) + Math.max(least, passed));
  };
  for (const { from, ts } of density.buckets) add(from, ts);
  if (density.to > (axis.seq.at(-1) ?? 0)) add(density.to, density.to_ts);
  for (const { seq, ts } of tail) {
    if (seq > (axis.seq.at(-1) ?? 0)) add(seq, shortened(axis, ts));
  }
  return axis;
}

/** The pauses of the tail are not known to the density. */
function shortened(axis: Axis, ts: string): string {
  const last = axis.ms.at(-1) ?? Date.parse(ts);
  return new Date(Math.min(Date.parse(ts), last + kGapShownMs)).toISOString();
}

/** The place of an event on the strip, from 0 to 1. */
export function placeOnAxis(axis: Axis, seq: number): number {
  const length = axis.at.at(-1) ?? 0;
  return length === 0 ? 0 : between(axis.seq, axis.at, seq) / length;
}

/** The event at a place from 0 to 1. */
export function eventAt(axis: Axis, place: number): number {
  const length = axis.at.at(-1) ?? 0;
  const wanted = Math.min(1, Math.max(0, place)) * length;
  return Math.max(1, Math.round(between(axis.at, axis.seq, wanted)));
}

/** What `to` is where `from` is `value`, both rising. */
function between(from: number[], to: number[], value: number): number {
  if (from.length === 0) return 0;
  let low = 0;
  let high = from.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((from[middle] ?? 0) <= value) low = middle;
    else high = middle - 1;
  }
  const [x0 = 0, y0 = 0] = [from[low], to[low]];
  const [x1, y1] = [from[low + 1], to[low + 1]];
  if (x1 === undefined || y1 === undefined || x1 === x0) return y0;
  const share = Math.min(1, Math.max(0, (value - x0) / (x1 - x0)));
  return y0 + share * (y1 - y0);
}

export interface Column {
  /** How many events of each key; none for a column without any. */
  counts: Map<string, number>;
  total: number;
}

/** The density as `count` columns of equal width; an event counts where it is on the axis. */
export function columnsOf(density: Density, axis: Axis, count: number): Column[] {
  const columns = Array.from({ length: count }, (): Column => ({ counts: new Map(), total: 0 }));
  const columnAt = (seq: number): number =>
    Math.min(count - 1, Math.floor(placeOnAxis(axis, seq) * count));
  density.buckets.forEach(({ from, counts }) => {
    const to = Math.min(density.to, from + density.width - 1);
    const [first, last] = [columnAt(from), columnAt(to)];
    const share = 1 / (last - first + 1);
    for (let at = first; at <= last; ++at) {
      const column = columns[at];
      if (column === undefined) continue;
      for (const [key, events] of Object.entries(counts)) {
        column.counts.set(key, (column.counts.get(key) ?? 0) + events * share);
        column.total += events * share;
      }
    }
  });
  return columns;
}

/** Events without a gap among those that fit a filter: all of `from` to `to`. */
export interface EventWindow {
  from: number;
  to: number;
  events: WireEvent[];
}

export const kNoWindow: EventWindow = { from: 1, to: 0, events: [] };

export function covers(window: EventWindow, seq: number): boolean {
  return window.from <= seq && seq <= window.to;
}

/** Puts two windows together that touch or overlap; else the later one alone. */
export function joined(window: EventWindow, more: EventWindow): EventWindow {
  if (more.from > window.to + 1 || window.from > more.to + 1) return more;
  const bySeq = new Map(window.events.map((event) => [event.seq, event]));
  for (const event of more.events) bySeq.set(event.seq, event);
  return {
    from: Math.min(window.from, more.from),
    to: Math.max(window.to, more.to),
    events: [...bySeq.values()].toSorted((a, b) => a.seq - b.seq),
  };
}

/** The last `keep` events before `seq` and as many after it: a page never holds the whole log. */
export function around(window: EventWindow, seq: number, keep: number): EventWindow {
  const index = window.events.findIndex((event) => event.seq >= seq);
  const middle = index < 0 ? window.events.length : index;
  const first = Math.max(0, middle - keep);
  const last = Math.min(window.events.length, middle + keep);
  if (first === 0 && last === window.events.length) return window;
  const events = window.events.slice(first, last);
  return {
    from: first === 0 ? window.from : (events[0]?.seq ?? seq),
    to: last === window.events.length ? window.to : (events.at(-1)?.seq ?? seq),
    events,
  };
}

/** The event before or after `seq`; `unknown` where the window does not reach it. */
export function neighbour(
  window: EventWindow,
  seq: number,
  way: 'before' | 'after',
): WireEvent | undefined | 'unknown' {
  if (seq < window.from - 1 || seq > window.to + 1) return 'unknown';
  if (way === 'after') {
    const next = window.events.find((event) => event.seq > seq);
    return next ?? 'unknown';
  }
  const before = window.events.findLast((event) => event.seq < seq);
  return before ?? (window.from <= 1 ? undefined : 'unknown');
}

/**
 * What to ask for so that `window` ends with at least `wanted` events up to `seq`; nothing where it
 * does, or where it has all there is before.
 */
export function missing(
  window: EventWindow,
  seq: number,
  wanted: number,
): { from?: number; before: number } | undefined {
  if (seq > window.to && window.to > 0) return { from: window.to + 1, before: seq + 1 };
  if (!covers(window, seq)) return { before: seq + 1 };
  const held = window.events.filter((event) => event.seq <= seq).length;
  return held >= wanted || window.from <= 1 ? undefined : { before: seq + 1 };
}

/** The answer to a question for events before one, as a window. */
export function windowOf(
  asked: { from?: number; before: number },
  answer: { events: WireEvent[]; previous?: number },
): EventWindow {
  const { events, previous } = answer;
  const first = previous === undefined ? (asked.from ?? 1) : (events[0]?.seq ?? asked.before);
  return { from: first, to: asked.before - 1, events };
}

export const kSpeeds = [1, 2, 5, 10, 50, 100] as const;
export type Speed = (typeof kSpeeds)[number];

/** Where playing is, in the session's time. */
export interface PlayHead {
  seq: number;
  ms: number;
}

export interface Played {
  head: PlayHead;
  /** How long a pause was that is left out, 0 for none. */
  skippedMs: number;
  /** Nothing comes after what the window holds: more is wanted, or it is the end. */
  starved: boolean;
}

/** How long before the next event the play head is put when a pause is left out. */
const kLeadMs = 500;

/** The play head after `elapsedMs` of the person's time; pauses beyond kGapShownMs are left out. */
export function advance(
  head: PlayHead,
  elapsedMs: number,
  speed: number,
  events: WireEvent[],
): Played {
  const ahead = events.filter((event) => event.seq > head.seq);
  const next = ahead[0];
  if (next === undefined) return { head, skippedMs: 0, starved: true };
  const due = head.ms + elapsedMs * speed;
  const passed = ahead.findLast((event) => Date.parse(event.ts) <= due);
  if (passed !== undefined) {
    const ms = Math.max(head.ms, Date.parse(passed.ts));
    const rest = ahead.find((event) => event.seq > passed.seq);
    // What is left of the time counts towards the next event, unless a pause begins here.
    const waits = rest !== undefined && Date.parse(rest.ts) - ms <= kGapShownMs;
    return { head: { seq: passed.seq, ms: waits ? due : ms }, skippedMs: 0, starved: false };
  }
  const nextMs = Date.parse(next.ts);
  if (nextMs - due <= kGapShownMs) {
    return { head: { ...head, ms: due }, skippedMs: 0, starved: false };
  }
  const to = nextMs - kLeadMs * speed;
  return to <= due
    ? { head: { ...head, ms: due }, skippedMs: 0, starved: false }
    : { head: { ...head, ms: to }, skippedMs: to - due, starved: false };
}

export type Files = ReadonlyMap<string, TimelineFile>;

/** The files at the moment of `answer`; `known` are those of the moment it is relative to. */
export function filesAfter(known: Files, answer: TimelineAt): Files {
  if (answer.since === undefined) return new Map(answer.files.map((file) => [file.path, file]));
  if (answer.files.length === 0 && (answer.removed ?? []).length === 0) return known;
  const files = new Map(known);
  for (const path of answer.removed ?? []) files.delete(path);
  for (const file of answer.files) files.set(file.path, file);
  return files;
}

export interface FileChange {
  path: string;
  kind: 'created' | 'changed' | 'removed';
}

/** What differs between two moments, by path. */
export function changesBetween(before: Files, after: Files): FileChange[] {
  const changes: FileChange[] = [];
  for (const [path, file] of after) {
    const old = before.get(path);
    if (old === undefined) changes.push({ path, kind: 'created' });
    else if (old.hash !== file.hash) changes.push({ path, kind: 'changed' });
  }
  for (const path of before.keys()) {
    if (!after.has(path)) changes.push({ path, kind: 'removed' });
  }
  return changes.toSorted((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}
