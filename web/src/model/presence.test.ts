import { describe, expect, it } from 'vitest';
import type { Presence } from '../protocol/people';
import { initialsOf, lookersByPath, presentPeople, withPresence } from './presence';

const ann: Presence = { connection: 1, name: 'ann', actor: 'user:ann', role: 'owner' };
const bea: Presence = {
  connection: 2,
  name: 'bea',
  actor: 'user:bea',
  role: 'editor',
  path: 'a.txt',
};

describe('presence', () => {
  it('takes the whole list, and the change of one', () => {
    const all = withPresence([], { method: 'presence', params: { people: [ann, bea] } });
    const moved = { ...bea, path: 'b.txt' };
    const next = withPresence(all, { method: 'presence', params: { person: moved } });
    expect(next).toEqual([ann, moved]);
    const heard = withPresence([ann], { method: 'presence', params: { person: bea } });
    expect(heard).toEqual([ann, bea]);
  });

  it('shows a person once, yourself first', () => {
    const again = { ...ann, connection: 3, path: 'c.txt' };
    expect(presentPeople([bea, ann, again], 'user:ann')).toEqual([
      { name: 'ann', actor: 'user:ann', role: 'owner', path: 'c.txt', you: true },
      { name: 'bea', actor: 'user:bea', role: 'editor', path: 'a.txt', you: false },
    ]);
  });

  it('says who else looks at a file, by page and not by person', () => {
    const again = { ...bea, connection: 4 };
    expect(lookersByPath([ann, bea, again], 1)).toEqual({ 'a.txt': ['user:bea'] });
    expect(lookersByPath([bea], 2)).toEqual({});
  });

  it.each([
    ['ann', 'AN'],
    ['ann-lee', 'AL'],
    ['x', 'X'],
    ['A.b_c', 'AB'],
  ])('shortens %s to %s', (name, initials) => expect(initialsOf(name)).toBe(initials));
});
