import { expect, it } from 'vitest';
import { parseUsd, problemsOf, submissionOf, type Draft } from './submission';

const draft: Draft = {
  agent: 'auto',
  prompt: ' do it ',
  priority: 5,
  after: [],
  budget: '',
  worktree: 'none',
};

it.each([
  ['2', 2],
  ['.5', 0.5],
  ['$1.25', 1.25],
  [' 3. ', 3],
  ['', undefined],
  ['1e3', undefined],
  ['-1', undefined],
  ['1,5', undefined],
  ['2000000', undefined],
])('%j is so many dollars', (text, amount) => {
  expect(parseUsd(text)).toBe(amount);
});

it('sends what was filled in and no more', () => {
  expect(submissionOf(draft)).toEqual({ agent: 'auto', prompt: 'do it', priority: 5 });
  expect(
    submissionOf({ ...draft, after: ['t1'], budget: '0.5', worktree: 'merge', priority: 9 }),
  ).toEqual({
    agent: 'auto',
    prompt: 'do it',
    priority: 9,
    depends_on: ['t1'],
    budget_usd: 0.5,
    worktree: 'merge',
  });
});

it('says what is wrong', () => {
  expect(problemsOf(draft)).toEqual({});
  expect(problemsOf({ ...draft, prompt: '  ' }).prompt).toBeDefined();
  expect(problemsOf({ ...draft, budget: '0' }).budget).toBeDefined();
  expect(problemsOf({ ...draft, budget: 'much' }).budget).toBeDefined();
  expect(problemsOf({ ...draft, after: Array.from({ length: 101 }, String) }).after).toBeDefined();
});
