import { describe, expect, it } from 'vitest';
import { inviteLink, inviteOf, nameProblem } from './invite';

describe('the link of an invitation', () => {
  it('is read as it was written, and has its secret in the fragment', () => {
    const link = inviteLink('https://studio.example', 'ab12');
    expect(new URL(link).hash).toBe('#invite=ab12');
    expect(new URL(link).search).toBe('');
    expect(inviteOf(new URL(link).hash)).toBe('ab12');
  });

  it.each(['', '#', '#/', '#token=x', '#invite=', '#/workspaces/w/at/3'])('is not %j', (hash) => {
    expect(inviteOf(hash)).toBeNull();
  });
});

describe('a name', () => {
  it.each(['a', 'Ann', 'ann.lee-2', 'x'.repeat(32)])('may be %s', (name) => {
    expect(nameProblem(name)).toBeUndefined();
  });
  it.each(['', '-a', '.a', 'ann lee', 'zoë', 'user:ann', 'x'.repeat(33)])('is not %j', (name) => {
    expect(nameProblem(name)).toBeDefined();
  });
});
