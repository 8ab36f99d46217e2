import { expect, it, describe as suite } from 'vitest';
import { describe } from './describe';
import { events, fresh, play, said as agentSaid } from './testing';

const queued = play(fresh, [
  {
    type: 'task_queued',
    task: 't1',
    data: { agent: 'claude', prompt: 'do it', priority: 5, depends_on: [], attempt: 1 },
  },
]);
const started = { type: 'task_started', task: 't1', data: { agent: 'claude', attempt: 1 } };
const running = play(queued, [started]);
const asked = {
  type: 'task_pause_requested',
  task: 't1',
  actor: 'user:ann',
  data: { agent: 'claude' },
};
const what = 'paused by user:ann';
const paused = { type: 'task_paused', task: 't1', data: { agent: 'claude', attempt: 2, what } };
const resumed = (state: string) => ({
  type: 'task_resumed',
  task: 't1',
  data: { agent: 'claude', for: 'pause', what: 'resumed by user:ann', state },
});

suite('a task that a person pauses', () => {
  it('is asked, stands still, and is queued again', () => {
    const waits = play(running, [asked]);
    expect(waits.tasks[0]).toMatchObject({ state: 'running', pause_requested_by: 'user:ann' });
    const still = play(waits, [paused]);
    expect(still.tasks[0]).toMatchObject({ state: 'paused', waits_for: `pause: ${what}` });
    expect(still.tasks[0]).not.toHaveProperty('pause_requested_by');
    expect(still.agents[0]).not.toHaveProperty('task');
    const again = play(still, [resumed('queued')]);
    expect(again.tasks[0]).toMatchObject({ state: 'queued', attempt: 2 });
    expect(again.tasks[0]).not.toHaveProperty('waits_for');
  });

  it('goes on waiting where the pause is taken back before it stands still', () => {
    const waiting = play(running, [
      { type: 'task_waiting', task: 't1', data: { agent: 'claude', for: 'lock', what: 'b.ts' } },
      asked,
      resumed('waiting'),
    ]);
    expect(waiting.tasks[0]).toMatchObject({ state: 'waiting', waits_for: 'lock: b.ts' });
    expect(waiting.agents[0]?.waiting).toEqual({ for: 'lock', what: 'b.ts' });
  });

  it('says so in the log', () => {
    const lines = events(0, [asked, paused, resumed('queued')]).map((event) => describe(event));
    expect(lines).toEqual(['pause requested', what, 'resumed by user:ann']);
  });
});

suite('what a person says to a task', () => {
  const said = (id: string) => ({
    type: 'agent_message',
    task: 't1',
    data: { id, from: 'user:ann', to: ['claude'], text: `text ${id}`, kind: 'chat', steers: true },
  });
  const turn = (heeds?: string[]) => ({
    type: 'conversation_turn',
    task: 't1',
    data: { agent: 'claude', turns: [], ...(heeds === undefined ? {} : { heeds }) },
  });

  it('waits until a turn takes it up, and is in the chat', () => {
    const told = play(running, [said('m1'), said('m2'), turn()]);
    expect(told.tasks[0]?.steering?.map(({ id }) => id)).toEqual(['m1', 'm2']);
    expect(told.chat.filter(({ kind }) => kind === 'message')).toHaveLength(2);
    const heard = play(told, [turn(['m1'])]);
    expect(heard.tasks[0]?.steering).toEqual([{ id: 'm2', from: 'user:ann', text: 'text m2' }]);
    expect(play(heard, [turn(['m2'])]).tasks[0]).not.toHaveProperty('steering');
  });

  it('is nothing that the agent itself says', () => {
    expect(play(running, [agentSaid('hello')]).tasks[0]).not.toHaveProperty('steering');
  });
});
