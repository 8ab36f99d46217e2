// Approvals: what an agent may do by itself, what a person is asked for, and who has the last word.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { editFile, readFile, rehearse, runCommand, say, tool } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let server;
before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

const setPolicy = (workspace, policy) => workspace.call('approvals.set_policy', policy);
const answer = (workspace, id, decision, note) =>
  workspace.call('approvals.answer', { id, decision, ...(note === undefined ? {} : { note }) });
const edit = rehearse(readFile('a.txt'), editFile('a.txt', 'old', 'new'), say('done'));

/// A workspace with a file, in a mode.
async function inMode(mode, where = server) {
  const workspace = await Workspace.provision(where);
  await workspace.create('a.txt', 'old\n');
  if (mode) await setPolicy(workspace, { mode });
  return workspace;
}

/// The one approval that is open, once it is.
function asked(workspace) {
  return eventually(async () => {
    const { approvals } = await workspace.call('approvals.list');
    assert.ok(approvals.length <= 1, JSON.stringify(approvals));
    return approvals[0];
  }, 'an approval is open');
}

/// What the agents' calls of `name` came to, oldest first.
async function outcomes(workspace, name) {
  const events = await workspace.events();
  return events
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .filter(({ data }) => data.tool === name)
    .map(({ data }) => ({ ok: data.ok, output: data.output }));
}

test('where nothing is set nobody is asked', async () => {
  const workspace = await inMode();
  assert.deepEqual(await workspace.call('approvals.get_policy'), {
    mode: 'full',
    agents: {},
    rules: [],
    timeout_s: 1800,
    on_timeout: 'deny',
  });
  await workspace.run('claude', edit);
  assert.equal(await workspace.text('a.txt'), 'new\n');
  const events = await workspace.events();
  assert.deepEqual(
    events.filter(({ type }) => type.startsWith('approval_')),
    [],
  );
});

test('an edit waits, visibly, and is made once it is allowed; the second answer is too late', async () => {
  const workspace = await inMode('ask');
  const [task] = await workspace.submit('claude', edit);
  const approval = await asked(workspace);
  assert.equal(approval.agent, 'claude');
  assert.equal(approval.task, task.id);
  assert.equal(approval.tool, 'edit_file');
  assert.deepEqual(approval.input, { path: 'a.txt', old: 'old', new: 'new' });
  assert.equal(approval.why, 'the mode is ask');
  const until = Date.parse(approval.expires_at) - Date.parse(approval.requested_at);
  assert.equal(until, 1_800_000);

  const waiting = await workspace.inState(task.id, 'waiting');
  assert.equal(waiting.waits_for, 'approval: edit_file a.txt');
  const { agents } = await workspace.call('agents.list');
  const claude = agents.find(({ name }) => name === 'claude');
  assert.equal(claude.state, 'waiting');
  assert.equal(claude.waits_for, 'approval: edit_file a.txt');
  assert.equal(await workspace.text('a.txt'), 'old\n');

  await refused(answer(workspace, approval.id, 'maybe'), 'invalid');
  await refused(answer(workspace, 'a_none', 'allow'), 'not_found');
  const answers = await workspace.batch([
    ['approvals.answer', { id: approval.id, decision: 'allow' }],
    ['approvals.answer', { id: approval.id, decision: 'deny' }],
  ]);
  assert.equal(answers[0].result.decision, 'allow');
  assert.equal(answers[1].error.data.kind, 'conflict');
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'new\n');
  assert.deepEqual((await workspace.call('approvals.list')).approvals, []);

  const order = (await workspace.events()).filter(
    ({ type, task: of }) => of === task.id && /^(approval_|file_edit|task_waiting)/.test(type),
  );
  assert.deepEqual(
    order.map(({ type }) => type),
    ['approval_requested', 'task_waiting', 'approval_answered', 'file_edit'],
  );
  assert.match(order[2].actor, /^user:/);
});

test('what a person denies is a tool error with the note, and the agent goes on', async () => {
  const workspace = await inMode('ask');
  const [task] = await workspace.submit(
    'claude',
    rehearse(runCommand('echo hi > made.txt'), say('then not')),
  );
  const approval = await asked(workspace);
  assert.equal(approval.input.command, 'echo hi > made.txt');
  await answer(workspace, approval.id, 'deny', 'no files in the root, please');
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
  const [outcome] = await outcomes(workspace, 'run_command');
  assert.equal(outcome.ok, false);
  assert.match(outcome.output, /did not allow run_command: no files in the root, please/);
  await refused(workspace.read('made.txt'), 'not_found');
});

test('modes: what each lets through, asks for and refuses', async () => {
  const workspace = await inMode();
  await setPolicy(workspace, { agent: 'claude', mode: 'read-only' });
  await setPolicy(workspace, { agent: 'gemini', mode: 'auto-edit' });
  const { agents } = await workspace.call('approvals.get_policy');
  assert.deepEqual(agents, { claude: 'read-only', gemini: 'auto-edit' });

  await workspace.run('claude', edit);
  const [refusedEdit] = await outcomes(workspace, 'edit_file');
  assert.match(refusedEdit.output, /edit_file is not allowed: the mode is read-only/);
  assert.equal((await outcomes(workspace, 'read_file'))[0].ok, true);
  assert.equal(await workspace.text('a.txt'), 'old\n');
  // What an agent may not do it may not have done by another.
  const hand = tool('delegate_task', { agent: 'codex', prompt: 'edit a.txt' });
  await workspace.run('claude', rehearse(hand, say('alone then')));
  assert.equal((await outcomes(workspace, 'delegate_task'))[0].ok, false);

  await workspace.run('gemini', edit);
  assert.equal(await workspace.text('a.txt'), 'new\n');
  const [task] = await workspace.submit('gemini', rehearse(runCommand('true'), say('ran')));
  await answer(workspace, (await asked(workspace)).id, 'allow');
  await workspace.finished([task]);
  assert.equal((await outcomes(workspace, 'run_command'))[0].ok, true);

  await setPolicy(workspace, { agent: 'claude', mode: 'workspace' });
  assert.deepEqual((await workspace.call('approvals.get_policy')).agents, { gemini: 'auto-edit' });
});

test('rules: the last that fits decides, and one command does not carry another', async () => {
  const workspace = await inMode('ask');
  await workspace.create('secrets/key.txt', 'the key\n');
  await setPolicy(workspace, {
    rules: [
      { command: 'echo *', decision: 'allow' },
      { path: 'secrets/**', decision: 'deny' },
      { tool: 'edit_file', path: '*.txt', decision: 'allow' },
    ],
  });
  await workspace.run(
    'claude',
    rehearse(
      readFile('a.txt'),
      editFile('a.txt', 'old', 'new'),
      readFile('secrets/key.txt'),
      runCommand('echo one && echo two'),
      say('done'),
    ),
  );
  assert.equal(await workspace.text('a.txt'), 'new\n');
  assert.match((await outcomes(workspace, 'read_file'))[1].output, /rule 2 says deny/);
  assert.match((await outcomes(workspace, 'run_command'))[0].output, /one\ntwo/);
  const [task] = await workspace.submit(
    'claude',
    rehearse(runCommand('echo one; touch made.txt'), say('done')),
  );
  const approval = await asked(workspace);
  assert.equal(approval.why, 'the mode is ask');
  await answer(workspace, approval.id, 'deny');
  await workspace.finished([task]);
  await refused(workspace.read('made.txt'), 'not_found');
});

test('time: nobody’s answer denies, a cancelled task waits no longer', async () => {
  const workspace = await inMode('ask');
  const [cancelled] = await workspace.submit('claude', edit);
  const first = await asked(workspace);
  await workspace.call('tasks.cancel', { id: cancelled.id });
  assert.equal((await workspace.finished([cancelled]))[0].state, 'cancelled');
  await refused(answer(workspace, first.id, 'allow'), 'conflict');

  await setPolicy(workspace, { timeout_s: 1 });
  await workspace.run('claude', edit);
  const [, outcome] = await outcomes(workspace, 'edit_file');
  assert.match(outcome.output, /nobody answered in time/);
  assert.equal(await workspace.text('a.txt'), 'old\n');
  const expired = (await workspace.events()).filter(({ type }) => type === 'approval_expired');
  assert.deepEqual(
    expired.map(({ data }) => data.reason),
    ['cancelled', 'timeout'],
  );
});

test('a killed server leaves no orphan: the task asks again, and its mode is kept', async (t) => {
  const mine = await Server.start(t);
  const workspace = await inMode('ask', mine);
  const [task] = await workspace.submit('claude', edit);
  const before = await asked(workspace);
  await mine.kill();
  await mine.start();
  const again = await eventually(async () => {
    const { approvals } = await workspace.call('approvals.list');
    return approvals.find(({ id }) => id !== before.id);
  }, 'the task asks again');
  await refused(answer(workspace, before.id, 'allow'), 'conflict');
  await answer(workspace, again.id, 'allow');
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'new\n');
  const edits = (await workspace.events()).filter(
    ({ type, actor }) => type === 'file_edit' && actor === 'agent:claude',
  );
  assert.equal(edits.length, 1);
});

test('a mode that decides what waits ends the wait', async () => {
  const workspace = await inMode('ask');
  const [task] = await workspace.submit('claude', edit);
  await asked(workspace);
  await setPolicy(workspace, { mode: 'full' });
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'new\n');
});

test('a policy that makes no sense is refused whole', async () => {
  const workspace = await inMode();
  const head = await workspace.head();
  const cases = [
    {},
    { mode: 'wild' },
    { mode: 'workspace' },
    { agent: 'claude' },
    { agent: 'nobody', mode: 'ask' },
    { mode: 'ask', timeout_s: 0 },
    { mode: 'ask', timeout_s: 10_000_000 },
    { mode: 'ask', rules: [{ tool: 'edit_fiel', decision: 'deny' }] },
    { mode: 'ask', rules: [{ path: '../x', decision: 'deny' }] },
    { mode: 'ask', rules: [{ decision: 'perhaps' }] },
    { mode: 'ask', rules: [{ tol: 'git', decision: 'ask' }] },
    { mode: 'ask', rule: [] },
  ];
  for (const policy of cases) {
    const error = await refused(setPolicy(workspace, policy), 'invalid', JSON.stringify(policy));
    assert.ok(error.message);
  }
  assert.deepEqual(await workspace.changesSince(head), []);
});
