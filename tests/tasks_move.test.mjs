// Tasks in line, moved by a person: to another place, another priority, another agent.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { refused } from './lib/rpc.mjs';
import { pause, rehearse, say, tool } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let workspace;
let blockers = [];

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

const quick = (text) => rehearse(say(text));

/// Keeps the agents busy, so that what is submitted stays in line until release().
async function hold(...agents) {
  blockers = [];
  for (const agent of agents) {
    const [blocker] = await workspace.submit(agent, rehearse(pause(60_000), say('held')));
    await workspace.inState(blocker.id, 'running');
    blockers.push(blocker);
  }
}

async function release(tasks) {
  for (const { id } of blockers) await workspace.call('tasks.cancel', { id });
  return workspace.finished(tasks);
}

async function inLine(agent, count, options = {}) {
  const tasks = [];
  for (let i = 0; i < count; ++i) {
    tasks.push((await workspace.submit(agent, quick(`${agent} ${i}`), options))[0]);
  }
  return tasks;
}

const move = (id, where) => workspace.call('tasks.move', { id, ...where });

async function startedOrder(tasks) {
  const ids = new Map(tasks.map(({ id }, index) => [id, index]));
  return (await workspace.events())
    .filter(({ type, task }) => type === 'task_started' && ids.has(task))
    .map(({ task }) => ids.get(task));
}

test('moved before others, tasks are done in the new order', async () => {
  await hold('claude');
  const tasks = await inLine('claude', 4);
  await move(tasks[3].id, { before: tasks[1].id });
  const row = await move(tasks[0].id, { before: tasks[2].id });
  assert.equal(row.state, 'queued');
  await release(tasks);
  assert.deepEqual(await startedOrder(tasks), [3, 1, 0, 2]);
});

test('another priority: last among its equals', async () => {
  await hold('claude');
  const usual = await inLine('claude', 2);
  const high = await inLine('claude', 1, { priority: 8 });
  const moved = await move(usual[1].id, { priority: 8 });
  assert.equal(moved.priority, 8);
  const all = [...usual, ...high];
  await release(all);
  assert.deepEqual(await startedOrder(all), [2, 1, 0]);
});

test('given to another agent, that one does it, in its turn', async () => {
  await hold('claude', 'gemini');
  const [mine] = await inLine('claude', 1, { priority: 9 });
  const theirs = await inLine('gemini', 2);
  const row = await move(mine.id, { before: theirs[1].id });
  assert.equal(row.agent, 'gemini');
  assert.equal(row.priority, 5);
  const all = [...theirs, mine];
  const ended = await release(all);
  assert.ok(ended.every(({ state }) => state === 'succeeded'));
  assert.deepEqual(await startedOrder(all), [0, 2, 1]);
  const [event] = (await workspace.events()).filter(
    ({ type, task }) => type === 'task_moved' && task === mine.id,
  );
  assert.equal(event.data.from, 'claude');
  assert.equal(event.data.before, theirs[1].id);
  const rows = await workspace.call('sql.query', {
    database: 'agent_metrics',
    sql: 'select agent, priority from tasks where id = ?',
    params: [mine.id],
  });
  assert.deepEqual(rows.rows, [['gemini', 5]]);
  const { tasks } = await workspace.call('timeline.at', { seq: event.seq });
  assert.equal(tasks.find(({ id }) => id === mine.id).agent, 'gemini');
});

test('an order that was made by hand survives the sudden end of the server', async () => {
  await hold('kimi');
  const tasks = await inLine('kimi', 3);
  await move(tasks[2].id, { before: tasks[0].id });
  await server.kill();
  await server.start();
  await workspace.inState(blockers[0].id, 'running');
  await release(tasks);
  assert.deepEqual(await startedOrder(tasks), [2, 0, 1]);
});

test('refusals leave everything as it was', async () => {
  await hold('codex');
  const [first, second] = await inLine('codex', 2);
  const [running] = blockers;
  const head = await workspace.head();
  const cases = [
    [{ id: 't_none', priority: 1 }, ['not_found']],
    [{ id: first.id }, ['invalid']],
    [{ id: first.id, before: first.id }, ['invalid']],
    [{ id: first.id, before: 't_none' }, ['not_found']],
    [{ id: first.id, before: running.id }, ['conflict']],
    [{ id: first.id, before: second.id, agent: 'kimi' }, ['invalid']],
    [{ id: first.id, agent: 'nobody' }, ['not_found']],
    [{ id: first.id, priority: 10 }, ['invalid']],
    [{ id: first.id, where: 'up' }, ['invalid']],
    [{ id: running.id, priority: 9 }, ['conflict']],
  ];
  for (const [params, kinds] of cases) {
    await refused(workspace.call('tasks.move', params), kinds);
  }
  assert.deepEqual(await workspace.changesSince(head), []);
  const ended = await release([first, second]);
  await refused(workspace.call('tasks.move', { id: ended[0].id, priority: 1 }), ['conflict']);
});

test('what has begun stays with its agent', async () => {
  const [task] = await workspace.submit(
    'claude',
    rehearse(pause(400), tool('list_files', { path: '' }), say('a')),
  );
  await workspace.inState(task.id, 'running');
  await workspace.call('tasks.pause', { id: task.id });
  await workspace.inState(task.id, 'paused');
  await refused(workspace.call('tasks.move', { id: task.id, agent: 'kimi' }), ['conflict']);
  const moved = await move(task.id, { priority: 9 });
  assert.equal(moved.state, 'paused');
  await workspace.call('tasks.resume', { id: task.id });
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
});
