import { describe, expect, it } from 'vitest';

import type { WireEvent } from '../protocol/events';
import { agentOf, describe as told, familyOf } from './describe';

const event = (type: string, data: object): WireEvent =>
  ({ seq: 1, ts: '2026-11-22T12:00:00.000000Z', type, actor: 'agent:gemini', data }) as WireEvent;

describe('programs that are agents', () => {
  it('says how a session was come by', () => {
    const program = { name: 'gemini-cli', version: '1' };
    const session = { agent: 'gemini', session: 's', program };
    expect(told(event('agent_session', { ...session, how: 'new' }))).toBe(
      'gemini-cli begins a session',
    );
    expect(told(event('agent_session', { ...session, how: 'loaded' }))).toBe(
      'gemini-cli goes on in its session',
    );
    expect(told(event('agent_session', { ...session, how: 'new', error: 'it is gone' }))).toBe(
      'gemini-cli begins anew: it is gone',
    );
  });

  it('says how far a plan is', () => {
    const entries = [
      { content: 'look', status: 'completed' },
      { content: 'write', status: 'in_progress' },
      { content: 'test', status: 'pending' },
    ];
    const plan = event('agent_plan', { agent: 'gemini', entries });
    expect(told(plan)).toBe('gemini has done 1 of 3 steps: write');
    expect([agentOf(plan), familyOf(plan.type)]).toEqual(['gemini', 'agents']);
  });
});
