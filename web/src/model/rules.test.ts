import { describe, expect, test } from 'vitest';
import { draftOf, inputOf, lineOf, moved, ruleOf } from './rules';

describe('rules', () => {
  test('come out of the editor as they went in', () => {
    const rules = [
      { decision: 'ask' as const },
      { tool: 'run_command', command: 'make *', decision: 'allow' as const },
      { path: 'deploy/', decision: 'deny' as const },
      { secret: 'NPM_TOKEN', command: 'npm publish', decision: 'allow' as const },
    ];
    expect(rules.map((rule, key) => ruleOf(draftOf(rule, key)))).toEqual(rules);
  });
  test('lose blanks around a pattern, and a pattern of blanks', () => {
    const draft = { ...draftOf({ decision: 'allow' }, 0), command: ' make test ', path: '  ' };
    expect(ruleOf(draft)).toEqual({ command: 'make test', decision: 'allow' });
  });
  test('move by one, within the list', () => {
    expect(moved([1, 2, 3], 1, -1)).toEqual([2, 1, 3]);
    expect(moved([1, 2, 3], 1, 1)).toEqual([1, 3, 2]);
    expect(moved([1, 2, 3], 0, -1)).toEqual([1, 2, 3]);
    expect(moved([1, 2, 3], 2, 1)).toEqual([1, 2, 3]);
  });
  test('read as a line', () => {
    expect(lineOf({ decision: 'ask' })).toBe('ask: everything');
    expect(lineOf({ secret: 'A', command: 'x*', decision: 'deny' })).toBe('deny: x* secret A');
  });
  test('are tried on calls that the tools take', () => {
    expect(inputOf('run_command', 'make', '')).toEqual({ command: 'make' });
    expect(inputOf('run_command', 'make', 'A')).toEqual({ command: 'make', secrets: ['A'] });
    expect(inputOf('git', ' commit  -m x', '')).toEqual({ args: ['commit', '-m', 'x'] });
    expect(inputOf('edit_file', 'a.txt', 'A')).toEqual({ path: 'a.txt', old: 'old', new: 'new' });
  });
});
