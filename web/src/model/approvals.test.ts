import { describe, expect, test } from 'vitest';
import type { ApprovalInfo } from '../protocol/entities';
import { holdersOf, shownParts } from './approvals';
import { describe as lineOf } from './describe';
import { events, fresh, play } from './testing';

const requested = (id: string, input: object = { path: 'a.txt', old: 'one', new: 'two' }) => ({
  type: 'approval_requested',
  task: 't1',
  data: {
    id,
    agent: 'claude',
    tool: 'edit_file',
    input,
    why: 'the mode is ask',
    requested_at: '2026-11-20T12:00:00Z',
    expires_at: '2026-11-20T12:30:00Z',
  },
});
const answered = (id: string, decision = 'allow') => ({
  type: 'approval_answered',
  task: 't1',
  actor: 'user:ada',
  data: { id, agent: 'claude', decision },
});
const mode = (data: object) => ({ type: 'approval_mode_set', actor: 'user:ada', data });

describe('approvals', () => {
  test('of a command name the secrets that it is given', () => {
    const input = { command: 'npm publish', secrets: ['NPM_TOKEN', 'OTHER'] };
    const approval = { ...requested('a1', input).data, tool: 'run_command', task: 't1' };
    expect(shownParts(approval as ApprovalInfo)).toEqual([
      { label: 'Command', text: 'npm publish' },
      { label: 'Secrets that it is given', text: 'NPM_TOKEN, OTHER' },
    ]);
    const [set] = events(0, [
      { type: 'secret_set', actor: 'user:ada', data: { name: 'NPM_TOKEN' } },
    ]);
    expect(set && lineOf(set)).toBe('secret NPM_TOKEN is set');
  });
  test('are open from the question to its end, whoever ends it', () => {
    const asked = play(fresh, [requested('a1'), requested('a2'), requested('a3')]);
    expect(asked.approvals.map(({ id, task }) => [id, task])).toEqual([
      ['a1', 't1'],
      ['a2', 't1'],
      ['a3', 't1'],
    ]);
    const expired = {
      type: 'approval_expired',
      task: 't1',
      data: { id: 'a3', agent: 'claude', decision: 'deny', reason: 'timeout' },
    };
    const left = play(asked, [answered('a1'), expired]);
    expect(left.approvals.map(({ id }) => id)).toEqual(['a2']);
    expect(play(left, [answered('a9')]).approvals).toEqual(left.approvals);
  });

  test('modes are the workspace’s until an agent has its own', () => {
    const set = play(fresh, [mode({ mode: 'ask' }), mode({ agent: 'kimi', mode: 'read-only' })]);
    expect(set.policy).toMatchObject({ mode: 'ask', agents: { kimi: 'read-only' } });
    expect(play(set, [mode({ agent: 'kimi' })]).policy.agents).toEqual({});
    const rules = [{ tool: 'git', decision: 'ask' }];
    const more = play(set, [
      { type: 'approval_rules_set', data: { rules } },
      { type: 'approval_timeout_set', data: { timeout_s: 60 } },
    ]);
    expect(more.policy).toMatchObject({ mode: 'ask', rules, timeout_s: 60 });
  });

  test.each([
    ['run_command', { command: 'make' }, [{ label: 'Command', text: 'make' }]],
    ['git', { args: ['add', 'a'] }, [{ label: 'Command', text: 'git add a' }]],
    [
      'edit_file',
      { path: 'a', old: 'x', new: 'y' },
      [
        { label: 'Removes', text: 'x', change: 'removed' },
        { label: 'Adds', text: 'y', change: 'added' },
      ],
    ],
    [
      'write_file',
      { path: 'a', text: 'z' },
      [{ label: 'Whole content', text: 'z', change: 'added' }],
    ],
    [
      'delegate_task',
      { agent: 'kimi', prompt: 'do', n: 1 },
      [
        { label: 'agent', text: 'kimi' },
        { label: 'prompt', text: 'do' },
        { label: 'n', text: '1' },
      ],
    ],
  ])('%s is shown as what it would do', (tool, input, parts) => {
    const base = requested('a1').data;
    const approval: ApprovalInfo = { ...base, task: 't1', tool, input: { ...input } };
    expect(shownParts(approval)).toEqual(parts);
  });

  test('a wait for a lock names who holds it and what they do', () => {
    const locks = [
      { path: 'src/', mode: 'write', token: 3, holder: 'agent:kimi', works: true, idle_s: 0 },
      { path: 'src/a.c', mode: 'read', token: 4, holder: 'user:ada', works: false, idle_s: 45 },
    ];
    const base = requested('a1', { path: 'src/a.c', waited_s: 120, locks }).data;
    const approval: ApprovalInfo = {
      ...base,
      input: { ...base.input },
      task: 't1',
      tool: 'lock',
      kind: 'lock',
      why: 'agent:claude has waited 120 s for src/a.c',
    };
    expect(holdersOf(approval)).toEqual([
      'kimi has src/ locked: at work',
      'ada has src/a.c locked: nothing done with it for 45 s',
    ]);
    expect(holdersOf({ ...approval, input: {} })).toEqual([]);
    const [line] = events(0, [{ type: 'approval_requested', task: 't1', data: approval }]).map(
      lineOf,
    );
    expect(line).toBe('a person is asked: agent:claude has waited 120 s for src/a.c');
  });

  test('are told in the log', () => {
    const lines = events(0, [
      requested('a1'),
      { ...answered('a1'), data: { ...answered('a1').data, note: 'go on' } },
      mode({ agent: 'kimi' }),
      mode({ mode: 'ask' }),
    ]).map(lineOf);
    expect(lines).toEqual([
      'claude asks for edit_file: the mode is ask',
      'allow for claude: go on',
      'kimi follows the workspace',
      'the workspace is in mode ask',
    ]);
  });
});
