import { describe, expect, it } from 'vitest';
import type { TaskChanges } from '../protocol/entities';
import { blocksOf } from './markup';
import { isTooLong, kCommentsMax, reviewMessage, withComment } from './reviewComments';

const changes: TaskChanges = {
  task: 't_1',
  files: [
    {
      path: 'src/a.ts',
      version: 3,
      hunks: [
        {
          id: 'h',
          kind: 'lines',
          accepted: false,
          line: 5,
          removed: 'old\n',
          added: 'new\nmore\n',
        },
      ],
    },
  ],
  refused: [],
};

const draft = (index: number, text: string, hunk = 'h') => ({
  path: 'src/a.ts',
  hunk,
  index,
  line: 99,
  quote: index === 0 ? 'old' : 'more',
  text,
});

describe('comments of a review', () => {
  it('are kept one for each line, and go with an empty text', () => {
    const one = withComment([], draft(0, ' why? '));
    expect(one).toEqual([draft(0, 'why?')]);
    const two = withComment(withComment(one, draft(2, 'shorter')), draft(0, 'because?'));
    expect(two.map(({ text }) => text)).toEqual(['shorter', 'because?']);
    expect(withComment(two, draft(2, '  '))).toEqual([draft(0, 'because?')]);
  });

  it('are bounded', () => {
    let drafts = withComment([], draft(0, 'x'.repeat(10_000)));
    expect(drafts[0]?.text.length).toBe(4_000);
    for (let index = 1; index < 200; index++) drafts = withComment(drafts, draft(index, 'more'));
    expect(drafts).toHaveLength(kCommentsMax);
    expect(isTooLong('é'.repeat(40_000))).toBe(true);
  });

  it('become one message with file, line and hunk of each', () => {
    const message = reviewMessage('t_1', [draft(2, 'Why more?'), draft(0, 'Keep it.')], changes);
    expect(message).toContain('task t_1, 2 comments');
    // As the file is now, not as it was when it was written.
    expect(message).toContain(
      '1. `src/a.ts:6`\n```diff\n-old\n+new\n+more\n```\nAt “more”: Why more?',
    );
    expect(message).toContain('2. `src/a.ts:5`\n');
    expect(blocksOf(message).filter(({ kind }) => kind === 'code')).toHaveLength(2);
  });

  it('whose hunk is gone quote the line as it was', () => {
    const message = reviewMessage('t_1', [draft(2, 'Gone?', 'other')], changes);
    expect(message).toContain('`src/a.ts:99` (no longer as it was)\n```diff\nmore\n```\nGone?');
  });

  it('quote code that has fences itself', () => {
    const fenced: TaskChanges = structuredClone(changes);
    fenced.files[0]!.hunks[0]!.added = '```js\ncode\n```\n';
    const message = reviewMessage('t_1', [draft(1, 'Say it.')], fenced);
    const [code] = blocksOf(message).filter(({ kind }) => kind === 'code');
    expect(code?.text).toBe('-old\n+```js\n+code\n+```');
  });
});
