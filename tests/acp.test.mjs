// Programs that speak the Agent Client Protocol, as agents: what they may do.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { script, startPrograms } from './lib/acp/start.mjs';
import { assertEditsChain, assertLocksPair } from './lib/log.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

/// Programs start slowly where a machine has much to do.
const soon = (look, what) => eventually(look, what, 90_000);

const edits = (events, path) =>
  events.filter((event) => event.type === 'file_edit' && event.data.path === path);
const locks = (events, path) =>
  events.filter(
    (event) => /^lock_(acquired|released)$/.test(event.type) && event.data.path === path,
  );

for (const by of ['client', 'self']) {
  test(`a program writes a file under a lock: ${by}`, async (t) => {
    const server = await startPrograms(t, { worker: {} });
    const workspace = await Workspace.provision(server);
    const [agent] = (await workspace.call('agents.list')).agents;
    assert.deepEqual([agent.name, agent.provider], ['worker', 'acp']);
    const task = await workspace.run(
      'worker',
      script(
        { say: 'I begin. ' },
        { write: { file: 'a/b.txt', text: 'hello\n', by } },
        { say: 'done' },
      ),
    );
    assert.equal(task.result, 'done');
    assert.equal(await workspace.text('a/b.txt'), 'hello\n');
    const events = await workspace.events();
    const [edit] = edits(events, 'a/b.txt');
    assert.equal(edit.actor, 'agent:worker');
    assert.equal(edit.task, task.id);
    const [taken, released] = locks(events, 'a/b.txt');
    assert.equal(taken.data.holder, 'agent:worker');
    assert.ok(
      taken.seq < edit.seq && edit.seq < released.seq,
      'it was written while it was locked',
    );
    assertEditsChain(events);
    assertLocksPair(events);
    const said = events
      .filter((event) => event.type === 'agent_message')
      .map((event) => event.data.text);
    assert.deepEqual(said, ['I begin. ', 'done']);
    const calls = events.filter((event) => event.type === 'tool_call');
    assert.deepEqual(
      calls.map(({ data }) => [data.tool, data.phase, data.ok]),
      [
        ['edit_file', 'started', undefined],
        ['edit_file', 'finished', true],
      ],
    );
    const session = events.find((event) => event.type === 'agent_session');
    assert.equal(session.data.how, 'new');
  });
}

test('what a program writes is its own, whoever finds it first', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  const write = { file: 'a.txt', text: 'a\n', by: 'self', until: 'go.txt' };
  const tasks = await workspace.submit('worker', script({ write }));
  // The watcher, long before the program says that its call has ended.
  const found = await soon(async () => edits(await workspace.events(), 'a.txt')[0], 'an edit');
  assert.deepEqual([found.actor, found.task], ['agent:worker', tasks[0].id]);
  assert.equal((await workspace.call('locks.list')).locks.length, 1);
  await workspace.create('go.txt', 'go\n');
  const [task] = await workspace.finished(tasks);
  assert.equal(task.state, 'succeeded');
});

test('two programs do not collide in one file', async (t) => {
  const server = await startPrograms(t, { one: {}, two: {} });
  const workspace = await Workspace.provision(server);
  await workspace.create('shared.txt', 'begin\n');
  const change = (name, by) => ({
    write: { file: 'shared.txt', before: 'begin\n', text: `${name}\n`, by, hold_ms: 500 },
  });
  const tasks = [
    ...(await workspace.submit('one', script(change('one', 'self')))),
    ...(await workspace.submit('two', script(change('two', 'client')))),
  ];
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'succeeded');
  const events = await workspace.events();
  // Whoever came second was refused: the file was not as it had seen it any more.
  const written = edits(events, 'shared.txt').filter(({ actor }) => actor.startsWith('agent:'));
  assert.equal(written.length, 1, JSON.stringify(written));
  const finished = events.filter(({ type, data }) => type === 'tool_call' && data.ok !== undefined);
  assert.deepEqual(finished.map(({ data }) => data.ok).sort(), [false, true]);
  const refused = finished.find(({ data }) => !data.ok);
  assert.match(refused.data.output, /not as the agent saw it/);
  assert.equal(events.filter(({ type }) => type === 'lock_waiting').length, 1);
  assertLocksPair(events);
  assertEditsChain(events);
});

test('what others have locked a program cannot write past them', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  await workspace.create('mine.txt', 'mine\n');
  const lock = { path: 'mine.txt', mode: 'write', timeout_ms: 1000 };
  const { token } = await workspace.call('locks.acquire', lock);
  await workspace.run(
    'worker',
    script(
      { write: { file: 'mine.txt', text: 'theirs\n', by: 'self', ask: false } },
      { write: { file: 'other.txt', text: 'theirs\n', by: 'self', ask: false } },
    ),
  );
  assert.equal(await workspace.text('mine.txt'), 'mine\n');
  await workspace.call('locks.release', { path: 'mine.txt', token });
  const events = await workspace.events();
  // Nobody allowed it, so it is not known whose it is.
  const [other] = edits(events, 'other.txt');
  assert.match(other.actor, /^process:t_/);
});

test('a person allows, and denies, what a program asks for', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const [task] = await workspace.submit(
    'worker',
    script(
      { write: { file: 'yes.txt', text: 'yes\n', by: 'self' } },
      { write: { file: 'no.txt', text: 'no\n', by: 'self' } },
      { terminal: { command: 'echo from the terminal' } },
      { write: { file: 'unasked.txt', text: 'x\n', ask: false } },
    ),
  );
  const answers = [];
  for (const decision of ['allow', 'deny', 'allow', 'deny']) {
    await workspace.inState(task.id, 'waiting');
    const { approvals } = await workspace.call('approvals.list');
    answers.push([approvals[0].tool, approvals[0].input.path ?? approvals[0].input.command]);
    await workspace.call('approvals.answer', { id: approvals[0].id, decision });
  }
  const [done] = await workspace.finished([task]);
  assert.deepEqual(answers, [
    ['edit_file', 'yes.txt'],
    ['edit_file', 'no.txt'],
    ['run_command', 'echo from the terminal'],
    ['write_file', 'unasked.txt'],
  ]);
  assert.match(done.result, /"exitCode":0.*from the terminal/);
  assert.equal(await workspace.text('yes.txt'), 'yes\n');
  for (const path of ['no.txt', 'unasked.txt']) {
    await assert.rejects(workspace.text(path), /not_found/);
  }
  const home = path.join(workspace.folder(), 'homes/worker/answers.jsonl');
  const given = readFileSync(home, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(
    given.map(({ outcome }) => outcome.optionId),
    ['once', 'no'],
    'never `always`',
  );
});

test('an agent that may only read writes nothing, asked or not', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'a\n');
  await workspace.call('approvals.set_policy', { agent: 'worker', mode: 'read-only' });
  const task = await workspace.run(
    'worker',
    script(
      { write: { file: 'a.txt', text: 'b\n', by: 'self', ask: false } },
      { write: { file: 'b.txt', text: 'b\n', by: 'self', ask: true } },
      { write: { file: 'c.txt', text: 'c\n', ask: false } },
      { read: 'a.txt' },
    ),
  );
  assert.equal(task.result, 'read "a\\n"');
  const events = await workspace.events();
  assert.deepEqual(
    events.filter(({ type, actor }) => type === 'file_edit' && actor !== 'user:owner'),
    [],
  );
});

test('files, terminals, plans and what is unknown', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'one\ntwo\n');
  const entries = [{ content: 'look', priority: 'high', status: 'pending' }];
  const task = await workspace.run(
    'worker',
    script(
      { think: 'hm' },
      { update: { sessionUpdate: 'something_new', of: 2030 } },
      { plan: entries },
      { read: 'a.txt' },
      { read: 'missing.txt' },
      { read: '/etc/passwd' },
      { read: '../outside' },
      { terminal: { command: 'echo made >made.txt; exit 3' } },
      { terminal: { command: 'sleep 1000', kill: true } },
      { method: 'no/such' },
      { environment: 'USER' },
    ),
  );
  const lines = [
    'read "one\\ntwo\\n"',
    'read ""',
    'error -32602',
    'error -32602',
    '{"exitCode":3,"signal":null}',
    '{"exitCode":null,"signal":"9"}',
    'error -32002',
    'USER=agent',
  ];
  assert.equal(task.result.replaceAll(/ (?=[{e])|(?<=})\s/g, ''), lines.join(''));
  const events = await workspace.events();
  const plan = events.find(({ type }) => type === 'agent_plan');
  assert.deepEqual(plan.data.entries, entries);
  assert.match(edits(events, 'made.txt')[0].actor, /^process:/);
});

test('what a program says that it used is in the cost, and what it does not say is unknown', async (t) => {
  const server = await startPrograms(t, { worker: { model: 'some-model' } });
  const workspace = await Workspace.provision(server);
  await workspace.run('worker', script({ use: 0.25 }));
  await workspace.run('worker', script({ say: 'nothing' }));
  const used = (await workspace.events()).filter(({ type }) => type === 'usage_recorded');
  assert.deepEqual(
    used.map(({ data }) => [data.provider, data.model, data.cost_usd]),
    [
      ['acp', 'some-model', 0.25],
      ['acp', 'some-model', null],
    ],
  );
});
