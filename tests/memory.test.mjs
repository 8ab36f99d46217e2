// A task survives the server: its agent goes on where it was, and does nothing twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { generator, kSeed } from './lib/random.mjs';
import { kAgents, rehearse, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace, eventually } from './lib/workspace.mjs';

const kSteps = 12;
const kKills = 5;
const kAliveMsMin = 100;
const kAliveMsMax = 500;
const kEnd = '[end]\n';

/// Adds a line before the end of the agent's own file, after a while.
const steps = (agent) =>
  Array.from({ length: kSteps }, (_, step) => [
    { pause_ms: 40 },
    { say: `step ${step} of ${agent}` },
    {
      tool: 'edit_file',
      input: { path: `${agent}.txt`, old: kEnd, new: `line ${step}\n${kEnd}` },
    },
  ]).flat();

const ofTask = (events, type, id) =>
  events.filter((event) => event.type === type && event.task === id);

test('an interrupted task goes on where it was, and does nothing twice', async (t) => {
  t.diagnostic(`SPINE_SEED=${kSeed}`);
  const random = generator();
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  for (const agent of kAgents) await workspace.create(`${agent}.txt`, kEnd);
  const tasks = [];
  for (const agent of kAgents) {
    tasks.push(...(await workspace.submit(agent, rehearse(...steps(agent), say('all done')))));
  }
  for (let kill = 0; kill < kKills; ++kill) {
    await sleep(kAliveMsMin + random() * (kAliveMsMax - kAliveMsMin));
    await server.kill();
    await server.start();
  }
  const ended = await workspace.finished(tasks);
  const events = await workspace.events();
  const wanted = Array.from({ length: kSteps }, (_, step) => `line ${step}\n`).join('') + kEnd;
  for (const [index, agent] of kAgents.entries()) {
    const { id } = tasks[index];
    assert.equal(ended[index].state, 'succeeded', JSON.stringify(ended[index].error));
    assert.equal(await workspace.text(`${agent}.txt`), wanted, agent);
    const turns = ofTask(events, 'conversation_turn', id);
    assert.equal(turns.filter((event) => event.data.begins).length, 1, `${agent} remembers`);
    const said = ofTask(events, 'agent_message', id).map((event) => event.data.text);
    const expected = Array.from({ length: kSteps }, (_, step) => `step ${step} of ${agent}`);
    assert.deepEqual(said, [...expected, 'all done'], `${agent} says nothing twice`);
    const calls = ofTask(events, 'tool_call', id).filter(({ data }) => data.phase === 'finished');
    assert.ok(calls.every(({ data }) => data.ok));
    assert.ok(calls.length <= kSteps, `${agent}: ${calls.length} calls`);
  }
  const requeued = events.filter((event) => event.type === 'task_requeued');
  assert.ok(requeued.length > 0, 'no kill came while a task was under way');
});

test('a command that was under way is not run again, and the agent is told', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const command = 'echo once >> count.txt; sleep 60';
  const [task] = await workspace.submit(
    'claude',
    rehearse({ tool: 'run_command', input: { command, timeout_s: 90 } }, say('I looked')),
  );
  await eventually(async () => {
    const { entries } = await workspace.call('files.tree', {});
    return entries.some((entry) => entry.path === 'count.txt');
  }, 'the command is under way');
  await server.kill();
  await server.start();
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
  assert.equal(await workspace.text('count.txt'), 'once\n');
  const events = await workspace.events();
  const calls = ofTask(events, 'tool_call', task.id);
  assert.deepEqual(
    calls.map(({ data }) => data.phase),
    ['started'],
  );
});

test('a server that is stopped in good order cuts no call off as cancelled', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  await workspace.create('held.txt', 'old\n');
  const { token } = await workspace.call('locks.acquire', { path: 'held.txt', mode: 'write' });
  const waits = { tool: 'edit_file', input: { path: 'held.txt', old: 'old', new: 'new' } };
  const runs = {
    tool: 'run_command',
    input: { command: 'echo once >> count.txt; sleep 60', timeout_s: 90 },
  };
  const [edit] = await workspace.submit('claude', rehearse(waits, say('edited')));
  const [command] = await workspace.submit('gemini', rehearse(runs, say('I looked')));
  await eventually(async () => {
    const { tasks } = await workspace.call('tasks.list', { state: 'waiting' });
    const { entries } = await workspace.call('files.tree', {});
    return tasks.length === 1 && entries.some((entry) => entry.path === 'count.txt');
  }, 'one waits for the lock, the other runs its command');
  await server.restart();
  await workspace.call('locks.release', { path: 'held.txt', token });
  const ended = await workspace.finished([edit, command]);
  assert.deepEqual(
    ended.map((task) => task.state),
    ['succeeded', 'succeeded'],
  );
  assert.equal(await workspace.text('held.txt'), 'new\n');
  assert.equal(await workspace.text('count.txt'), 'once\n');
  const events = await workspace.events();
  const finished = events.filter(({ type, data }) => type === 'tool_call' && 'ok' in data);
  assert.deepEqual(
    finished.map(({ data }) => [data.tool, data.ok]),
    [['edit_file', true]],
    'what was cut off is not told as an answer',
  );
});

test('a task that a person retries begins anew', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const prompt = rehearse({ say: 'first' }, { fail: { status: 400, times: 1 } }, say('never'));
  const [task] = await workspace.submit('claude', prompt);
  const [failed] = await workspace.finished([task]);
  assert.equal(failed.state, 'failed');
  await workspace.call('tasks.retry', { id: task.id });
  await workspace.finished([task]);
  const turns = ofTask(await workspace.events(), 'conversation_turn', task.id);
  assert.equal(turns.filter(({ data }) => data.begins).length, 2);
});
