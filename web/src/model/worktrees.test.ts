import { describe, expect, it } from 'vitest';
import type { WorktreeInfo } from '../protocol/entities';
import type { KnownEvent } from '../protocol/events';
import { applyToWorktrees, diffLines } from './worktrees';

function fold(events: [string, string, object][]): WorktreeInfo[] {
  return events.reduce<WorktreeInfo[]>(
    (state, [type, task, data], index) =>
      applyToWorktrees(state, {
        seq: index + 1,
        ts: '2026-11-22T12:00:00.000000Z',
        type,
        actor: 'agent:claude',
        task,
        data,
      } as unknown as KnownEvent),
    [],
  );
}

const opened: [string, string, object] = ['worktree_opened', 't_1', { agent: 'claude' }];

describe('applyToWorktrees', () => {
  it('knows what differs in a copy, each path once', () => {
    const [worktree] = fold([
      opened,
      ['worktree_edit', 't_1', { changes: [{ path: 'b', type: 'file' }] }],
      [
        'worktree_edit',
        't_1',
        {
          changes: [
            { path: 'b', type: 'none' },
            { path: 'a', type: 'file' },
          ],
        },
      ],
      ['worktree_edit', 't_2', { changes: [{ path: 'of another', type: 'file' }] }],
    ]);
    expect(worktree?.changed).toEqual([
      { path: 'a', removed: false },
      { path: 'b', removed: true },
    ]);
  });

  it('hands a conflict over to the task that decides it', () => {
    const worktrees = fold([
      opened,
      [
        'worktree_opened',
        't_2',
        {
          agent: 'claude',
          from: 't_1',
          conflicts: ['a'],
          changes: [{ path: 'a', type: 'file' }],
        },
      ],
    ]);
    expect(worktrees).toEqual([
      { task: 't_2', agent: 'claude', conflicts: ['a'], changed: [{ path: 'a', removed: false }] },
    ]);
  });

  it('forgets what is merged or thrown away', () => {
    expect(fold([opened, ['worktree_merged', 't_1', { paths: [], before: 'c_1' }]])).toEqual([]);
    expect(fold([opened, ['worktree_discarded', 't_1', {}]])).toEqual([]);
  });
});

describe('diffLines', () => {
  it('says what each line is', () => {
    const lines = diffLines('--- a/x\n+++ b/x\n@@ -1 +1 @@\n-old\n+new\n same\n');
    expect(lines.map(({ kind }) => kind)).toEqual([
      'file',
      'file',
      'place',
      'removed',
      'added',
      'same',
    ]);
  });
});
