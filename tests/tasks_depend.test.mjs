// What a task waits for, said anew by a person once it is in line.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { refused } from './lib/rpc.mjs';
import { pause, rehearse, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

const quick = (text) => rehearse(say(text));
const long = () => rehearse(pause(60_000), say('late'));
const submit = async (agent, prompt, more) => (await workspace.submit(agent, prompt, more))[0].id;
const depend = (id, ...depends_on) => workspace.call('tasks.depend', { id, depends_on });
const ended = async (...ids) => workspace.finished(ids.map((id) => ({ id })));

test('a task begins after what it is told to wait for, over a crash too', async () => {
  const first = await submit('kimi', long());
  await workspace.inState(first, 'running');
  const busy = await submit('claude', long());
  await workspace.inState(busy, 'running');
  const task = await submit('claude', quick('after it'));
  const row = await depend(task, first);
  assert.deepEqual(row.depends_on, [first]);
  await server.kill();
  await server.start();
  assert.deepEqual((await workspace.task(task)).depends_on, [first]);
  await workspace.call('tasks.cancel', { id: busy });
  await ended(busy);
  const next = await submit('claude', quick('not held up'));
  await ended(next);
  assert.equal((await workspace.task(task)).state, 'queued', 'its agent is free, and it waits');
  await depend(task);
  assert.equal((await ended(task))[0].state, 'succeeded');
  const told = (await workspace.events()).filter(({ type }) => type === 'task_depends');
  assert.deepEqual(
    told.map(({ task: id, data }) => [id, data.depends_on]),
    [
      [task, [first]],
      [task, []],
    ],
  );
  const { rows } = await workspace.call('sql.query', {
    database: 'agent_metrics',
    sql: `SELECT depends_on FROM tasks WHERE id='${task}'`,
  });
  assert.deepEqual(rows, [['[]']]);
  await workspace.call('tasks.cancel', { id: first });
  await ended(first);
});

test('what failed for another is tried again without it', async () => {
  const first = await submit('kimi', long());
  const task = await submit('claude', quick('done'), { depends_on: [first] });
  await workspace.call('tasks.cancel', { id: first });
  assert.equal((await ended(task))[0].state, 'failed');
  await depend(task);
  await workspace.call('tasks.retry', { id: task });
  assert.equal((await ended(task))[0].state, 'succeeded');
});

test('what makes no sense is refused, and changes nothing', async () => {
  const busy = await submit('claude', long());
  await workspace.inState(busy, 'running');
  const a = await submit('claude', quick('a'));
  const b = await submit('claude', quick('b'), { depends_on: [a] });
  const c = await submit('claude', quick('c'), { depends_on: [b] });
  await refused(depend(a, c), 'conflict');
  await refused(depend(a, a), 'invalid');
  await refused(depend(a, 't_unknown'), 'not_found');
  await refused(depend('t_unknown'), 'not_found');
  await refused(depend(busy, a), 'conflict');
  await refused(workspace.call('tasks.depend', { id: a, depends_on: [1] }), 'invalid');
  await refused(workspace.call('tasks.depend', { id: a }), 'invalid');
  const many = Array.from({ length: 1_000 }, () => b);
  await refused(depend(a, ...many), 'limit');
  assert.deepEqual((await workspace.task(a)).depends_on, []);
  await workspace.call('tasks.cancel', { id: busy });
  for (const { state } of await ended(a, b, c)) assert.equal(state, 'succeeded');
  await refused(depend(a), 'conflict');
});
