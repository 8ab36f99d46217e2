// Tasks: queues, priorities, dependencies, cancelling, failing providers, budgets.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { refused } from './lib/rpc.mjs';
import { kAgents, pause, readFile, rehearse, say, tool, writeFile } from './lib/rehearsal.mjs';
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
const slow = (ms = 60_000) => rehearse(pause(ms), say('slow'));
const eventsOf = async (task) => (await workspace.events()).filter((each) => each.task === task.id);
const typesOf = async (task) => (await eventsOf(task)).map(({ type }) => type);

async function startedOrder(tasks) {
  const ids = new Set(tasks.map(({ id }) => id));
  const events = await workspace.events();
  return events
    .filter(({ type, task }) => type === 'task_started' && ids.has(task))
    .map((e) => e.task);
}

test('a task goes through its states, and the log tells them', async () => {
  const task = await workspace.run('claude', quick('hello from the rehearsal'));
  assert.equal(task.agent, 'claude');
  const types = await typesOf(task);
  for (const type of ['task_queued', 'task_started', 'agent_message', 'usage_recorded']) {
    assert.ok(types.includes(type), `${type} in ${types}`);
  }
  const events = await eventsOf(task);
  const finished = events.find(({ type }) => type === 'task_finished');
  assert.equal(finished.data.state, 'succeeded');
  const message = events.find(({ type }) => type === 'agent_message');
  assert.match(message.data.text, /hello from the rehearsal/);
  const usage = events.find(({ type }) => type === 'usage_recorded');
  assert.equal(usage.data.simulated, true);
});

test('each of the four agents works through its own protocol', async () => {
  const tasks = await workspace.submit(
    'all',
    rehearse({ tools: [{ tool: 'list_files', input: { path: '' } }] }, say('done')),
  );
  assert.deepEqual(tasks.map(({ agent }) => agent).sort(), [...kAgents].sort());
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'succeeded');
});

test('"auto" picks one agent', async () => {
  const tasks = await workspace.submit('auto', quick('somebody'));
  assert.equal(tasks.length, 1);
  assert.ok(kAgents.includes(tasks[0].agent));
  await workspace.finished(tasks);
});

test('a prompt without a rehearsal plays a small honest plan', async () => {
  const task = await workspace.run('kimi', 'Please look around.');
  const { entries } = await workspace.call('files.tree', { path: 'notes', depth: 3 });
  assert.ok(entries.length > 0, 'a note was left');
  const said = (await eventsOf(task)).filter(({ type }) => type === 'agent_message');
  assert.match(said.map(({ data }) => data.text).join('\n'), /simulat/i, 'and it says what it is');
});

test('the highest priority starts first; the first come among equals', async () => {
  const [blocker] = await workspace.submit('claude', slow());
  await workspace.inState(blocker.id, 'running');
  const submit = async (priority) =>
    (
      await workspace.submit(
        'claude',
        quick(`${priority}`),
        priority === undefined ? {} : { priority },
      )
    )[0];
  const tasks = [];
  for (const priority of [1, 5, 9, undefined, 9, 0]) tasks.push(await submit(priority));
  await workspace.call('tasks.cancel', { id: blocker.id });
  await workspace.finished(tasks);
  const expected = [2, 4, 1, 3, 0, 5].map((index) => tasks[index].id);
  assert.deepEqual(await startedOrder(tasks), expected);
});

test('promoted, a task overtakes the others', async () => {
  const [blocker] = await workspace.submit('gemini', slow());
  await workspace.inState(blocker.id, 'running');
  const [first] = await workspace.submit('gemini', quick('first'));
  const [second] = await workspace.submit('gemini', quick('second'));
  await workspace.call('tasks.promote', { id: second.id });
  await workspace.call('tasks.cancel', { id: blocker.id });
  await workspace.finished([first, second]);
  assert.deepEqual(await startedOrder([first, second]), [second.id, first.id]);
});

test('cancelled while it waits, and while it runs', async () => {
  const [running] = await workspace.submit('codex', slow());
  const [queued] = await workspace.submit('codex', quick('never said'));
  await workspace.inState(running.id, 'running');
  for (const { id } of [queued, running]) await workspace.call('tasks.cancel', { id });
  const ended = await workspace.finished([running, queued]);
  assert.deepEqual(
    ended.map(({ state }) => state),
    ['cancelled', 'cancelled'],
  );
  assert.ok(!(await typesOf(queued)).includes('task_started'));
  const next = await workspace.run('codex', quick('still here'));
  assert.equal(next.state, 'succeeded', 'the agent goes on with the next task');
  await refused(workspace.call('tasks.cancel', { id: next.id }), [
    'conflict',
    'invalid',
    'not_found',
  ]);
});

test('a task waits for the tasks that it depends on', async () => {
  const [first] = await workspace.submit(
    'claude',
    rehearse(pause(300), writeFile('dep.txt', '1\n'), say('ok')),
  );
  const [second] = await workspace.submit('gemini', rehearse(readFile('dep.txt'), say('ok')), {
    depends_on: [first.id],
  });
  await workspace.finished([first, second]);
  const events = await workspace.events();
  const at = (type, task) => events.find((e) => e.type === type && e.task === task.id).seq;
  assert.ok(at('task_started', second) > at('task_finished', first));
});

test('a task whose dependency fails does not run', async () => {
  const [first] = await workspace.submit('claude', slow());
  const [second] = await workspace.submit('gemini', quick('never'), { depends_on: [first.id] });
  await workspace.inState(first.id, 'running');
  await workspace.call('tasks.cancel', { id: first.id });
  const [, ended] = await workspace.finished([first, second]);
  assert.ok(['failed', 'cancelled'].includes(ended.state), ended.state);
  assert.ok(!(await typesOf(second)).includes('task_started'));
});

test('what makes no sense is refused, and queues nothing', async () => {
  const head = await workspace.head();
  const submit = (agent, more) => workspace.call('tasks.submit', { agent, prompt: 'x', ...more });
  await refused(submit('nobody'), ['not_found', 'invalid']);
  await refused(submit('claude', { depends_on: ['t_nothing'] }), ['not_found', 'invalid']);
  await refused(submit('claude', { prompt: '' }), 'invalid');
  await refused(submit('claude', { prompt: 'x'.repeat((1 << 20) + 1) }), ['invalid', 'limit']);
  for (const method of ['get', 'cancel', 'retry', 'promote']) {
    await refused(workspace.call(`tasks.${method}`, { id: 't_nothing' }), 'not_found', method);
  }
  assert.deepEqual(await workspace.changesSince(head), []);
});

test('an overloaded provider is asked again', async () => {
  const task = await workspace.run(
    'claude',
    rehearse({ fail: { status: 529, times: 2 } }, say('third time lucky')),
  );
  const retries = (await eventsOf(task)).filter(({ type }) => type === 'task_retrying');
  assert.equal(retries.length, 2);
  for (const { data } of retries) assert.ok(data.delay_ms > 0);
});

test('an answer that breaks off is asked for again', async () => {
  for (const agent of kAgents) {
    const task = await workspace.run(agent, rehearse({ drop: 'mid-stream' }, say('whole at last')));
    const answers = (await eventsOf(task)).filter(({ type }) => type === 'agent_message');
    assert.match(answers.at(-1).data.text, /whole at last/, agent);
  }
});

test('a request that the provider refuses fails the task, which can be retried', async () => {
  const steps = [{ fail: { status: 400, times: 1 } }, say('accepted')];
  const [task] = await workspace.finished(await workspace.submit('kimi', rehearse(...steps)));
  assert.equal(task.state, 'failed');
  assert.ok(task.error, 'the reason is told');
  await workspace.call('tasks.retry', { id: task.id });
  const types = await typesOf(task);
  assert.ok(types.filter((type) => type === 'task_queued' || type === 'task_requeued').length >= 2);
});

test('a tool that fails is the agent’s to handle, not the end of the task', async () => {
  const steps = [
    readFile('no/such/file'),
    tool('no_such_tool', {}),
    tool('read_file', {}),
    say('well'),
  ];
  const task = await workspace.run('claude', rehearse(...steps));
  const calls = (await eventsOf(task)).filter(
    ({ type, data }) => type === 'tool_call' && data.phase === 'finished',
  );
  assert.equal(calls.length, 3);
  for (const { data } of calls) assert.equal(data.ok, false);
});

test('a task delegates to another agent', async () => {
  const inner = quick('delegated');
  const task = await workspace.run(
    'claude',
    rehearse(tool('delegate_task', { agent: 'codex', prompt: inner }), say('handed over')),
  );
  const queued = (await workspace.events()).find(
    ({ type, data }) => type === 'task_queued' && data.parent === task.id,
  );
  assert.equal(queued.data.agent, 'codex');
  await workspace.finished([{ id: queued.task }]);
});

test('the list tells every task and its state', async () => {
  const [task] = await workspace.submit('claude', quick('listed'), { priority: 7 });
  await workspace.finished([task]);
  const { tasks } = await workspace.call('tasks.list');
  const listed = tasks.find(({ id }) => id === task.id);
  assert.equal(listed.agent, 'claude');
  assert.equal(listed.state, 'succeeded');
  assert.equal(listed.priority, 7);
  assert.match(listed.prompt, /listed/);
});

test('messages queue a task for each agent addressed', async () => {
  await workspace.call('messages.send', { to: ['claude', 'kimi'], text: 'hello both' });
  const { messages } = await workspace.call('messages.list');
  const sent = messages.find(({ text }) => text === 'hello both');
  assert.deepEqual([...sent.to].sort(), ['claude', 'kimi']);
  assert.match(sent.from, /^user:/);
  const events = await workspace.events();
  const at = events.findIndex(
    ({ type, data }) => type === 'agent_message' && data.text === 'hello both',
  );
  assert.ok(at >= 0);
  const queued = events.filter(
    ({ type, data }) => type === 'task_queued' && /hello both/.test(data.prompt),
  );
  assert.deepEqual(queued.map(({ data }) => data.agent).sort(), ['claude', 'kimi']);
  await workspace.finished(queued.map(({ task }) => ({ id: task })));
  await refused(workspace.call('messages.send', { to: ['nobody'], text: 'x' }), [
    'not_found',
    'invalid',
  ]);
  await refused(workspace.call('messages.send', { to: [], text: 'x' }), 'invalid');
});

test('agents send messages to one another', async () => {
  await workspace.run(
    'claude',
    rehearse(tool('send_message', { to: 'gemini', text: 'psst' }), say('sent')),
  );
  const events = await workspace.events();
  const told = events.find(({ type, data }) => type === 'bus_message' && data.text === 'psst');
  assert.deepEqual(told.data.to, ['gemini']);
  const read = await workspace.run('gemini', rehearse(tool('read_messages', {}), say('read')));
  const call = (await eventsOf(read)).find(
    ({ type, data }) => type === 'tool_call' && data.phase === 'finished',
  );
  assert.match(JSON.stringify(call.data.output), /psst/);
});
