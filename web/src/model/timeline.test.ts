import { describe, expect, it } from 'vitest';
import type { Density, TimelineAt } from '../protocol/timeline';
import {
  advance,
  around,
  axisOf,
  changesBetween,
  columnsOf,
  covers,
  eventAt,
  filesAfter,
  joined,
  kGapShownMs,
  kNoWindow,
  missing,
  neighbour,
  placeOnAxis,
  windowOf as answered,
  type EventWindow,
} from './timeline';

const kStart = Date.parse('2026-11-20T12:00:00Z');
const ts = (ms: number): string => new Date(kStart + ms).toISOString();
const event = (seq: number, ms: number) => ({
  seq,
  ts: ts(ms),
  type: 'file_edit',
  actor: 'system',
  data: {},
});

/** One event a bucket, at these milliseconds. */
function densityOf(times: number[], gaps: Density['gaps'] = []): Density {
  return {
    from: 1,
    to: times.length,
    width: 1,
    to_ts: ts(times.at(-1) ?? 0),
    buckets: times.map((ms, index) => ({ from: index + 1, ts: ts(ms), counts: { a: 1 } })),
    gaps,
  };
}

describe('the axis', () => {
  it('places events by their time, and finds them again', () => {
    const axis = axisOf(densityOf([0, 1_000, 4_000]));
    expect([1, 2, 3].map((seq) => placeOnAxis(axis, seq))).toEqual([0, 0.25, 1]);
    expect([0, 0.25, 1].map((place) => eventAt(axis, place))).toEqual([1, 2, 3]);
    expect(eventAt(axis, -1)).toBe(1);
    expect(eventAt(axis, 2)).toBe(3);
  });

  it('cuts pauses short', () => {
    const hour = 3_600_000;
    const axis = axisOf(densityOf([0, 5_000, 5_000 + hour], [{ seq: 3, ms: hour }]));
    expect(placeOnAxis(axis, 2)).toBeCloseTo(0.5, 5);
    expect(axis.at.at(-1)).toBe(5_000 + kGapShownMs);
  });

  it('keeps events of one moment apart, in order', () => {
    const axis = axisOf(densityOf([0, 0, 0, 0]));
    const places = [1, 2, 3, 4].map((seq) => placeOnAxis(axis, seq));
    expect(places).toEqual([...places].toSorted((a, b) => a - b));
    expect(new Set(places).size).toBe(4);
    for (const seq of [1, 2, 3, 4]) expect(eventAt(axis, placeOnAxis(axis, seq))).toBe(seq);
  });

  it('finds every event of any log again', () => {
    let seed = 7;
    const random = (): number => (seed = (seed * 16_807) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 50; ++round) {
      let at = 0;
      const gaps: Density['gaps'] = [];
      const times = Array.from({ length: 1 + Math.floor(random() * 60) }, (_, index) => {
        const ms =
          random() < 0.2 ? 20_000 + Math.floor(random() * 1e7) : Math.floor(random() * 900);
        if (ms >= 20_000 && index > 0) gaps.push({ seq: index + 1, ms });
        return (at += ms);
      });
      const axis = axisOf(densityOf(times, gaps));
      for (let seq = 1; seq <= times.length; ++seq) {
        expect(eventAt(axis, placeOnAxis(axis, seq))).toBe(seq);
      }
    }
  });

  it('takes events that came since', () => {
    const axis = axisOf(densityOf([0, 1_000]), [event(2, 1_000), event(3, 2_000), event(4, 9e9)]);
    expect(axis.seq).toEqual([1, 2, 3, 4]);
    expect(axis.at.at(-1)).toBe(2_000 + kGapShownMs);
  });

  it('has a place for everything in an empty log', () => {
    const axis = axisOf({ from: 1, to: 0, width: 1, to_ts: '', buckets: [], gaps: [] });
    expect(placeOnAxis(axis, 1)).toBe(0);
    expect(eventAt(axis, 0.5)).toBe(1);
  });
});

describe('the columns', () => {
  it('count every event once', () => {
    const density: Density = {
      ...densityOf([0, 100, 200, 5_000]),
      width: 10,
      to: 40,
      buckets: [0, 1, 2, 3].map((index) => ({
        from: index * 10 + 1,
        ts: ts(index * 700),
        counts: { a: index, b: 2 },
      })),
      to_ts: ts(5_000),
    };
    const columns = columnsOf(density, axisOf(density), 7);
    const sum = (key: string): number =>
      columns.reduce((all, { counts }) => all + (counts.get(key) ?? 0), 0);
    expect(columns).toHaveLength(7);
    expect(sum('a')).toBeCloseTo(6);
    expect(sum('b')).toBeCloseTo(8);
    expect(columns.reduce((all, { total }) => all + total, 0)).toBeCloseTo(14);
  });
});

describe('the window', () => {
  const windowOf = (from: number, to: number): EventWindow => ({
    from,
    to,
    events: Array.from({ length: to - from + 1 }, (_, index) => event(from + index, index)),
  });

  it('grows by what touches it, and is replaced by what does not', () => {
    const both = joined(windowOf(5, 9), windowOf(8, 12));
    expect([both.from, both.to, both.events.length]).toEqual([5, 12, 8]);
    expect(joined(windowOf(5, 9), windowOf(10, 12)).events).toHaveLength(8);
    expect(joined(windowOf(5, 9), windowOf(11, 12))).toEqual(windowOf(11, 12));
  });

  it('stays small', () => {
    const cut = around(windowOf(1, 1_000), 500, 100);
    expect([cut.from, cut.to, cut.events.length]).toEqual([400, 599, 200]);
    expect(covers(cut, 500)).toBe(true);
    expect(around(windowOf(1, 50), 20, 100)).toEqual(windowOf(1, 50));
  });

  it('says what it lacks', () => {
    expect(missing(kNoWindow, 9, 5)).toEqual({ before: 10 });
    expect(missing(windowOf(20, 40), 30, 5)).toBeUndefined();
    expect(missing(windowOf(20, 40), 22, 5)).toEqual({ before: 23 });
    expect(missing(windowOf(1, 40), 2, 5)).toBeUndefined();
    expect(missing(windowOf(20, 40), 50, 5)).toEqual({ from: 41, before: 51 });
    expect(missing(windowOf(20, 40), 10, 5)).toEqual({ before: 11 });
    expect(answered({ from: 41, before: 51 }, { events: [event(44, 0)] })).toMatchObject({
      from: 41,
      to: 50,
    });
    expect(answered({ before: 51 }, { events: [event(44, 0)], previous: 44 }).from).toBe(44);
    expect(answered({ before: 51 }, { events: [] })).toEqual({ from: 1, to: 50, events: [] });
  });

  it('knows the neighbours that it holds, and which it does not', () => {
    const filtered: EventWindow = { from: 1, to: 20, events: [event(3, 0), event(8, 0)] };
    const seqOf = (seq: number, way: 'before' | 'after') => {
      const found = neighbour(filtered, seq, way);
      return typeof found === 'object' ? found.seq : found;
    };
    expect(seqOf(3, 'after')).toBe(8);
    expect(seqOf(5, 'before')).toBe(3);
    expect(seqOf(3, 'before')).toBeUndefined();
    expect(seqOf(8, 'after')).toBe('unknown');
    expect(seqOf(40, 'before')).toBe('unknown');
    expect(neighbour({ ...filtered, from: 2 }, 3, 'before')).toBe('unknown');
  });
});

describe('playing', () => {
  const events = [event(1, 0), event(2, 400), event(3, 1_000), event(4, 3_600_000)];

  it('goes at its speed', () => {
    const start = { seq: 1, ms: kStart };
    expect(advance(start, 100, 1, events).head).toEqual({ seq: 1, ms: kStart + 100 });
    expect(advance(start, 100, 5, events).head).toEqual({ seq: 2, ms: kStart + 500 });
    expect(advance(start, 100, 100, events).head.seq).toBe(3);
  });

  it('leaves pauses out, and says how long they were', () => {
    const { head, skippedMs } = advance({ seq: 3, ms: kStart + 1_000 }, 100, 1, events);
    expect(head).toEqual({ seq: 3, ms: kStart + 3_600_000 - 500 });
    expect(skippedMs).toBe(3_600_000 - 500 - 1_100);
    expect(advance(head, 500, 1, events).head.seq).toBe(4);
  });

  it('never goes back, and says when it has nothing left', () => {
    expect(advance({ seq: 4, ms: kStart }, 100, 1, events).starved).toBe(true);
    let head = { seq: 1, ms: kStart };
    for (let tick = 0; tick < 200; ++tick) {
      const next = advance(head, 37, 10, events).head;
      expect(next.seq).toBeGreaterThanOrEqual(head.seq);
      expect(next.ms).toBeGreaterThanOrEqual(head.ms);
      head = next;
    }
    expect(head.seq).toBe(4);
  });
});

describe('the files of a moment', () => {
  const file = (path: string, version: number) => ({ path, version, hash: `h${version}`, size: 1 });
  const answer = (more: Partial<TimelineAt>): TimelineAt => ({
    seq: 9,
    files: [],
    agents: [],
    locks: [],
    tasks: [],
    ...more,
  });

  it('are those of the answer, or those known with what is different', () => {
    const whole = filesAfter(new Map(), answer({ files: [file('a', 1), file('b', 2)] }));
    expect([...whole.keys()]).toEqual(['a', 'b']);
    const later = filesAfter(
      whole,
      answer({ since: 2, files: [file('a', 5), file('c', 6)], removed: ['b', 'never'] }),
    );
    expect([...later.values()]).toEqual([file('a', 5), file('c', 6)]);
    expect(filesAfter(whole, answer({ since: 2, removed: [] }))).toBe(whole);
  });

  it('are compared by their contents', () => {
    const before = filesAfter(new Map(), answer({ files: [file('a', 1), file('b', 2)] }));
    const after = filesAfter(
      new Map(),
      answer({ files: [{ ...file('a', 7), hash: 'h1' }, file('c', 3)] }),
    );
    expect(changesBetween(before, after)).toEqual([
      { path: 'b', kind: 'removed' },
      { path: 'c', kind: 'created' },
    ]);
    expect(changesBetween(after, before).map(({ kind }) => kind)).toEqual(['created', 'removed']);
  });
});
