// Programs that break, hang and talk nonsense, in every phase: their locks are free, their task is
// tried again or fails with a reason, and the workspace goes on.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { script, startPrograms } from './lib/acp/start.mjs';
import { assertEditsChain, assertLocksPair } from './lib/log.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

/// Programs start slowly where a machine has much to do.
const soon = (look, what) => eventually(look, what, 90_000);

const kWrite = { write: { file: 'a.txt', text: 'a\n' } };

/// That nothing of a program is left, and that the next task of its agent can begin.
async function assertClean(workspace) {
  assert.deepEqual((await workspace.call('locks.list')).locks, []);
  const events = await workspace.events();
  assertLocksPair(events);
  assertEditsChain(events);
  for (const { data } of events.filter(({ type }) => type === 'tool_call')) {
    const ends = events.filter(
      ({ type, data: other }) => type === 'tool_call' && other.id === data.id && 'ok' in other,
    );
    assert.equal(ends.length, 1, `call ${data.id} ends once`);
  }
  return events;
}

const requeued = (events) => events.filter(({ type }) => type === 'task_requeued');

test('a program that ends, once, in any phase is started again', async (t) => {
  const server = await startPrograms(t, {
    start: { env: { ACP_AT_START: 'exit', ACP_ONCE: '1' } },
    turn: {},
    locked: {},
  });
  const workspace = await Workspace.provision(server);
  const again = { exit: { code: 7, once: 'turn' } };
  const held = { write: { file: 'b.txt', text: 'b\n', by: 'self', exit_before: 'held' } };
  const tasks = [
    ...(await workspace.submit('start', script(kWrite))),
    ...(await workspace.submit('turn', script({ say: 'hello' }, again))),
    ...(await workspace.submit('locked', script(held))),
  ];
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
  }
  const events = await assertClean(workspace);
  const reasons = requeued(events).map(({ data }) => data.reason);
  assert.equal(reasons.length, 3, reasons.join('\n'));
  assert.ok(reasons.some((reason) => /exit code 3.*the program has no licence/s.test(reason)));
  assert.ok(reasons.some((reason) => /exit code 7.*it fell over/s.test(reason)));
  assert.equal(await workspace.text('b.txt'), 'b\n');
  const sessions = events.filter(({ type }) => type === 'agent_session');
  const how = (agent) =>
    sessions.filter(({ data }) => data.agent === agent).map(({ data }) => data.how);
  assert.deepEqual(
    [how('start'), how('turn'), how('locked')],
    [['new'], ['new', 'loaded'], ['new', 'loaded']],
  );
});

test('a program that never works fails its task, with what it said', async (t) => {
  const server = await startPrograms(t, {
    exits: { env: { ACP_AT_START: 'exit' } },
    hangs: { env: { ACP_AT_START: 'hang' }, connect_timeout_s: 0.4 },
    talks: { env: { ACP_AT_START: 'garbage' } },
    floods: { env: { ACP_AT_START: 'flood' } },
    old: { env: { ACP_VERSION: '2' } },
    missing: { command: ['no-such-program'] },
  });
  const workspace = await Workspace.provision(server);
  const kReasons = {
    exits: /exit code 3.*the program has no licence/s,
    hangs: /did not answer initialize within 1 s/,
    talks: /lines that are no messages of the protocol.*Loading/,
    floods: /a line of more than 33554432 bytes/,
    old: /another version of the protocol/,
    missing: /no-such-program.*not found/s,
  };
  const tasks = [];
  for (const agent of Object.keys(kReasons)) {
    tasks.push(...(await workspace.submit(agent, script(kWrite))));
  }
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'failed', JSON.stringify(task));
    assert.match(task.error.message, kReasons[task.agent]);
  }
  const events = await assertClean(workspace);
  const tries = (agent) =>
    events.filter(({ type, data }) => type === 'task_started' && data.agent === agent).length;
  assert.deepEqual([tries('exits'), tries('floods'), tries('old'), tries('missing')], [3, 3, 1, 1]);
});

test('nonsense in the middle of a turn', async (t) => {
  const server = await startPrograms(t, { little: {}, much: {}, long: {} });
  const workspace = await Workspace.provision(server);
  const tasks = [
    ...(await workspace.submit('little', script({ garbage: 5 }, kWrite))),
    ...(await workspace.submit('much', script({ garbage: 50 }, { hang: true }))),
    ...(await workspace.submit('long', script({ flood: true }, { hang: true }))),
  ];
  const [little, much, long] = await workspace.finished(tasks);
  assert.equal(little.state, 'succeeded');
  assert.match(much.error.message, /20 lines that are no messages/);
  assert.match(long.error.message, /a line of more than/);
  await assertClean(workspace);
});

test('a turn of which nothing is heard is cut off, and fails the second time', async (t) => {
  const more = '[server]\nstuck_after_s = 1\n';
  const server = await startPrograms(t, { worker: {} }, { more });
  const workspace = await Workspace.provision(server);
  const [task] = await workspace.finished(await workspace.submit('worker', script({ hang: true })));
  assert.equal(task.state, 'failed');
  const events = await assertClean(workspace);
  assert.equal(events.filter(({ type }) => type === 'agent_stuck').length, 2);
});

test('cancelling ends the turn, and a program that does not heed it', async (t) => {
  const server = await startPrograms(t, { heeds: {}, hangs: {} });
  const workspace = await Workspace.provision(server);
  const lock = { write: { file: 'c.txt', text: 'c\n', hold_ms: 60_000 } };
  const tasks = [
    ...(await workspace.submit('heeds', script({ wait: true }, { late: true }))),
    ...(await workspace.submit('hangs', script(lock))),
  ];
  await soon(async () => {
    const { locks } = await workspace.call('locks.list');
    return locks.length === 1 && (await workspace.task(tasks[0].id)).state === 'running';
  }, 'both are under way');
  await soon(
    async () =>
      (await workspace.events()).filter(({ type }) => type === 'agent_session').length === 2,
    'both have a session',
  );
  for (const { id } of tasks) await workspace.call('tasks.cancel', { id });
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'cancelled');
  await assertClean(workspace);
  assert.equal(
    await workspace.run('heeds', script({ say: 'next' })).then((task) => task.result),
    'next',
  );
});

test('a question that waits when the task is cancelled is answered so', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const [task] = await workspace.submit('worker', script(kWrite));
  await workspace.inState(task.id, 'waiting');
  await workspace.call('tasks.cancel', { id: task.id });
  const [done] = await workspace.finished([task]);
  assert.equal(done.state, 'cancelled');
  const file = path.join(workspace.folder(), 'homes/worker/answers.jsonl');
  const [{ outcome }] = readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual(outcome, { outcome: 'cancelled' });
  await assertClean(workspace);
});

test('what a person says ends a wait for a lock, and a question', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  await workspace.create('held.txt', 'held\n');
  const lock = { path: 'held.txt', mode: 'write', timeout_ms: 1000 };
  await workspace.call('locks.acquire', lock);
  const [task] = await workspace.submit(
    'worker',
    script({ write: { file: 'held.txt', text: '' } }),
  );
  await workspace.inState(task.id, 'waiting');
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  await workspace.call('tasks.steer', { id: task.id, text: script(kWrite) });
  await soon(async () => {
    const { approvals } = await workspace.call('approvals.list');
    return approvals[0]?.input.path === 'a.txt';
  }, 'the next turn asks');
  await workspace.call('tasks.steer', { id: task.id, text: script({ say: 'enough' }) });
  const [done] = await workspace.finished([task]);
  assert.deepEqual([done.state, done.result], ['succeeded', 'enough']);
  await assert.rejects(workspace.text('a.txt'), /not_found/);
});

test('a paused task goes on in its session, and what a person says is heard', async (t) => {
  const server = await startPrograms(t, { worker: {} });
  const workspace = await Workspace.provision(server);
  const [task] = await workspace.submit('worker', script({ say: 'one' }, { wait: true }));
  const sessions = async () =>
    (await workspace.events()).filter(({ type }) => type === 'agent_session');
  await soon(async () => (await sessions()).length === 1, 'a session');
  await workspace.call('tasks.pause', { id: task.id });
  await workspace.inState(task.id, 'paused');
  await workspace.call('tasks.resume', { id: task.id });
  await soon(async () => (await sessions()).length === 2, 'the session again');
  assert.deepEqual(
    (await sessions()).map(({ data }) => data.how),
    ['new', 'loaded'],
  );
  await workspace.call('tasks.steer', { id: task.id, text: script({ say: 'steered' }) });
  const [done] = await workspace.finished([task]);
  assert.equal(done.state, 'succeeded');
  assert.equal(done.result, 'steered');
});

for (const how of ['kill', 'stop']) {
  test(`after ${how} the server goes on in the session, or says why it cannot`, async (t) => {
    const server = await startPrograms(t, { keeps: {}, forgets: { env: { ACP_FORGETS: '1' } } });
    const workspace = await Workspace.provision(server);
    const tasks = [];
    for (const agent of ['keeps', 'forgets']) {
      tasks.push(...(await workspace.submit(agent, script({ say: agent }, { wait: true }))));
    }
    const sessions = async (agent) =>
      (await workspace.events()).filter(
        ({ type, data }) => type === 'agent_session' && data.agent === agent,
      );
    for (const agent of ['keeps', 'forgets']) {
      await soon(async () => (await sessions(agent)).length === 1, `${agent}'s session`);
    }
    await server[how]();
    await server.start();
    for (const agent of ['keeps', 'forgets']) {
      await soon(async () => (await sessions(agent)).length === 2, `${agent}'s next session`);
    }
    const [, loaded] = await sessions('keeps');
    const [, fresh] = await sessions('forgets');
    assert.deepEqual([loaded.data.how, fresh.data.how], ['loaded', 'new']);
    assert.match(fresh.data.error, /cannot open a session again/);
    for (const { id } of tasks) await workspace.call('tasks.cancel', { id });
    await workspace.finished(tasks);
    await assertClean(workspace);
  });
}
