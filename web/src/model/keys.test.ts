import { describe, expect, it } from 'vitest';
import type { ProviderKey } from '../protocol/http';
import { problemOfKey, sayKey, sayTest } from './keys';

const now = Date.parse('2026-11-20T12:00:00Z');
const key = (more: Partial<ProviderKey>): ProviderKey => ({
  provider: 'anthropic',
  variable: 'ANTHROPIC_API_KEY',
  in_use: 'none',
  set: false,
  in_environment: false,
  agents: [{ name: 'claude', model: 'm', simulated: true }],
  ...more,
});
const set = {
  in_use: 'studio' as const,
  set: true,
  ends_in: 'abcd',
  set_by: 'user:ada',
  set_at: '2026-11-20T11:00:00Z',
};

describe('a key in words', () => {
  it.each<[string, Partial<ProviderKey>, string]>([
    ['none', {}, 'No key: its models are simulated.'],
    ['none is needed', { agents: [] }, 'No key.'],
    ['set', set, 'Set here, ends in …abcd by ada, 1 h ago.'],
    [
      'set over a variable',
      { ...set, in_environment: true },
      'Set here, ends in …abcd by ada, 1 h ago. It counts before the variable ANTHROPIC_API_KEY.',
    ],
    [
      'a variable',
      { in_use: 'environment', in_environment: true },
      'From the server’s variable ANTHROPIC_API_KEY.',
    ],
    [
      'simulated by option',
      { ...set, in_use: 'simulated' },
      'Set here, and not used: everything is simulated.',
    ],
  ])('%s', (_name, more, text) => {
    expect(sayKey(key(more), now)).toBe(text);
  });
});

it('a test in words', () => {
  const at = '2026-11-20T12:00:00Z';
  expect(sayTest({ ok: true, at, model: 'm', elapsed_ms: 300, cost_usd: 0.0002 }, now)).toBe(
    'Works: m answered in 300 ms ($0.0002), just now.',
  );
  expect(sayTest({ ok: true, at, model: 'm', cost_usd: null }, now)).toContain('cost not known');
  expect(sayTest({ ok: false, at, model: 'm', message: 'auth', hint: 'check' }, now)).toBe(
    'auth check',
  );
});

it.each([
  ['sk-ant-0123456789', undefined],
  ['short', 'longer'],
  [' sk-ant-0123456789', 'spaces'],
  ['sk-ant-01234\n56789', 'line ends'],
  ['“sk-ant-0123456789”', 'quotes'],
  ['x'.repeat(5000), 'shorter'],
])('%j as a key', (text, problem) => {
  if (problem === undefined) expect(problemOfKey(text)).toBeUndefined();
  else expect(problemOfKey(text)).toContain(problem);
});
