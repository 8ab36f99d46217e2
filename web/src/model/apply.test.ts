import { describe, expect, it } from 'vitest';
import { apply, applyAll, GapError } from './apply';
import { fromSnapshot } from './attach';
import { leadingLock } from './locks';
import { withPreview } from './previews';
import { kLogEventsMax } from './state';
import { inQueueOrder } from './tasks';
import * as story from './testing';
import { events, fresh, play, snapshot } from './testing';

describe('the sequence', () => {
  it('ignores what it has already', () => {
    const [event] = events(9, [story.queued('t1')]);
    expect(apply(fresh, event!)).toBe(fresh);
  });

  it('ignores a whole replay, whatever it says', () => {
    const after = play(fresh, [story.queued('t1'), story.acquired('a', 1)]);
    const replay = events(10, [story.queued('other'), story.released('a', 1)]);
    expect(replay.reduce(apply, after)).toBe(after);
  });

  it('comes to the same with many at once as with one after another', () => {
    const many = events(10, [story.queued('t1'), story.acquired('a', 1), story.queued('t2')]);
    expect(applyAll(fresh, many)).toEqual(
      many.reduce((state, event) => apply(state, event), fresh),
    );
    expect(applyAll(fresh, [...many, ...many])).toEqual(applyAll(fresh, many));
    expect(() => applyAll(fresh, many.toSpliced(1, 1))).toThrow(GapError);
  });

  it('keeps the end of a long log, without a gap', () => {
    const [event] = events(10, [story.queued('t1')]);
    const long = Array.from({ length: kLogEventsMax + 50 }, (_, at) => ({
      ...event!,
      type: 'weather_changed',
      seq: 11 + at,
    }));
    const { log, seq } = applyAll(applyAll(fresh, long.slice(0, 30)), long.slice(30));
    expect(log).toHaveLength(kLogEventsMax);
    expect(log.at(-1)?.seq).toBe(seq);
    expect(log[0]?.seq).toBe(seq - kLogEventsMax + 1);
  });

  it.each([12, 13, 1_000])('refuses to jump from 10 to %i', (seq) => {
    const event = { ...events(10, [story.queued('t1')])[0]!, seq };
    expect(() => apply(fresh, event)).toThrow(GapError);
  });

  it('counts types it does not know and changes nothing else', () => {
    const after = play(fresh, [{ type: 'weather_changed', data: { id: 'x' } }]);
    expect(after.seq).toBe(11);
    expect(after.log).toHaveLength(1);
    expect({ ...after, seq: 10, log: [] }).toEqual(fresh);
  });

  it('does not change the state it was given', () => {
    const before = structuredClone(fresh);
    play(fresh, [story.queued('t1'), story.acquired('a', 1), story.said('hello')]);
    expect(fresh).toEqual(before);
  });
});

describe('locks', () => {
  it('are held until released by their token', () => {
    const held = play(fresh, [story.acquired('a.ts', 7)]);
    expect(leadingLock(held.locks, 'a.ts')?.holder).toBe('agent:claude');
    expect(play(held, [story.released('a.ts', 6)]).locks['a.ts']).toHaveLength(1);
    expect(play(held, [story.released('a.ts', 7)]).locks).toEqual({});
  });

  it('may have several readers; the writer leads', () => {
    const readers = play(fresh, [
      story.acquired('a', 1, 'agent:claude', 'read'),
      story.acquired('a', 2, 'agent:gemini', 'read'),
    ]);
    expect(readers.locks['a']).toHaveLength(2);
    const upgraded = play(readers, [story.acquired('a', 3, 'agent:gemini', 'write')]);
    expect(leadingLock(upgraded.locks, 'a')?.token).toBe(3);
  });

  it('a renewal moves the end only', () => {
    const renewed = play(fresh, [
      story.acquired('a', 1),
      {
        type: 'lock_renewed',
        data: { path: 'a', token: 1, holder: 'agent:claude', expires_at: 'later' },
      },
      {
        type: 'lock_renewed',
        data: { path: 'b', token: 9, holder: 'agent:claude', expires_at: 'x' },
      },
    ]);
    expect(renewed.locks).toEqual({
      a: [expect.objectContaining({ token: 1, expires_at: 'later' })],
    });
  });

  it('a wait ends when the waiter gets the lock or gives up', () => {
    const wait = {
      type: 'lock_waiting',
      data: { path: 'a', mode: 'write', holder: 'agent:gemini', waits_for: ['agent:claude'] },
    };
    const waiting = play(fresh, [story.acquired('a', 1), wait]);
    expect(waiting.waits).toHaveLength(1);
    expect(play(waiting, [story.acquired('a', 2, 'agent:gemini')]).waits).toEqual([]);
    const ended = {
      type: 'lock_wait_ended',
      data: { path: 'a', holder: 'agent:gemini', reason: 'timeout' },
    };
    expect(play(waiting, [ended]).waits).toEqual([]);
    const other = {
      type: 'lock_wait_ended',
      data: { path: 'b', holder: 'agent:gemini', reason: 'timeout' },
    };
    expect(play(waiting, [other]).waits).toHaveLength(1);
  });
});

describe('tasks and agents', () => {
  const running = play(fresh, [
    story.queued('t1'),
    { type: 'task_started', task: 't1', data: { agent: 'claude', attempt: 1 } },
    {
      type: 'agent_state_change',
      data: { agent: 'claude', from: 'idle', to: 'executing', reason: '' },
    },
    story.toolStarted('c1', { path: 'src/a.ts' }),
  ]);
  const agentOf = (state: typeof fresh) => state.agents[0];

  it('an agent shows its task, tool and file', () => {
    expect(agentOf(running)).toMatchObject({
      state: 'executing',
      task: 't1',
      tool: { name: 'edit_file', path: 'src/a.ts' },
    });
    expect(agentOf(play(running, [story.toolFinished('c0')]))?.tool?.id).toBe('c1');
    expect(agentOf(play(running, [story.toolFinished('c1')]))?.tool).toBeUndefined();
  });

  it('waiting shows why, and ends with the task', () => {
    const waiting = play(running, [
      { type: 'task_waiting', task: 't1', data: { agent: 'claude', for: 'lock', what: 'b.ts' } },
    ]);
    expect(agentOf(waiting)?.waiting).toEqual({ for: 'lock', what: 'b.ts' });
    expect(waiting.tasks[0]).toMatchObject({ state: 'waiting', waits_for: 'lock: b.ts' });
    const again = fromSnapshot({
      ...snapshot,
      agents: [{ ...snapshot.agents[0]!, task: 't1' }],
      tasks: waiting.tasks,
    });
    expect(agentOf(again)?.waiting).toEqual({ for: 'lock', what: 'b.ts' });
    const resumed = play(waiting, [
      { type: 'task_resumed', task: 't1', data: { agent: 'claude', for: 'lock', what: 'b.ts' } },
    ]);
    expect(resumed.tasks[0]).not.toHaveProperty('waits_for');
    const over = play(waiting, [
      {
        type: 'task_finished',
        task: 't1',
        data: { agent: 'claude', state: 'succeeded', elapsed_ms: 1 },
      },
      { type: 'agent_state_change', data: { agent: 'claude', from: 'executing', to: 'idle' } },
    ]);
    expect(agentOf(over)).toEqual(fresh.agents[0]);
  });

  it('money moves with usage and budgets, and with nothing else', () => {
    const reserved = { id: 'r', agent: 'claude', model: 'm', amount_usd: 1 };
    const moved = play(running, [{ type: 'budget_reserved', task: 't1', data: reserved }]);
    expect(moved.moneySeq).toBe(moved.seq);
    expect(play(moved, [story.said('hello')]).moneySeq).toBe(moved.seq);
  });

  it('the end of another task leaves the agent alone', () => {
    const after = play(running, [
      story.queued('t0'),
      { type: 'task_finished', task: 't0', data: { agent: 'claude', state: 'cancelled' } },
    ]);
    expect(agentOf(after)?.task).toBe('t1');
  });

  it('a failure keeps its error; a requeue starts over', () => {
    const error = { kind: 'budget', message: 'spent', hint: 'raise it' };
    const failed = play(running, [
      { type: 'task_finished', task: 't1', data: { agent: 'claude', state: 'failed', error } },
    ]);
    expect(failed.tasks[0]).toMatchObject({ state: 'failed', error });
    expect(failed.chat.at(-1)).toMatchObject({ kind: 'notice', text: 'spent', hint: 'raise it' });
    const again = play(failed, [
      { type: 'task_requeued', task: 't1', data: { agent: 'claude', attempt: 2, reason: 'retry' } },
    ]);
    expect(again.tasks[0]).toMatchObject({ state: 'queued', attempt: 2 });
    expect(again.tasks[0]).not.toHaveProperty('error');
    expect(play(failed, [story.queued('t1')]).tasks).toHaveLength(1);
  });

  it('the queue runs by priority, then first come; what is over comes last, newest first', () => {
    const finish = (task: string) => ({
      type: 'task_finished',
      task,
      data: { agent: 'claude', state: 'succeeded' },
    });
    const state = play(fresh, [
      ...['a', 'b', 'c', 'd', 'e'].map((id) => story.queued(id, 'claude', id === 'c' ? 9 : 5)),
      { type: 'task_started', task: 'd', data: { agent: 'claude' } },
      finish('a'),
      finish('e'),
    ]);
    expect(inQueueOrder(state.tasks).map(({ id }) => id)).toEqual(['d', 'c', 'b', 'e', 'a']);
    const promoted = play(state, [
      { type: 'task_promoted', task: 'b', data: { agent: 'claude', priority: 10 } },
    ]);
    expect(inQueueOrder(promoted.tasks)[1]?.id).toBe('b');
  });

  it('an unknown agent or task changes nothing', () => {
    const after = play(fresh, [
      { type: 'agent_state_change', data: { agent: 'nobody', from: 'idle', to: 'failed' } },
      { type: 'task_promoted', task: 'none', data: { agent: 'claude', priority: 9 } },
    ]);
    expect(after.agents).toBe(fresh.agents);
    expect(after.tasks).toBe(fresh.tasks);
  });
});

describe('previews', () => {
  const previewed = (task: string) => ({
    ...fresh,
    previews: withPreview(fresh.previews, { task, agent: 'claude', text: 'so far' }),
  });

  it('hold the whole turn so far', () => {
    const longer = withPreview(previewed('t1').previews, {
      task: 't1',
      agent: 'claude',
      text: 'so far so',
    });
    expect(longer).toEqual({ t1: { agent: 'claude', text: 'so far so' } });
  });

  it.each([
    ['its message', story.said('so far so good')],
    [
      'the end of its task',
      { type: 'task_finished', task: 't1', data: { agent: 'claude', state: 'failed' } },
    ],
    ['a requeue', { type: 'task_requeued', task: 't1', data: { agent: 'claude', attempt: 2 } }],
  ])('end with %s', (_name, happening) => {
    expect(play(previewed('t1'), [happening]).previews).toEqual({});
    expect(play(previewed('t2'), [happening]).previews).toHaveProperty('t2');
  });
});

describe('cost', () => {
  const usage = (cost_usd: number | null) => ({
    type: 'usage_recorded',
    data: {
      agent: 'claude',
      provider: 'p',
      model: 'm',
      input: 100,
      cached: 50,
      cache_write: 5,
      output: 20,
      reasoning: 7,
      cost_usd,
    },
  });

  it('adds up; a call without a price is unpriced, not free', () => {
    expect(play(fresh, [usage(0.25), usage(0.5), usage(null)]).cost).toEqual({
      spent_usd: 0.75,
      calls: 3,
      unpriced_calls: 1,
      input: 300,
      cached: 150,
      cache_write: 15,
      output: 60,
      reasoning: 21,
    });
  });
});
