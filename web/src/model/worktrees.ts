import type { WorktreeInfo } from '../protocol/entities';
import type { KnownEvent, WorktreeChange } from '../protocol/events';

/** The copies that tasks work in or have left, after `event`. */
export function applyToWorktrees(worktrees: WorktreeInfo[], event: KnownEvent): WorktreeInfo[] {
  const task = event.task ?? '';
  switch (event.type) {
    case 'worktree_opened': {
      const { agent, from, conflicts = [], changes = [] } = event.data;
      const others = worktrees.filter((each) => each.task !== task && each.task !== from);
      return [...others, { task, agent, conflicts, changed: withChanges([], changes) }];
    }
    case 'worktree_edit':
      return worktrees.map((each) =>
        each.task === task
          ? { ...each, changed: withChanges(each.changed, event.data.changes) }
          : each,
      );
    case 'worktree_merged':
    case 'worktree_discarded':
      return worktrees.filter((each) => each.task !== task);
    default:
      return worktrees;
  }
}

/** Each path once, in order. */
function withChanges(
  changed: WorktreeInfo['changed'],
  changes: readonly WorktreeChange[],
): WorktreeInfo['changed'] {
  const byPath = new Map(changed.map((each) => [each.path, each]));
  for (const { path, type } of changes) byPath.set(path, { path, removed: type === 'none' });
  return [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
}

/** The lines of a unified difference, each with what it is. */
export interface DiffLine {
  kind: 'file' | 'place' | 'added' | 'removed' | 'same';
  text: string;
}

export function diffLines(diff: string): DiffLine[] {
  const lines = diff.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines.map((text) => ({ kind: kindOf(text), text }));
}

function kindOf(line: string): DiffLine['kind'] {
  if (/^(---|\+\+\+) /.test(line)) return 'file';
  if (line.startsWith('@@')) return 'place';
  if (line.startsWith('+')) return 'added';
  return line.startsWith('-') ? 'removed' : 'same';
}
