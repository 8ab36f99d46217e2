// Waits for locks that last too long: the holder is told, an idle one loses the lock, a person is
// asked.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { editFile, readFile, rehearse, runCommand, say, tool } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kNever = 0;
const edit = rehearse(readFile('a.txt'), editFile('a.txt', 'old', 'new'), say('done'));
const lockFiles = (file) => tool('lock_files', { path: file });
const unlockFiles = (file) => tool('unlock_files', { path: file });

/// A server with these rungs and no others.
async function withLadder(t, rungs) {
  const folder = temporaryFolder();
  const ladder = {
    message_after_s: kNever,
    revoke_idle_after_s: kNever,
    ask_after_s: kNever,
    ask_again_after_s: kNever,
    ...rungs,
  };
  const lines = Object.entries(ladder).map(([key, value]) => `${key} = ${value}`);
  writeFileSync(path.join(folder, 'coditect.toml'), `[locks]\n${lines.join('\n')}\n`);
  return Server.start(t, { folder });
}

async function withFile(server) {
  const workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'old\n');
  return workspace;
}

/// A lock of a person's that no lease ends meanwhile.
const hold = (workspace, file = 'a.txt') =>
  workspace.call('locks.acquire', {
    path: file,
    mode: 'write',
    timeout_ms: 0,
    lease_ms: 1_800_000,
  });

const steps = async (workspace) =>
  (await workspace.events())
    .filter(({ type }) => type === 'lock_escalated')
    .map(({ data }) => `${data.step} ${data.waits_for.join(' ')}`);

const asked = (workspace, but) =>
  eventually(async () => {
    const { approvals } = await workspace.call('approvals.list');
    assert.ok(approvals.length <= 1, JSON.stringify(approvals));
    return approvals.find(({ id }) => id !== but);
  }, 'a person is asked');

const answer = (workspace, id, decision, more = {}) =>
  workspace.call('approvals.answer', { id, decision, ...more });

/// What the agents' calls of `name` came to.
const outcomes = async (workspace, name) =>
  (await workspace.events())
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .filter(({ data }) => data.tool === name)
    .map(({ data }) => ({ ok: data.ok, output: data.output }));

/// An agent that has locked a.txt and is in the middle of what `steps` make it do.
async function holdingAgent(workspace, ...more) {
  const [task] = await workspace.submit('claude', rehearse(lockFiles('a.txt'), ...more));
  await eventually(async () => {
    const { locks } = await workspace.call('locks.list');
    return locks.some(({ holder }) => holder === 'agent:claude');
  }, 'the agent has its lock');
  return task;
}

test('a person who holds a lock is told once who waits for it', async (t) => {
  const server = await withLadder(t, { message_after_s: 1 });
  const workspace = await withFile(server);
  const { token } = await hold(workspace);
  const [task] = await workspace.submit('claude', edit);
  const message = await eventually(async () => {
    const { messages } = await workspace.call('messages.list', {});
    return messages.find(({ from }) => from === 'system');
  }, 'the message');
  assert.match(message.text, /agent:claude has waited \d+ s for your lock on a\.txt/);
  assert.match(message.to[0], /^user:/);
  // A second look at the same wait: another wait comes and goes.
  await workspace.call('tasks.cancel', { id: (await workspace.submit('kimi', edit))[0].id });
  assert.deepEqual(await steps(workspace), [`told ${message.to[0]}`]);
  const [told] = (await workspace.events()).filter(({ type }) => type === 'lock_escalated');
  assert.equal(told.task, task.id);
  assert.deepEqual(
    [told.data.path, told.data.holder, told.data.tokens],
    ['a.txt', 'agent:claude', [token]],
  );
  await workspace.call('locks.release', { path: 'a.txt', token });
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'new\n');
});

test('an idle person loses the lock by fencing, and the log says why', async (t) => {
  const server = await withLadder(t, { message_after_s: 1, revoke_idle_after_s: 2 });
  const workspace = await withFile(server);
  const { token } = await hold(workspace);
  const [{ id }] = await workspace.submit('claude', edit);
  const [ended] = await workspace.finished([{ id }]);
  assert.equal(ended.state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'new\n');
  const { version } = await workspace.read('a.txt');
  const late = { path: 'a.txt', text: 'late\n', base_version: version, lock: token };
  await refused(workspace.call('files.write', late), 'conflict', 'the old token');
  assert.equal(await workspace.text('a.txt'), 'new\n');
  const events = await workspace.events();
  const at = events.findIndex(({ data }) => data.step === 'revoked');
  assert.match(events[at].data.why, /user:.* has done nothing with it for \d+ s/);
  const released = events.find(({ type }) => type === 'lock_released');
  assert.deepEqual([released.data.token, released.data.reason], [token, 'revoked']);
  assert.equal(released.actor, 'system');
  const { messages } = await workspace.call('messages.list', {});
  assert.ok(messages.some(({ text }) => /You no longer have the lock on a\.txt/.test(text)));
});

test('who uses a lock keeps it; a client’s own renewal is no use', async (t) => {
  const server = await withLadder(t, { revoke_idle_after_s: 3 });
  const workspace = await withFile(server);
  await workspace.create('b.txt', 'old\n');
  const used = await hold(workspace, 'a.txt');
  const forgotten = await hold(workspace, 'b.txt');
  await workspace.submit('claude', edit);
  const [task] = await workspace.submit(
    'kimi',
    rehearse(readFile('b.txt'), editFile('b.txt', 'old', 'new'), say('done')),
  );
  const renewal = { path: 'b.txt', token: forgotten.token, in_person: false };
  const works = (call) => call.then((answer) => answer).catch(() => undefined);
  let { version } = await workspace.read('a.txt');
  for (let line = 0; await works(workspace.call('locks.renew', renewal)); ++line) {
    const text = `old\n${line}\n`;
    const write = { path: 'a.txt', text, base_version: version, lock: used.token };
    version = (await works(workspace.call('files.write', write)))?.version ?? version;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  // However slow the machine is, the log has the times: a lock that was taken had not been used.
  const uses = new Map();
  let taken = 0;
  for (const { type, ts, actor, data } of await workspace.events()) {
    if (!actor.startsWith('user:') && type !== 'lock_released') continue;
    if (type === 'lock_acquired' || type === 'file_edit') uses.set(data.path, Date.parse(ts));
    if (type !== 'lock_released' || data.reason !== 'revoked') continue;
    ++taken;
    assert.ok(Date.parse(ts) - uses.get(data.path) >= 3000, `${data.path} was in use`);
  }
  assert.ok(taken >= 1);
  assert.ok((await steps(workspace)).every((step) => step.startsWith('revoked user:')));
});

test('an agent at work keeps its lock and hears of the wait in its next turn', async (t) => {
  const server = await withLadder(t, { message_after_s: 1, revoke_idle_after_s: 1 });
  const workspace = await withFile(server);
  const holder = await holdingAgent(
    workspace,
    // It works until the file is there that the test makes once the message is sent.
    runCommand('until [ -e go ]; do sleep 0.1; done'),
    editFile('a.txt', 'old', 'mine'),
    unlockFiles('a.txt'),
    say('done'),
  );
  const [task] = await workspace.submit(
    'kimi',
    rehearse(readFile('a.txt'), editFile('a.txt', 'mine', 'both'), say('done')),
  );
  await eventually(async () => (await steps(workspace)).length > 0, 'the holder is told');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  assert.deepEqual(
    await steps(workspace),
    ['told agent:claude'],
    'it works, so nothing is revoked',
  );
  await workspace.create('go', '');
  const ended = await workspace.finished([holder, task]);
  assert.deepEqual(
    ended.map(({ state }) => state),
    ['succeeded', 'succeeded'],
  );
  assert.equal(await workspace.text('a.txt'), 'both\n');
  const turns = (await workspace.events()).filter(({ type }) => type === 'conversation_turn');
  const heard = turns.filter(
    ({ task: of, data }) =>
      of === holder.id && /agent:kimi has waited \d+ s for your lock/.test(JSON.stringify(data)),
  );
  assert.equal(heard.length, 1);
  assert.deepEqual(await steps(workspace), ['told agent:claude']);
});

test('an agent that only waits for a person is idle', async (t) => {
  const server = await withLadder(t, { revoke_idle_after_s: 1 });
  const workspace = await withFile(server);
  await workspace.call('approvals.set_policy', { rules: [{ command: '*', decision: 'ask' }] });
  const holder = await holdingAgent(
    workspace,
    runCommand('true'),
    unlockFiles('a.txt'),
    say('done'),
  );
  const approval = await asked(workspace);
  assert.equal(approval.tool, 'run_command');
  const [task] = await workspace.submit('kimi', edit);
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  assert.deepEqual(await steps(workspace), ['revoked agent:claude']);
  await answer(workspace, approval.id, 'allow');
  await workspace.finished([holder]);
  const [unlocked] = await outcomes(workspace, 'unlock_files');
  assert.equal(unlocked.ok, false);
  assert.match(unlocked.output, /you hold no lock on a\.txt/);
});

test('a parent that waits for its child does not lock it out for ever', async (t) => {
  const server = await withLadder(t, { revoke_idle_after_s: 1 });
  const workspace = await withFile(server);
  const child = tool('delegate_task', { agent: 'kimi', prompt: edit });
  const task = await holdingAgent(workspace, child, say('done'));
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'new\n');
});

test('approve takes the lock away from who works, for the next in line', async (t) => {
  const server = await withLadder(t, { ask_after_s: 1, revoke_idle_after_s: 1 });
  const workspace = await withFile(server);
  const holder = await holdingAgent(
    workspace,
    runCommand('until [ -e go ]; do sleep 0.1; done'),
    say('done'),
  );
  const [task] = await workspace.submit('kimi', edit);
  await workspace.inState(task.id, 'waiting');
  const [behind] = await workspace.submit(
    'gemini',
    rehearse(readFile('a.txt'), editFile('a.txt', 'new', 'newer'), say('done')),
  );
  const question = await asked(workspace);
  assert.deepEqual(
    [question.kind, question.agent, question.task, question.choices],
    ['lock', 'kimi', task.id, ['approve', 'wait', 'cancel']],
  );
  assert.equal(question.input.path, 'a.txt');
  assert.equal(question.input.locks[0].holder, 'agent:claude');
  assert.equal(question.input.locks[0].works, true);
  await refused(answer(workspace, question.id, 'allow'), 'invalid');
  await refused(answer(workspace, question.id, 'maybe'), 'invalid');
  const answers = await workspace.batch([
    ['approvals.answer', { id: question.id, decision: 'approve' }],
    ['approvals.answer', { id: question.id, decision: 'cancel' }],
  ]);
  assert.equal(answers[0].result.decision, 'approve');
  assert.equal(answers[1].error.data.kind, 'conflict');
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  assert.equal((await workspace.finished([behind]))[0].state, 'succeeded');
  assert.equal(await workspace.text('a.txt'), 'newer\n');
  const events = await workspace.events();
  const released = events.find(({ data }) => data.reason === 'revoked');
  assert.match(released.actor, /^user:/);
  assert.equal(released.data.holder, 'agent:claude');
  const granted = events.filter(
    ({ type, seq, data }) =>
      type === 'lock_acquired' && seq > released.seq && data.path === 'a.txt',
  );
  assert.deepEqual(
    granted.map(({ data }) => data.holder),
    ['agent:kimi', 'agent:gemini'],
  );
  await workspace.create('go', '');
  assert.equal((await workspace.finished([holder]))[0].state, 'succeeded');
});

test('cancel ends the wait with who holds the lock and what to do', async (t) => {
  const server = await withLadder(t, { ask_after_s: 1 });
  const workspace = await withFile(server);
  const { token } = await hold(workspace);
  const [task] = await workspace.submit('claude', edit);
  const question = await asked(workspace);
  const waiting = await workspace.inState(task.id, 'waiting');
  const [row] = (await workspace.call('locks.list')).waiting;
  assert.deepEqual(
    [row.path, row.holder, row.task, row.approval],
    ['a.txt', 'agent:claude', task.id, question.id],
  );
  assert.match(waiting.waits_for, /^lock: a\.txt is held by user:/);
  await answer(workspace, question.id, 'cancel', { note: 'I need it all day' });
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded', 'the agent goes on without it');
  const [outcome] = await outcomes(workspace, 'edit_file');
  assert.equal(outcome.ok, false);
  assert.match(outcome.output, /a\.txt is locked by user:\S+, and user:\S+ decided not to wait/);
  assert.match(outcome.output, /I need it all day/);
  assert.match(outcome.output, /Hint: .*go on with something else/);
  assert.equal(await workspace.text('a.txt'), 'old\n');
  const { locks } = await workspace.call('locks.list');
  assert.equal(locks[0].token, token, 'the holder keeps it');
  const over = (await workspace.events()).find(({ type }) => type === 'lock_wait_ended');
  assert.equal(over.data.reason, 'refused');
});

test('wait waits on and is asked again; nobody’s answer is to wait', async (t) => {
  const server = await withLadder(t, { ask_after_s: 1, ask_again_after_s: 1 });
  const workspace = await withFile(server);
  const { token } = await hold(workspace);
  const [task] = await workspace.submit('claude', edit);
  const first = await asked(workspace);
  await answer(workspace, first.id, 'wait');
  const second = await asked(workspace, first.id);
  assert.equal((await workspace.task(task.id)).state, 'waiting');
  await answer(workspace, second.id, 'wait');
  await workspace.call('approvals.set_policy', { timeout_s: 1 });
  const expired = await eventually(
    async () => (await workspace.events()).find(({ type }) => type === 'approval_expired'),
    'the question’s time is over',
  );
  assert.deepEqual([expired.data.decision, expired.data.reason], ['wait', 'timeout']);
  assert.equal((await workspace.task(task.id)).state, 'waiting');
  await workspace.call('locks.release', { path: 'a.txt', token });
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  await eventually(
    async () => (await workspace.call('approvals.list')).approvals.length === 0,
    'nothing is asked any more',
  );
});

test('a question that is moot ends by itself, and a cancelled task’s too', async (t) => {
  const server = await withLadder(t, { ask_after_s: 1, ask_again_after_s: 1 });
  const workspace = await withFile(server);
  const { token } = await hold(workspace);
  const [cancelled] = await workspace.submit('claude', edit);
  const first = await asked(workspace);
  await workspace.call('tasks.cancel', { id: cancelled.id });
  assert.equal((await workspace.finished([cancelled]))[0].state, 'cancelled');
  const [task] = await workspace.submit('kimi', edit);
  const second = await asked(workspace, first.id);
  assert.equal(second.task, task.id);
  await workspace.call('locks.release', { path: 'a.txt', token });
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  await eventually(
    async () => (await workspace.call('approvals.list')).approvals.length === 0,
    'nothing is asked any more',
  );
  await refused(answer(workspace, second.id, 'approve'), 'conflict');
  const reasons = (await workspace.events())
    .filter(({ type }) => type === 'approval_expired')
    .map(({ data }) => data.reason);
  assert.deepEqual(reasons, ['over', 'over']);
});

for (const [how, end] of [
  ['killed', (server) => server.kill()],
  ['stopped', (server) => server.stop()],
]) {
  test(`a server that is ${how} in the middle: told once, asked again once`, async (t) => {
    const server = await withLadder(t, { message_after_s: 1, ask_after_s: 2 });
    const workspace = await withFile(server);
    const { token } = await hold(workspace);
    const [task] = await workspace.submit('claude', edit);
    const before = await asked(workspace);
    const holder = before.input.locks[0].holder;
    await end(server);
    await server.start();
    const again = await asked(workspace, before.id);
    assert.equal(again.task, task.id);
    assert.ok(again.input.waited_s >= before.input.waited_s, 'it is the same wait');
    await refused(answer(workspace, before.id, 'approve'), 'conflict');
    assert.deepEqual(await steps(workspace), [
      `told ${holder}`,
      `asked ${holder}`,
      `asked ${holder}`,
    ]);
    await answer(workspace, again.id, 'approve');
    assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
    assert.equal(await workspace.text('a.txt'), 'new\n');
    const { version } = await workspace.read('a.txt');
    const late = { path: 'a.txt', text: 'late\n', base_version: version, lock: token };
    await refused(workspace.call('files.write', late), 'conflict', 'the old token');
  });
}

test('a ladder that makes no sense is refused at the start', async (t) => {
  for (const line of ['message_after_s = -1', 'ask_after_s = "soon"', 'ask_after = 3']) {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'coditect.toml'), `[locks]\n${line}\n`);
    await assert.rejects(Server.start(t, { folder }), /ended .* before it was ready/, line);
  }
});
