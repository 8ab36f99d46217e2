// The server ends, by kill -9 and by SIGTERM, in every state of an agent's loop: each task goes on
// once, and nothing happens twice.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { editFile, pause, rehearse, runCommand, say, tool, writeFile } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace, eventually } from './lib/workspace.mjs';

const kStreamMs = 4_000;

const kEnds = [
  ['kill -9', (server) => server.kill().then(() => server.start())],
  ['SIGTERM', (server) => server.restart()],
];

const ofTask = (events, type, id) =>
  events.filter((event) => event.type === type && event.task === id);

/// The one task that an agent is given.
async function give(workspace, agent, ...steps) {
  const [task] = await workspace.submit(agent, rehearse(...steps));
  return task;
}

async function waitsFor(workspace, task, kind) {
  const { waits_for } = await workspace.inState(task.id, 'waiting');
  assert.ok(waits_for.startsWith(`${kind}: `), waits_for);
}

/// Each task has succeeded, remembers, and has said and done everything once. `expected` has what
/// each has said and the tools whose calls came to their end.
async function assertOnce(workspace, expected) {
  const events = await workspace.events();
  for (const { task, said, tools } of expected) {
    const [ended] = await workspace.finished([task]);
    const name = ended.agent;
    assert.equal(ended.state, 'succeeded', `${name}: ${JSON.stringify(ended.error)}`);
    const turns = ofTask(events, 'conversation_turn', task.id);
    assert.equal(turns.filter(({ data }) => data.begins).length, 1, `${name} remembers`);
    const messages = ofTask(events, 'agent_message', task.id);
    assert.deepEqual(
      messages.map(({ data }) => data.text),
      said,
      `${name} says nothing twice`,
    );
    const calls = ofTask(events, 'tool_call', task.id).filter(({ data }) => 'ok' in data);
    assert.deepEqual(
      calls.map(({ data }) => [data.tool, data.ok]),
      tools.map((each) => [each, true]),
      `${name} does nothing twice`,
    );
    assert.equal(ofTask(events, 'task_finished', task.id).length, 1);
  }
}

/// Four tasks, one in each of: before a call, in a stream, before a tool's effect, after it.
async function aroundCalls(t, end) {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const socket = await workspace.open();
  await socket.attach();
  await workspace.create('held.txt', 'old\n');
  const { token } = await workspace.call('locks.acquire', { path: 'held.txt', mode: 'write' });
  await workspace.call('cost.set_budget', { scope: 'agent:claude', limit_usd: 0 });

  const before = await give(workspace, 'claude', writeFile('a.txt', 'a\n'), say('written'));
  const stream = [say('one'), pause(kStreamMs), say('two'), writeFile('b.txt', 'b\n')];
  const inside = await give(workspace, 'gemini', ...stream, say('written'));
  const edit = editFile('held.txt', 'old', 'new');
  const locked = await give(workspace, 'codex', edit, say('edited'));
  const command = runCommand('echo once >> count.txt; sleep 60');
  const after = await give(workspace, 'kimi', command, say('I looked'));

  await waitsFor(workspace, before, 'budget');
  await waitsFor(workspace, locked, 'lock');
  const streams = ({ method, params }) => method === 'preview' && params.task === inside.id;
  await socket.waitFor(() => socket.notifications.some(streams), 'the stream of gemini');
  await eventually(async () => {
    const { entries } = await workspace.call('files.tree', {});
    return entries.some(({ path }) => path === 'count.txt');
  }, 'the command has had its effect');
  await socket.cut();
  await end(server);

  await workspace.call('cost.set_budget', { scope: 'agent:claude' });
  await workspace.call('locks.release', { path: 'held.txt', token });
  await workspace.finished([before, inside, locked, after]);
  return { workspace, before, inside, locked, after };
}

for (const [how, end] of kEnds) {
  test(`${how} before a call, in a stream, and before and after a tool’s effect`, async (t) => {
    const { workspace, before, inside, locked, after } = await aroundCalls(t, end);
    await assertOnce(workspace, [
      { task: before, said: ['written'], tools: ['write_file'] },
      { task: inside, said: ['one\ntwo', 'written'], tools: ['write_file'] },
      { task: locked, said: ['edited'], tools: ['edit_file'] },
      { task: after, said: ['I looked'], tools: [] },
    ]);
    const texts = ['a.txt', 'b.txt', 'held.txt', 'count.txt'].map((file) => workspace.text(file));
    assert.deepEqual(await Promise.all(texts), ['a\n', 'b\n', 'new\n', 'once\n']);
    const edits = (await workspace.events()).filter(({ type }) => type === 'file_edit');
    const agents = edits.filter(({ actor }) => actor.startsWith('agent:'));
    assert.equal(agents.length, 3, 'three files were written by agents, each once');
  });
}

for (const [how, end] of kEnds) {
  test(`${how} while a task waits for a person, for another task, or is paused`, async (t) => {
    const server = await Server.start(t);
    const workspace = await Workspace.provision(server);
    await workspace.call('approvals.set_policy', { agent: 'claude', mode: 'ask' });
    const asks = await give(workspace, 'claude', writeFile('a.txt', 'a\n'), say('written'));
    const inner = rehearse(pause(kStreamMs), writeFile('b.txt', 'b\n'), say('b is written'));
    const hand = tool('delegate_task', { agent: 'kimi', prompt: inner });
    const delegates = await give(workspace, 'codex', hand, say('handed over'));
    const first = await give(workspace, 'gemini', pause(kStreamMs), say('first'));
    const still = await give(workspace, 'gemini', writeFile('c.txt', 'c\n'), say('written'));
    await workspace.call('tasks.pause', { id: still.id });
    await waitsFor(workspace, asks, 'approval');
    await waitsFor(workspace, delegates, 'task');
    await end(server);

    assert.equal((await workspace.task(still.id)).state, 'paused');
    await workspace.call('tasks.resume', { id: still.id });
    await waitsFor(workspace, asks, 'approval');
    const { approvals } = await workspace.call('approvals.list');
    assert.equal(approvals.length, 1, 'it is asked again, once');
    await workspace.call('approvals.answer', { id: approvals[0].id, decision: 'allow' });
    const { tasks } = await workspace.call('tasks.list');
    const children = tasks.filter(({ parent }) => parent === delegates.id);
    assert.equal(children.length, 1, 'nothing was delegated twice');
    await workspace.finished([asks, delegates, first, still]);
    await assertOnce(workspace, [
      { task: asks, said: ['written'], tools: ['write_file'] },
      { task: delegates, said: ['handed over'], tools: ['delegate_task'] },
      { task: children[0], said: ['b is written'], tools: ['write_file'] },
      { task: first, said: ['first'], tools: [] },
      { task: still, said: ['written'], tools: ['write_file'] },
    ]);
    const texts = ['a.txt', 'b.txt', 'c.txt'].map((file) => workspace.text(file));
    assert.deepEqual(await Promise.all(texts), ['a\n', 'b\n', 'c\n']);
  });
}
