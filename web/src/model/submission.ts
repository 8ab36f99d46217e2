import type { ParamsOf } from '../protocol/methods';

/** What a person has filled in for a new task. */
export interface Draft {
  agent: string;
  prompt: string;
  priority: number;
  after: string[];
  /** As typed; empty for no budget of its own. */
  budget: string;
  worktree: 'none' | 'merge' | 'keep';
}

/** The server's own limit of tasks that one waits for. */
export const kDependenciesMax = 100;

/** A number of dollars above nothing, as people type it: `2`, `0.5`, `.5`. */
export function parseUsd(text: string): number | undefined {
  const trimmed = text.trim().replace(/^\$/, '');
  if (!/^(\d+\.?\d*|\.\d+)$/.test(trimmed)) return undefined;
  const amount = Number(trimmed);
  return amount <= 1e6 ? amount : undefined;
}

/** What is wrong with it, by field; nothing where it can be sent. */
export function problemsOf(draft: Draft): { prompt?: string; budget?: string; after?: string } {
  const amount = parseUsd(draft.budget);
  return {
    ...(draft.prompt.trim() === '' ? { prompt: 'Say what is to be done.' } : {}),
    ...(draft.budget.trim() !== '' && (amount === undefined || amount === 0)
      ? { budget: 'An amount above 0 in dollars, such as 0.50, or nothing.' }
      : {}),
    ...(draft.after.length > kDependenciesMax
      ? { after: `At most ${kDependenciesMax} tasks.` }
      : {}),
  };
}

export function submissionOf(draft: Draft): ParamsOf<'tasks.submit'> {
  const amount = draft.budget.trim() === '' ? undefined : parseUsd(draft.budget);
  return {
    agent: draft.agent,
    prompt: draft.prompt.trim(),
    priority: draft.priority,
    ...(draft.after.length === 0 ? {} : { depends_on: draft.after }),
    ...(amount === undefined ? {} : { budget_usd: amount }),
    ...(draft.worktree === 'none' ? {} : { worktree: draft.worktree }),
  };
}
