import { describe as suite, expect, it } from 'vitest';
import { describe, familyOf } from './describe';
import { scopeName } from './format';
import { events } from './testing';

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
