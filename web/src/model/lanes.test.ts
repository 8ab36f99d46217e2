import { describe, expect, it } from 'vitest';
import type { TaskInfo } from '../protocol/entities';
import { blockedBy } from './blocked';
import { boundTo, lanesOf, moveTo, sayGap, stepGap, type Gap, type Step } from './lanes';
import { comparePlaces } from './tasks';
import { fresh, play, queued, taskOf as task } from './testing';

const lanes = (...tasks: TaskInfo[]) => lanesOf(tasks, ['claude', 'gemini']);
const ids = (tasks: TaskInfo[]) => tasks.map(({ id }) => id);

describe('places', () => {
  it.each([
    [[1], [2], -1],
    [[2], [1], 1],
    [[1], [1, 0], -1],
    [[1, 5], [1, -5], 1],
    [[-3], [2], -1],
    [[4], [4], 0],
  ])('%j against %j', (a, b, sign) => {
    expect(Math.sign(comparePlaces(a, b))).toBe(sign);
  });
});

describe('lanes', () => {
  it('put what runs, what stands in line and what is over apart, each in order', () => {
    const [claude, gemini] = lanes(
      task('t1'),
      task('t2', { priority: 9 }),
      task('t3', { place: [0, 5] }),
      task('t4', { state: 'running' }),
      task('t5', { state: 'paused', place: [0] }),
      task('t6', { state: 'succeeded', finished_at: '2026-11-20T12:00:01Z' }),
      task('t7', { state: 'failed', finished_at: '2026-11-20T12:00:02Z' }),
    );
    expect(ids(claude?.line ?? [])).toEqual(['t2', 't5', 't3', 't1']);
    expect(ids(claude?.active ?? [])).toEqual(['t4']);
    expect(ids(claude?.over ?? [])).toEqual(['t7', 't6']);
    expect(gemini?.agent).toBe('gemini');
  });

  it('there is one for whoever has tasks and is no agent any more', () => {
    expect(lanes(task('t1', { agent: 'old' })).map(({ agent }) => agent)).toEqual([
      'claude',
      'gemini',
      'old',
    ]);
  });
});

describe('a move', () => {
  const all = lanes(
    task('t1'),
    task('t2'),
    task('t3', { priority: 2 }),
    task('t9', { agent: 'gemini' }),
  );
  const one = task('t1');
  it.each<[string, TaskInfo, Gap, object | undefined]>([
    [
      'before another',
      task('t3', { priority: 2 }),
      { agent: 'claude', index: 1 },
      { before: 't2' },
    ],
    ['where it is', one, { agent: 'claude', index: 0 }, undefined],
    ['right behind itself', one, { agent: 'claude', index: 1 }, undefined],
    ['to the end', one, { agent: 'claude', index: 3 }, { agent: 'claude', priority: 2 }],
    ['to another agent', one, { agent: 'gemini', index: 0 }, { before: 't9' }],
    [
      'behind another agent’s',
      one,
      { agent: 'gemini', index: 1 },
      { agent: 'gemini', priority: 5 },
    ],
    ['to nobody', one, { agent: 'nobody', index: 0 }, undefined],
    [
      'of one that runs',
      task('t1', { state: 'running' }),
      { agent: 'gemini', index: 0 },
      undefined,
    ],
    ['of one that has begun', task('t1', { attempt: 2 }), { agent: 'gemini', index: 0 }, undefined],
  ])('%s', (_name, moved, gap, expected) => {
    expect(moveTo(all, moved, gap)).toEqual(
      expected === undefined ? undefined : { id: moved.id, ...expected },
    );
  });

  it('to an empty lane keeps the priority', () => {
    expect(
      moveTo(lanes(task('t1', { priority: 7 })), task('t1', { priority: 7 }), {
        agent: 'gemini',
        index: 0,
      }),
    ).toEqual({
      id: 't1',
      agent: 'gemini',
      priority: 7,
    });
  });

  it('says why a task stays with its agent', () => {
    expect(boundTo(one)).toBeUndefined();
    expect(boundTo(task('t1', { attempt: 2 }))).toContain('begun');
    expect(boundTo(task('t1', { parent: 't0' }))).toContain('waits for it');
  });
});

describe('steps', () => {
  const all = lanes(task('t1'), task('t2'), task('t3'), task('t9', { agent: 'gemini' }));
  const walk = (from: Gap, ...steps: Step[]) =>
    steps.reduce((gap, step) => stepGap(all, task('t2'), gap, step), from);
  const here = { agent: 'claude', index: 1 };
  it.each<[string, Step[], Gap]>([
    ['up', ['up'], { agent: 'claude', index: 0 }],
    ['up and no further', ['up', 'up'], { agent: 'claude', index: 0 }],
    ['down', ['down'], { agent: 'claude', index: 3 }],
    ['down and up: where it was', ['down', 'up'], { agent: 'claude', index: 2 }],
    ['first', ['first'], { agent: 'claude', index: 0 }],
    ['last', ['last'], { agent: 'claude', index: 3 }],
    ['to the right', ['right'], { agent: 'gemini', index: 1 }],
    ['no further', ['right', 'right'], { agent: 'gemini', index: 1 }],
    ['there and back', ['right', 'up', 'left'], { agent: 'claude', index: 0 }],
  ])('%s', (_name, steps, gap) => {
    expect(walk(here, ...steps)).toEqual(gap);
  });

  it('do not leave the lane of a task that has begun', () => {
    expect(stepGap(all, task('t2', { attempt: 2 }), here, 'right')).toEqual(here);
  });

  it('are said in places', () => {
    expect(sayGap(all, task('t2'), { agent: 'claude', index: 3 })).toBe('claude, place 3 of 3');
    expect(sayGap(all, task('t2'), { agent: 'claude', index: 0 })).toBe('claude, place 1 of 3');
    expect(sayGap(all, task('t2'), { agent: 'gemini', index: 1 })).toBe('gemini, place 2 of 2');
  });
});

describe('why a task does not go on', () => {
  const why = (of: TaskInfo, others: TaskInfo[] = []) => {
    const tasks = [of, ...others];
    return blockedBy(of, { tasks, lanes: lanes(...tasks) });
  };
  it.each<[string, TaskInfo, TaskInfo[], string | undefined]>([
    ['running', task('t1', { state: 'running' }), [], undefined],
    ['over', task('t1', { state: 'failed' }), [], undefined],
    ['next', task('t1'), [], undefined],
    [
      'its agent works',
      task('t1'),
      [task('t2', { state: 'running' })],
      'claude does “prompt of t2”',
    ],
    ['behind one', task('t2'), [task('t1')], 'comes after “prompt of t1”'],
    ['behind two', task('t3'), [task('t1'), task('t2')], 'comes after 2 others'],
    ['behind a paused one', task('t2'), [task('t1', { state: 'paused' })], undefined],
    [
      'a task',
      task('t1', { depends_on: ['t2'] }),
      [task('t2', { agent: 'gemini' })],
      'waits for “prompt of t2” of gemini',
    ],
    [
      'a task that is done',
      task('t1', { depends_on: ['t2'] }),
      [task('t2', { state: 'succeeded' })],
      undefined,
    ],
    [
      'a lock',
      task('t1', { state: 'waiting', waits_for: 'lock: a.ts is held by user:ada' }),
      [],
      'waits for a lock: a.ts is held by ada',
    ],
    [
      'a budget',
      task('t1', { state: 'waiting', waits_for: 'budget: the budget of claude' }),
      [],
      'waits for budget: the budget of claude',
    ],
    [
      'a person',
      task('t1', { state: 'waiting', waits_for: 'approval: make' }),
      [],
      'waits for a person: make',
    ],
    [
      'a pause',
      task('t1', { state: 'paused', waits_for: 'pause: paused by user:ada' }),
      [],
      'is paused by ada',
    ],
  ])('%s', (_name, of, others, text) => {
    expect(why(of, others)?.text).toBe(text);
  });

  it('names the tasks that it is about', () => {
    expect(why(task('t1', { depends_on: ['t2'] }), [task('t2')])?.on).toEqual(['t2']);
  });
});

describe('events', () => {
  it('of moves give the order that the server has', () => {
    const before = play(fresh, [queued('a'), queued('b'), queued('c')]);
    const moved = play(before, [
      {
        type: 'task_moved',
        task: 'c',
        data: { agent: 'claude', priority: 5, before: 'b', place: [11, 0] },
      },
      { type: 'task_moved', task: 'a', data: { agent: 'gemini', from: 'claude', priority: 9 } },
      { type: 'task_promoted', task: 'b', data: { agent: 'claude', priority: 9 } },
    ]);
    const [claude, gemini] = lanesOf(moved.tasks, ['claude', 'gemini']);
    expect(ids(claude?.line ?? [])).toEqual(['b', 'c']);
    expect(ids(gemini?.line ?? [])).toEqual(['a']);
    expect(gemini?.line[0]?.place).toEqual([15]);
  });
});
