// The loop between a model and its tools: it does not go round in a circle.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { readFile, rehearse, runCommand, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'one\n');
  await workspace.create('b.txt', 'two\n');
});
after(() => server?.stop());

const times = (count, ...steps) => Array.from({ length: count }, () => steps).flat();
const eventsOf = async (task, type) =>
  (await workspace.events()).filter((each) => each.task === task.id && each.type === type);
const callsOf = async (task) =>
  (await eventsOf(task, 'tool_call')).filter(({ data }) => data.phase === 'started');

async function play(agent, ...steps) {
  const [task] = await workspace.finished(await workspace.submit(agent, rehearse(...steps)));
  return task;
}

// Each vendor gets the notice in the place where its own protocol has room for it.
for (const agent of ['claude', 'gemini', 'codex', 'kimi']) {
  test(`${agent} is told that it repeats itself, and fails when it goes on`, async () => {
    const task = await play(agent, ...times(20, readFile('a.txt')), say('never said'));
    assert.equal(task.state, 'failed', JSON.stringify(task));
    assert.equal(task.error.kind, 'limit');
    assert.match(task.error.message, /circle.*read_file.*a\.txt/);
    assert.ok(task.error.hint.length > 0);
    const told = (await eventsOf(task, 'agent_looping')).map(({ data }) => data);
    assert.deepEqual(
      told.map(({ agent: who, shape, step }) => [who, shape, step]),
      [
        [agent, 'repetition', 'told'],
        [agent, 'repetition', 'failed'],
      ],
    );
    assert.equal((await callsOf(task)).length, 7, 'four until it is told, three after that');
  });
}

test('two calls in turn are a circle too', async () => {
  const task = await play('claude', ...times(20, readFile('a.txt'), readFile('b.txt')));
  assert.equal(task.state, 'failed', JSON.stringify(task));
  assert.match(task.error.message, /in turn/);
  assert.equal((await callsOf(task)).length, 14);
});

test('whoever heeds the notice goes on', async () => {
  const steps = [...times(5, readFile('a.txt')), readFile('b.txt'), say('done')];
  const task = await play('gemini', ...steps);
  assert.equal(task.state, 'succeeded', JSON.stringify(task));
  assert.equal((await eventsOf(task, 'agent_looping')).length, 1);
});

test('whoever polls something that changes is left alone', async () => {
  const poll = runCommand('echo x >> polled.txt; wc -l < polled.txt');
  const task = await play('codex', ...times(12, poll), say('done'));
  assert.equal(task.state, 'succeeded', JSON.stringify(task));
  assert.equal((await eventsOf(task, 'agent_looping')).length, 0);
  assert.equal(await workspace.text('polled.txt'), 'x\n'.repeat(12));
});
