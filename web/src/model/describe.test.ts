import { describe as suite, expect, it } from 'vitest';
import { fromSnapshot } from './attach';
import { describe, familyOf } from './describe';
import { scopeName } from './format';
import { events, fresh, play, snapshot } from './testing';

suite('budgets in the log', () => {
  const lineOf = (type: string, data: object) => {
    const [event] = events(0, [{ type, data }]);
    return event === undefined ? '' : describe(event);
  };

  it('says what is set, set aside and unsettled', () => {
    expect(lineOf('budget_set', { scope: 'day', limit_usd: 2.5 })).toBe('day may spend $2.50');
    expect(lineOf('budget_set', { scope: 'day' })).toBe('no limit for day');
    const reserved = { id: 'r', agent: 'claude', model: 'm-1', amount_usd: 0.7 };
    expect(lineOf('budget_reserved', reserved)).toBe('m-1: at most $0.70 set aside');
    const settled = { id: 'r', agent: 'claude', unsettled_usd: 0.7, reason: 'it broke off' };
    expect(lineOf('budget_settled', settled)).toBe('up to $0.70 unsettled: it broke off');
    expect(lineOf('budget_settled', { ...settled, unsettled_usd: 0 })).toBe('it broke off');
  });

  it('files them under cost, and names scopes as people do', () => {
    expect(familyOf('budget_reserved')).toBe('cost');
    expect(['workspace', 'day', 'agent:claude'].map(scopeName)).toEqual([
      'the workspace',
      'each day (UTC)',
      'agent claude',
    ]);
  });
});

suite('waits for locks that last too long', () => {
  const escalated = (step: string) => ({
    type: 'lock_escalated',
    actor: 'system',
    task: 't1',
    data: {
      path: 'a.txt',
      holder: 'agent:claude',
      waits_for: ['user:ada'],
      tokens: [3],
      step,
      since: '2026-11-20T12:00:00.000000Z',
      why: 'user:ada has done nothing with it for 60 s',
    },
  });

  it('are told in the log, step by step', () => {
    expect(events(0, ['told', 'revoked', 'asked'].map(escalated)).map(describe)).toEqual([
      'claude waits too long for a.txt: ada was told',
      'claude waits too long for a.txt: ada lost the lock: user:ada has done nothing with it for 60 s',
      'claude waits too long for a.txt: a person is asked',
    ]);
    expect(familyOf('lock_escalated')).toBe('locks');
  });

  it('are part of why an agent waits, until it goes on', () => {
    const started = { type: 'task_started', task: 't1', data: { agent: 'claude', attempt: 1 } };
    const waiting = {
      type: 'task_waiting',
      task: 't1',
      data: { agent: 'claude', for: 'lock', what: 'a.txt is held by user:ada' },
    };
    const told = play(fresh, [started, waiting, escalated('told')]);
    expect(told.agents[0]?.waiting).toEqual({
      for: 'lock',
      what: 'a.txt is held by user:ada',
      done: 'ada was told',
    });
    const resumed = { type: 'task_resumed', task: 't1', data: { agent: 'claude', for: 'lock' } };
    expect(play(told, [resumed]).agents[0]?.waiting).toBeUndefined();
    expect(play(fresh, [escalated('told')]).agents[0]?.waiting).toBeUndefined();
  });
});

suite('waits for locks after a reload', () => {
  const wait = {
    path: 'a.txt',
    mode: 'write' as const,
    holder: 'agent:claude',
    waits_for: ['user:ada'],
    task: 't1',
  };
  const task = {
    id: 't1',
    agent: 'claude',
    state: 'waiting' as const,
    priority: 5,
    prompt: 'p',
    attempt: 1,
    place: [1],
    created_at: '2026-11-20T12:00:00Z',
    waits_for: 'lock: a.txt is held by user:ada',
  };
  const after = (more: object) =>
    fromSnapshot({
      ...snapshot,
      agents: snapshot.agents.map((agent) =>
        agent.name === 'claude' ? { ...agent, task: 't1' } : agent,
      ),
      tasks: [task],
      lock_waits: [{ ...wait, ...more }],
    });

  it('say what was done about them', () => {
    expect(after({}).agents[0]?.waiting).toEqual({
      for: 'lock',
      what: 'a.txt is held by user:ada',
    });
    expect(after({ told: true }).agents[0]?.waiting?.done).toBe('ada was told');
    const asked = after({ told: true, approval: 'a_1' });
    expect(asked.agents[0]?.waiting?.done).toBe('a person is asked');
    expect(asked.waits).toHaveLength(1);
    expect(asked.agents[1]?.waiting).toBeUndefined();
  });
});

suite('an agent’s loop in the log', () => {
  const lineOf = (type: string, data: object) =>
    events(0, [{ type, data }]).map((event) => describe(event));

  it('says who goes round in a circle, and whose conversation was cut', () => {
    const looping = { agent: 'kimi', shape: 'repetition', what: 'called x 4 times', step: 'told' };
    expect(lineOf('agent_looping', looping)).toEqual(['kimi called x 4 times; told']);
    expect(lineOf('context_compacted', { agent: 'kimi', before: 900, after: 100 })).toEqual([
      'kimi: conversation cut from about 900 to 100 tokens',
    ]);
    const stuck = { agent: 'kimi', doing: 'run_command', silent_ms: 900, step: 'cut_off' };
    expect(lineOf('agent_stuck', stuck)).toEqual(['kimi was stuck in run_command; cut off']);
    expect(familyOf('agent_stuck')).toBe('agents');
    expect(['agent_looping', 'context_compacted'].map(familyOf)).toEqual(['agents', 'agents']);
  });
});

suite('a locked file that a command changed', () => {
  const lineOf = (data: object) =>
    events(0, [{ type: 'file_put_back', data }]).map((event) => describe(event));

  it('says whose it is, and whether it is as it was', () => {
    const done = { path: 'a.txt', holder: 'user:ann', put_back: true };
    expect(lineOf(done)).toEqual(['a.txt is again as ann has locked it']);
    expect(lineOf({ ...done, put_back: false, error: 'the disk is full' })).toEqual([
      'a.txt, which ann has locked, was changed: the disk is full',
    ]);
    expect(familyOf('file_put_back')).toBe('files');
  });
});
