import { describe, expect, it } from 'vitest';
import type { TaskInfo } from '../protocol/entities';
import { candidatesFor, mayDepend } from './dependencies';

const task = (id: string, more: Partial<TaskInfo> = {}): TaskInfo => ({
  id,
  agent: 'claude',
  state: 'queued',
  priority: 5,
  prompt: id,
  attempt: 1,
  place: [1],
  created_at: '2026-01-01T00:00:00Z',
  ...more,
});
const names = (tasks: TaskInfo[]): string[] => tasks.map(({ id }) => id);

describe('what a task may wait for', () => {
  it('is whatever is open and does not wait for it', () => {
    const tasks = [
      task('a'),
      task('b', { depends_on: ['a'] }),
      task('c', { depends_on: ['b'] }),
      task('d', { state: 'running' }),
      task('e', { state: 'failed' }),
    ];
    expect(names(candidatesFor(tasks[0]!, tasks))).toEqual(['d']);
    expect(names(candidatesFor(tasks[1]!, tasks))).toEqual(['a', 'd']);
    expect(names(candidatesFor(tasks[3]!, tasks))).toEqual(['a', 'b', 'c']);
  });

  it('is what it waits for already, whatever became of that', () => {
    const tasks = [task('a', { state: 'failed' }), task('b', { depends_on: ['a', 'gone'] })];
    expect(names(candidatesFor(tasks[1]!, tasks))).toEqual(['a']);
  });

  it('stays as it is once the task runs, and for what an agent waits for', () => {
    const states = ['queued', 'paused', 'failed', 'cancelled'] as const;
    for (const state of states) expect(mayDepend(task('a', { state }))).toBe(true);
    for (const state of ['running', 'waiting', 'succeeded'] as const) {
      expect(mayDepend(task('a', { state }))).toBe(false);
    }
    expect(mayDepend(task('a', { parent: 'b' }))).toBe(false);
  });
});
