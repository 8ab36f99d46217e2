import { describe, expect, it } from 'vitest';
import { questionOfLogOut } from './logOut';

describe('logging out', () => {
  it('asks nothing where nothing is lost', () => {
    expect(questionOfLogOut({ files: [], comments: 0, invited: false })).toBeNull();
  });

  it('names what is not saved', () => {
    const some = questionOfLogOut({ files: ['a.txt', 'src/b.ts'], comments: 2, invited: false });
    expect(some).toEqual({
      title: 'Log out without saving?',
      text: 'This browser forgets what is not saved in a.txt, src/b.ts and 2 comments.',
      submit: 'Forget it and log out',
    });
    const files = Array.from({ length: 9 }, (_, at) => `f${at}`);
    const many = questionOfLogOut({ files, comments: 0, invited: false });
    expect(many?.text).toBe(
      'This browser forgets what is not saved in f0, f1, f2, f3, f4 and 4 more.',
    );
    expect(questionOfLogOut({ files: [], comments: 1, invited: false })?.text).toBe(
      'This browser forgets a comment.',
    );
  });

  it('says that an invitation is used up', () => {
    const asked = questionOfLogOut({ files: [], comments: 0, invited: true });
    expect(asked).toMatchObject({ title: 'Log out?', submit: 'Log out' });
    expect(asked?.text).toContain('a new one');
    expect(questionOfLogOut({ files: ['a'], comments: 0, invited: true })?.text).toMatch(
      /saved in a\. An invitation/,
    );
  });
});
