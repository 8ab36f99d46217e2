import { describe, expect, it } from 'vitest';
import type { TaskInfo } from '../protocol/entities';
import type { WireEvent } from '../protocol/events';
import { attentionOf, noticeOf, quietTasks, titleOf, tokensPerMinute } from './activity';
import { fresh, play, queued } from './testing';

const kNow = Date.parse('2026-11-20T12:10:00Z');
const before = (seconds: number): string => new Date(kNow - seconds * 1_000).toISOString();

const usage = (agent: string, seconds: number, tokens: number): WireEvent => ({
  seq: 1,
  ts: before(seconds),
  type: 'usage_recorded',
  actor: `agent:${agent}`,
  data: { agent, input: tokens, cached: 10, cache_write: 5, output: 1 },
});

describe('tokens a minute', () => {
  it('are what the last minute has read and written, by agent', () => {
    const log = [usage('claude', 61, 1_000), usage('kimi', 59, 100), usage('claude', 1, 200)];
    expect(tokensPerMinute(log, kNow)).toEqual({ kimi: 116, claude: 216 });
    expect(tokensPerMinute([...log, usage('claude', 0, 300)], kNow)['claude']).toBe(532);
    expect(tokensPerMinute([], kNow)).toEqual({});
  });
});

describe('a task that says nothing', () => {
  const task = (id: string, state: TaskInfo['state']): TaskInfo => ({
    id,
    agent: 'claude',
    state,
    priority: 5,
    place: [],
    prompt: '',
    attempt: 1,
    created_at: '',
  });
  const heard = (id: string, seconds: number): WireEvent => ({
    seq: 1,
    ts: before(seconds),
    type: 'tool_call',
    actor: 'agent:claude',
    task: id,
    data: {},
  });

  it('is quiet after two minutes, unless it waits, writes or has ended', () => {
    const tasks = [
      task('quiet', 'running'),
      task('lively', 'running'),
      task('waits', 'waiting'),
      task('writes', 'running'),
      task('over', 'succeeded'),
    ];
    const log = tasks.map(({ id }) => heard(id, 300));
    const previews = { writes: { agent: 'claude', text: 'so' } };
    const state = { tasks, previews, log: [...log, heard('lively', 5)] };
    expect(quietTasks(state, kNow)).toEqual({ quiet: 300_000 });
  });
});

describe('a stuck agent', () => {
  const stuck = (step: string) => ({
    type: 'agent_stuck',
    task: 't1',
    data: { agent: 'claude', doing: 'run_command', silent_ms: 1_200_000, step },
  });
  const started = (task: string) => ({ type: 'task_started', task, data: { agent: 'claude' } });
  const at = (happenings: object[]) =>
    play(fresh, [queued('t1'), started('t1'), ...happenings] as never).agents[0]?.stuck;

  it('stands out until its model answers or it has something else to do', () => {
    expect(at([])).toBeUndefined();
    expect(at([stuck('cut_off')])).toEqual({ task: 't1', doing: 'run_command' });
    expect(at([stuck('cut_off'), started('t1')])).toEqual({ task: 't1', doing: 'run_command' });
    const turn = { type: 'conversation_turn', task: 't1', data: { agent: 'claude', turns: [] } };
    expect(at([stuck('cut_off'), turn])).toBeUndefined();
    const failed = {
      type: 'task_finished',
      task: 't1',
      data: { agent: 'claude', state: 'failed' },
    };
    expect(at([stuck('failed'), failed])).toEqual({ task: 't1', doing: 'run_command' });
    expect(at([stuck('failed'), failed, started('t2')])).toBeUndefined();
    const cancelled = { ...failed, data: { agent: 'claude', state: 'cancelled' } };
    expect(at([stuck('cut_off'), cancelled])).toBeUndefined();
  });

  it('is counted with what waits for a person', () => {
    const state = play(fresh, [queued('t1'), started('t1'), stuck('cut_off')]);
    expect(attentionOf(state)).toBe(1);
    expect(titleOf('Demo', attentionOf(state))).toBe('(1) Demo · CODITECT Studio');
    expect(titleOf('Demo', 0)).toBe('Demo · CODITECT Studio');
  });
});

describe('what a person is told who looks elsewhere', () => {
  const all = { on: true, approvals: true, stuck: true, finished: true };
  const state = play(fresh, [queued('t1')]);
  const event = (type: string, data: object): WireEvent => ({
    seq: 9,
    ts: '',
    type,
    actor: 'agent:claude',
    task: 't1',
    data,
  });
  const asked = event('approval_requested', { id: 'a1', agent: 'claude', tool: 'git', why: 'ask' });
  const ended = event('task_finished', { agent: 'claude', state: 'succeeded' });
  const stuck = event('agent_stuck', {
    agent: 'claude',
    doing: 'git',
    silent_ms: 1,
    step: 'failed',
  });

  it('is a question, an agent that is stuck, a task that ended', () => {
    expect(noticeOf(asked, all, state)).toMatchObject({ title: 'claude asks: git', body: 'ask' });
    expect(noticeOf(stuck, all, state)).toMatchObject({ title: 'claude is stuck in git' });
    expect(noticeOf(ended, all, state)).toMatchObject({
      title: 'claude is done',
      body: 'prompt of t1',
      opens: 'task',
      task: 't1',
    });
    const error = { kind: 'internal', message: 'no model' };
    const failed = event('task_finished', { agent: 'claude', state: 'failed', error });
    expect(noticeOf(failed, all, state)).toMatchObject({
      title: 'claude failed',
      body: 'no model',
    });
  });

  it('is nothing that was not asked for', () => {
    expect(noticeOf(asked, { ...all, on: false }, state)).toBeNull();
    expect(noticeOf(asked, { ...all, approvals: false }, state)).toBeNull();
    expect(noticeOf(stuck, { ...all, stuck: false }, state)).toBeNull();
    expect(noticeOf(ended, { ...all, finished: false }, state)).toBeNull();
    const cancelled = event('task_finished', { agent: 'claude', state: 'cancelled' });
    expect(noticeOf(cancelled, all, state)).toBeNull();
    expect(noticeOf(event('file_edit', {}), all, state)).toBeNull();
  });
});
