import { describe, expect, it } from 'vitest';
import { groupChat } from './chatGroups';
import { addMessages, firstLogSeq, pageBefore, prependEvents } from './history';
import { events, fresh, play, said, toolFinished, toolStarted } from './testing';

describe('the conversation', () => {
  it('a tool call is one item from start to end', () => {
    const state = play(fresh, [toolStarted('c1'), toolFinished('c1', false)]);
    expect(state.chat).toEqual([
      expect.objectContaining({
        id: 'c1',
        status: 'failed',
        output: 'done',
        elapsed_ms: 5,
        seq: 11,
      }),
    ]);
  });

  it('the end of an unknown call adds nothing', () => {
    expect(play(fresh, [toolFinished('c9')]).chat).toEqual([]);
  });

  it('messages listed twice are shown once, in order', () => {
    const live = play(fresh, [said('new')]);
    const old = {
      seq: 4,
      ts: 't',
      id: 'm4',
      from: 'user:ada',
      to: ['claude'],
      text: 'old',
      kind: 'chat' as const,
    };
    const merged = addMessages(addMessages(live, [old, { ...old, seq: 11, text: 'again' }]), [old]);
    expect(merged.chat.map((item) => item.kind === 'message' && item.text)).toEqual(['old', 'new']);
  });

  it('folds the tools of a task between its messages, though agents take turns', () => {
    const state = play(fresh, [
      said('first', 't1'),
      toolStarted('a1', {}, 't1'),
      toolStarted('b1', {}, 't2'),
      toolStarted('a2', {}, 't1'),
      said('second', 't1'),
      toolStarted('a3', {}, 't1'),
    ]);
    const shape = groupChat(state.chat).map((group) =>
      group.kind === 'tools' ? group.items.map(({ id }) => id) : group.kind,
    );
    expect(shape).toEqual(['message', ['a1', 'a2'], ['b1'], 'message', ['a3']]);
  });
});

describe('older pages', () => {
  const past = events(0, [
    ...Array.from({ length: 8 }, (_, index) => said(`m${index}`)),
    toolStarted('c1'),
    said('last'),
  ]);

  it('ask for what is missing, down to the first event', () => {
    expect(firstLogSeq(fresh)).toBe(11);
    expect(pageBefore(fresh, 4)).toEqual({ from: 7, limit: 4 });
    expect(pageBefore(fresh, 100)).toEqual({ from: 1, limit: 10 });
    expect(pageBefore(prependEvents(fresh, past), 100)).toBeNull();
  });

  it('join up with the log or are ignored', () => {
    expect(prependEvents(fresh, past.slice(0, 5))).toBe(fresh);
    expect(prependEvents(fresh, [])).toBe(fresh);
    expect(prependEvents(fresh, past.slice(6)).log.map(({ seq }) => seq)).toEqual([7, 8, 9, 10]);
  });

  it('leave the live state alone', () => {
    const after = prependEvents(fresh, past);
    expect({ ...after, log: [], chat: [] }).toEqual(fresh);
    expect(after.chat).toHaveLength(10);
  });

  it('a call that started there and ended later is over', () => {
    const live = play(fresh, [toolFinished('c1')]);
    const tool = prependEvents(live, past).chat.find((item) => item.kind === 'tool');
    expect(tool).toMatchObject({ status: 'ok' });
  });
});
