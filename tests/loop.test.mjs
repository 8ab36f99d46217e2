// The loop between a model and its tools: it does not go round in a circle, and its conversation
// stays within the model's window.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { readFile, rehearse, runCommand, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

// More than what stays of a conversation beside a summary, less than an output may have.
const kLargeText = `${'x'.repeat(99)}\n`.repeat(400);
const kLarge = ['1', '2', '3', '4', '5', '6'].map((name) => `large${name}.txt`);
// Near the end of the window of each of the four models.
const kFull = 950_000;

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'one\n');
  await workspace.create('b.txt', 'two\n');
  for (const name of kLarge) await workspace.create(name, kLargeText);
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

const counts = (input) => ({ usage: { input, output: 10 } });
/// A summary that tells the simulated model what to do next, as a real one tells a real one.
const summary = (...steps) =>
  say(`I have read large1.txt and large2.txt.\n\n${rehearse(...steps)}`);

for (const agent of ['claude', 'gemini', 'codex', 'kimi']) {
  test(`${agent} sums its conversation up near the end of the window and goes on`, async () => {
    const rest = [counts(9_000), readFile('a.txt'), counts(9_500), say('done with less')];
    const task = await play(
      agent,
      counts(9_000),
      readFile('large1.txt'),
      counts(kFull),
      readFile('large2.txt'),
      counts(kFull),
      summary(...rest),
    );
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
    const said = (await eventsOf(task, 'agent_message')).map(({ data }) => data.text);
    assert.deepEqual(said, ['done with less'], 'a summary is no message');
    const compacted = (await eventsOf(task, 'context_compacted')).map(({ data }) => data);
    assert.equal(compacted.length, 1);
    assert.equal(compacted[0].agent, agent);
    assert.ok(compacted[0].before >= kFull, JSON.stringify(compacted));
    assert.ok(compacted[0].after <= 0.75 * compacted[0].before, JSON.stringify(compacted));
    assert.match(compacted[0].summary, /I have read large1/);
    assert.deepEqual(
      (await callsOf(task)).map(({ data }) => data.input.path),
      ['large1.txt', 'large2.txt', 'a.txt'],
    );
    const calls = await eventsOf(task, 'usage_recorded');
    assert.equal(calls.length, 5, 'the call that writes the summary is recorded too');
  });
}

test('old outputs are left out first, which costs no call', async () => {
  const reads = kLarge.flatMap((name, index) => [
    counts(index + 1 < kLarge.length ? 9_000 : kFull),
    readFile(name),
  ]);
  const task = await play('gemini', ...reads, counts(9_000), say('done'));
  assert.equal(task.state, 'succeeded', JSON.stringify(task));
  const [compacted, ...more] = (await eventsOf(task, 'context_compacted')).map(({ data }) => data);
  assert.deepEqual(more, []);
  assert.ok(compacted.after <= 0.75 * compacted.before, JSON.stringify(compacted));
  assert.equal(compacted.summary, undefined);
  assert.equal((await eventsOf(task, 'usage_recorded')).length, kLarge.length + 1);
});

test('a compaction that does not help is not repeated: the task fails and says why', async () => {
  // Whatever is left out, the vendor goes on to count the same.
  const rest = kLarge.slice(2).flatMap((name) => [counts(kFull), readFile(name)]);
  const task = await play(
    'codex',
    counts(9_000),
    readFile('large1.txt'),
    counts(kFull),
    readFile('large2.txt'),
    counts(kFull),
    summary(...rest, say('never said')),
  );
  assert.equal(task.state, 'failed', JSON.stringify(task));
  assert.equal(task.error.kind, 'limit');
  assert.match(task.error.message, /window.*did not make it much shorter/);
  assert.ok(task.error.hint.length > 0);
  assert.equal((await eventsOf(task, 'context_compacted')).length, 1);
  assert.equal((await callsOf(task)).length, 3, 'two before it, one after it');
});
