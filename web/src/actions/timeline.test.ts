import { describe, expect, it, vi } from 'vitest';
import type { WorkspaceSession } from './session';
import { route } from './app';
import { Timeline } from './timeline';

interface Params {
  seq?: number;
  from?: number;
  before?: number;
  limit?: number;
}

const eventOf = (seq: number) => ({
  seq,
  ts: new Date(1_000 * seq).toISOString(),
  type: 'file_edit',
  actor: 'system',
  data: {},
});

/** A log of `head` events; `timeline.at` answers when the test lets it, ranges after a while. */
function setUp(head: number, rangeMs = 0) {
  const asked: number[] = [];
  let held: (() => void)[] = [];
  let holding = false;
  const range = ({ from, before, limit = 100 }: Params) => {
    const first = before === undefined ? (from ?? 1) : Math.max(1, before - limit);
    const last = before === undefined ? Math.min(head, first + limit - 1) : before - 1;
    const events = [];
    for (let seq = first; seq <= last; ++seq) events.push(eventOf(seq));
    const more = before === undefined ? last < head && { next: last + 1 } : false;
    return { events, ...more, ...(before !== undefined && first > 1 && { previous: first }) };
  };
  const call = async (method: string, params: Params) => {
    if (method === 'timeline.range') {
      if (rangeMs > 0) await new Promise((go) => setTimeout(go, rangeMs));
      return range(params);
    }
    if (method !== 'timeline.at') return { from: 1, to: head, width: 1, buckets: [], gaps: [] };
    asked.push(params.seq ?? 0);
    if (holding) await new Promise<void>((go) => held.push(go));
    return { seq: params.seq, files: [], agents: [], locks: [], tasks: [] };
  };
  const session = { call, state: { get: () => ({ seq: head }) } } as unknown as WorkspaceSession;
  return {
    timeline: new Timeline(session, head),
    asked,
    hold: () => (holding = true),
    release: () => {
      holding = false;
      for (const go of held) go();
      held = [];
    },
  };
}

describe('the timeline', () => {
  it('shows the last of the moments that were asked for faster than they are answered', async () => {
    const { timeline, asked, hold, release } = setUp(500);
    hold();
    for (const seq of [10, 20, 30, 40]) timeline.look(seq);
    expect(timeline.target.get()).toBe(40);
    await vi.waitFor(() => expect(asked).toEqual([10]));
    release();
    await vi.waitFor(() => expect(timeline.moment.get()?.seq).toBe(40));
    expect(asked).toEqual([10, 40]);
    timeline.close();
  });

  it('steps through a long log one by one, with a window of it', async () => {
    const { timeline } = setUp(5_000);
    timeline.look(1);
    await vi.waitFor(() => expect(timeline.moment.get()?.seq).toBe(1));
    for (let seq = 2; seq <= 400; ++seq) {
      await timeline.step('after');
      expect(timeline.target.get()).toBe(seq);
    }
    for (let seq = 399; seq > 200; --seq) await timeline.step('before');
    expect(timeline.target.get()).toBe(201);
    timeline.close();
  });

  it('plays from the start where it is at the end, and not what lies between', async () => {
    vi.useFakeTimers();
    try {
      const { timeline } = setUp(5_000, 450);
      timeline.start();
      await vi.advanceTimersByTimeAsync(1_000);
      const seen: number[] = [];
      timeline.target.subscribe(() => seen.push(timeline.target.get()));
      timeline.player.setSpeed(10);
      timeline.player.play();
      await vi.advanceTimersByTimeAsync(20_000);
      timeline.player.pause();
      const reached = timeline.target.get();
      await vi.advanceTimersByTimeAsync(5_000);
      expect(timeline.target.get()).toBe(reached);
      expect(reached).toBeGreaterThan(150);
      expect(reached).toBeLessThan(210);
      expect(seen).toEqual(Array.from({ length: reached }, (_, index) => index + 1));
      timeline.close();
    } finally {
      vi.useRealTimers();
    }
  });

  it('stays within the log', async () => {
    const { timeline } = setUp(7);
    timeline.look(99);
    expect(timeline.target.get()).toBe(7);
    await timeline.step('after');
    expect(timeline.target.get()).toBe(7);
    timeline.look(-3);
    await timeline.step('before');
    expect(timeline.target.get()).toBe(1);
    timeline.close();
  });

  it('does not take back where a link leads while its own moment is still to be named', () => {
    vi.useFakeTimers();
    vi.stubGlobal('window', { history: { replaceState: () => undefined } });
    try {
      const at = (seq: number) =>
        route.set({ page: 'workspace', id: 'w', place: { kind: 'moment', seq } });
      const here = () => {
        const target = route.get();
        return target.page === 'workspace' ? target.place : undefined;
      };
      const { timeline } = setUp(50);
      at(50);
      timeline.look(20);
      vi.advanceTimersByTime(1_000);
      expect(here()).toEqual({ kind: 'moment', seq: 20 });
      timeline.look(10);
      at(30);
      vi.advanceTimersByTime(1_000);
      expect(here()).toEqual({ kind: 'moment', seq: 30 });
      timeline.close();
    } finally {
      route.set({ page: 'workspaces' });
      vi.unstubAllGlobals();
      vi.useRealTimers();
    }
  });

  it('goes where the address leads, and not back to where it has been itself', () => {
    const { timeline } = setUp(50);
    timeline.look(20);
    timeline.wentTo(50);
    expect(timeline.target.get(), 'the address is behind').toBe(20);
    timeline.wentTo(30);
    expect(timeline.target.get()).toBe(30);
    timeline.close();
  });
});
