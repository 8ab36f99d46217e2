// People stop a task for a while, let it go on, and tell its agent what it should know.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { kAgents, pause, rehearse, say, tool, writeFile } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kStepMs = 2_000;

const ofTask = (events, type, id) =>
  events.filter((event) => event.type === type && event.task === id);

/// What the agent has said in a task.
const saidIn = (events, id) =>
  ofTask(events, 'agent_message', id)
    .filter(({ data }) => data.kind === 'answer')
    .map(({ data }) => data.text);

async function agent(workspace, name) {
  const { agents } = await workspace.call('agents.list');
  return agents.find((each) => each.name === name);
}

test('a paused task stands still, leaves its agent free, survives, and goes on', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const prompt = rehearse(pause(kStepMs), writeFile('a.txt', 'a\n'), say('all done'));
  const [task] = await workspace.submit('claude', prompt);
  await workspace.asksItsModel(task.id);
  const asked = await workspace.call('tasks.pause', { id: task.id });
  assert.equal(asked.state, 'running', 'the call of the model comes to its end');
  assert.match(asked.pause_requested_by, /^user:/);
  await refused(workspace.call('tasks.pause', { id: task.id }), 'conflict');
  const paused = await workspace.inState(task.id, 'paused');
  assert.match(paused.waits_for, /^pause: paused by user:/);
  assert.equal(paused.pause_requested_by, undefined);
  const idle = await agent(workspace, 'claude');
  assert.deepEqual([idle.state, idle.task, idle.paused], ['idle', undefined, [task.id]]);
  assert.deepEqual((await workspace.call('locks.list')).locks, []);
  await workspace.run('claude', rehearse(say('something else')));
  for (const again of [() => server.kill().then(() => server.start()), () => server.restart()]) {
    await again();
    assert.equal((await workspace.task(task.id)).state, 'paused');
  }
  await refused(workspace.read('a.txt'), 'not_found');
  const queued = await workspace.call('tasks.resume', { id: task.id });
  assert.notEqual(queued.state, 'paused');
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded', JSON.stringify(ended.error));
  assert.equal(await workspace.text('a.txt'), 'a\n');
  const events = await workspace.events();
  const turns = ofTask(events, 'conversation_turn', task.id);
  assert.equal(turns.filter(({ data }) => data.begins).length, 1, 'it remembers');
  assert.equal(turns.filter(({ data }) => data.stop).length, 2, 'no answer was asked for twice');
  const calls = ofTask(events, 'tool_call', task.id).filter(
    ({ data }) => data.phase === 'finished',
  );
  assert.deepEqual(
    calls.map(({ data }) => [data.tool, data.ok]),
    [['write_file', true]],
  );
  const course = events
    .filter((event) => event.task === task.id && /pause|resume/.test(event.type))
    .map(({ type, actor }) => `${type} ${actor.split(':')[0]}`);
  assert.deepEqual(course, ['task_pause_requested user', 'task_paused agent', 'task_resumed user']);
});

test('a pause that the server did not live to see is kept', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const prompt = rehearse(pause(20_000), writeFile('a.txt', 'a\n'), say('all done'));
  const [task] = await workspace.submit('claude', prompt);
  await workspace.inState(task.id, 'running');
  await workspace.call('tasks.pause', { id: task.id });
  await server.kill();
  await server.start();
  assert.equal((await workspace.task(task.id)).state, 'paused');
  await workspace.call('tasks.cancel', { id: task.id });
  assert.equal((await workspace.task(task.id)).state, 'cancelled');
});

test('a queued task is paused at once, and one that waits for a lock leaves it', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  await workspace.create('held.txt', 'old\n');
  const { token } = await workspace.call('locks.acquire', { path: 'held.txt', mode: 'write' });
  const edits = { path: 'held.txt', old: 'old', new: 'new' };
  const prompt = rehearse({ tool: 'edit_file', input: edits }, say('edited'));
  const [waits] = await workspace.submit('claude', prompt);
  const [queued] = await workspace.submit('claude', rehearse(say('second')));
  await workspace.inState(waits.id, 'waiting');
  assert.equal((await workspace.call('tasks.pause', { id: queued.id })).state, 'paused');
  await workspace.call('tasks.pause', { id: waits.id });
  await workspace.inState(waits.id, 'paused');
  const events = await workspace.events();
  assert.equal(events.filter(({ type }) => type === 'lock_wait_ended').length, 1);
  await workspace.call('tasks.resume', { id: queued.id });
  await workspace.finished([queued]);
  await workspace.call('locks.release', { path: 'held.txt', token });
  await workspace.call('tasks.resume', { id: waits.id });
  const [ended] = await workspace.finished([waits]);
  assert.equal(ended.state, 'succeeded');
  assert.equal(await workspace.text('held.txt'), 'new\n');
});

test('what a person says is part of the next call of the model, whoever the vendor', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const look = { tool: 'list_files', input: {} };
  await Promise.all(
    kAgents.map(async (name) => {
      const prompt = rehearse(pause(kStepMs), look, say('as planned'));
      const [task] = await workspace.submit(name, prompt);
      await workspace.asksItsModel(task.id);
      // The simulated model plays what it hears last.
      const text = rehearse(say('as you wish'));
      const { message } = await workspace.call('tasks.steer', { id: task.id, text });
      assert.equal((await workspace.task(task.id)).steering[0].id, message);
      const [ended] = await workspace.finished([task]);
      assert.deepEqual(
        [ended.state, ended.result, ended.steering],
        ['succeeded', 'as you wish', undefined],
      );
      const events = await workspace.events();
      assert.deepEqual(saidIn(events, task.id), ['as you wish'], name);
      const told = ofTask(events, 'agent_message', task.id).find(({ data }) => data.id === message);
      assert.deepEqual([told.data.to, told.data.kind, told.data.steers], [[name], 'chat', true]);
      const heard = ofTask(events, 'conversation_turn', task.id).filter(({ data }) => data.heeds);
      assert.deepEqual(
        heard.map(({ data }) => data.heeds),
        [[message]],
      );
      assert.ok(told.seq < heard[0].seq);
      const { messages } = await workspace.call('messages.list');
      assert.ok(
        messages.some(({ id }) => id === message),
        'the chat has it',
      );
    }),
  );
});

test('what was said and not heard survives a kill', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const [busy] = await workspace.submit('claude', rehearse(pause(20_000), say('late')));
  const [task] = await workspace.submit('claude', rehearse(say('as planned')));
  await workspace.call('tasks.pause', { id: task.id });
  await workspace.call('tasks.steer', { id: task.id, text: rehearse(say('as you wish')) });
  await server.kill();
  await server.start();
  const after = await workspace.task(task.id);
  assert.equal(after.state, 'paused');
  assert.equal(after.steering.length, 1);
  await workspace.call('tasks.resume', { id: task.id });
  await workspace.call('tasks.cancel', { id: busy.id });
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.result, 'as you wish');
});

test('what cannot be paused, resumed or told is refused', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const over = await workspace.run('claude', rehearse(say('over')));
  const [task] = await workspace.submit('claude', rehearse(pause(20_000), say('late')));
  await workspace.asksItsModel(task.id);
  for (const method of ['tasks.pause', 'tasks.resume']) {
    await refused(workspace.call(method, { id: 't_unknown' }), 'not_found', method);
    await refused(workspace.call(method, { id: over.id }), 'conflict', method);
  }
  await refused(workspace.call('tasks.resume', { id: task.id }), 'conflict');
  const steer = (id, text) => workspace.call('tasks.steer', { id, text });
  await refused(steer('t_unknown', 'hello'), 'not_found');
  await refused(steer(over.id, 'hello'), 'conflict');
  await refused(steer(task.id, ''), 'invalid');
  await refused(steer(task.id, 'x'.repeat(70_000)), 'limit');
  for (let i = 0; i < 20; ++i) await steer(task.id, `again ${i}`);
  await refused(steer(task.id, 'one more'), 'limit');
  await workspace.call('tasks.cancel', { id: task.id });
  await workspace.finished([task]);
});

test('an agent of which nothing is heard is cut off, tries again, and fails', async (t) => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'coditect.toml'), '[server]\nstuck_after_s = 4\n');
  const server = await Server.start(t, { folder });
  const workspace = await Workspace.provision(server);
  const hangs = rehearse(pause(60_000), say('too late'));
  const [lost] = await workspace.submit('claude', hangs);
  const [helped] = await workspace.submit('kimi', hangs);
  await workspace.asksItsModel(helped.id);
  // It is heard when the call is made once more.
  await workspace.call('tasks.steer', { id: helped.id, text: rehearse(say('here I am')) });
  const [failed, succeeded] = await workspace.finished([lost, helped]);
  assert.equal(failed.state, 'failed');
  assert.equal(failed.error.kind, 'unavailable');
  assert.match(failed.error.message, /stuck/);
  assert.ok(failed.error.hint);
  assert.deepEqual([succeeded.state, succeeded.result], ['succeeded', 'here I am']);
  const events = await workspace.events();
  const steps = (id) => ofTask(events, 'agent_stuck', id).map(({ data }) => data.step);
  assert.deepEqual(steps(lost.id), ['cut_off', 'failed']);
  assert.deepEqual(steps(helped.id), ['cut_off']);
  const [first] = ofTask(events, 'agent_stuck', lost.id);
  assert.equal(first.data.doing, 'a call of the model');
  assert.ok(first.data.silent_ms >= 4000, `${first.data.silent_ms} ms`);
});

/// The tasks that `parent` has delegated.
async function childrenOf(workspace, parent) {
  const { tasks } = await workspace.call('tasks.list');
  return tasks.filter((task) => task.parent === parent.id);
}

/// What the tool `delegate_task` gave back in a task.
async function delegated(workspace, { id }) {
  const calls = ofTask(await workspace.events(), 'tool_call', id);
  return calls.filter(({ data }) => data.tool === 'delegate_task' && data.phase === 'finished');
}

test('what was delegated comes back, and a restart delegates nothing twice', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const inner = rehearse(pause(kStepMs), writeFile('b.txt', 'b\n'), say('b.txt is written'));
  const hand = tool('delegate_task', { agent: 'codex', prompt: inner });
  const [parent] = await workspace.submit('claude', rehearse(hand, say('handed over')));
  const waits = await workspace.inState(parent.id, 'waiting');
  const [child] = await childrenOf(workspace, parent);
  assert.equal(waits.waits_for, `task: ${child.id} of codex`);
  for (const again of [() => server.kill().then(() => server.start()), () => server.restart()]) {
    await again();
    assert.equal((await childrenOf(workspace, parent)).length, 1);
  }
  const ended = await workspace.finished([parent, child]);
  assert.deepEqual(
    ended.map(({ state, result }) => [state, result]),
    [
      ['succeeded', 'handed over'],
      ['succeeded', 'b.txt is written'],
    ],
  );
  assert.equal((await childrenOf(workspace, parent)).length, 1);
  const [call] = await delegated(workspace, parent);
  assert.equal(call.data.ok, true);
  const [outcome] = JSON.parse(call.data.output).tasks;
  assert.deepEqual(outcome, {
    id: child.id,
    agent: 'codex',
    state: 'succeeded',
    result: 'b.txt is written',
  });
  assert.equal(await workspace.text('b.txt'), 'b\n');
});

test('nobody delegates in a circle, and a cancel takes along what was delegated', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const back = tool('delegate_task', { agent: 'claude', prompt: 'no, you' });
  const hand = (prompt) => tool('delegate_task', { agent: 'kimi', prompt });
  const circle = rehearse(hand(rehearse(back, say('then I do it'))), say('done'));
  const parent = await workspace.run('claude', circle);
  const [child] = await childrenOf(workspace, parent);
  const [refusal] = await delegated(workspace, child);
  assert.equal(refusal.data.ok, false);
  assert.match(refusal.data.output, /waits for a task of yours/);

  const long = rehearse(hand(rehearse(pause(30_000), say('late'))), say('done'));
  const [cancelled] = await workspace.submit('claude', long);
  await workspace.inState(cancelled.id, 'waiting');
  const [below] = await childrenOf(workspace, cancelled);
  await workspace.inState(below.id, 'running');
  await workspace.call('tasks.cancel', { id: cancelled.id });
  const ended = await workspace.finished([cancelled, below]);
  assert.deepEqual(
    ended.map(({ state }) => state),
    ['cancelled', 'cancelled'],
  );
});

test('several agents are asked the same and answer side by side', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const submit = (params) => workspace.call('tasks.submit', params);
  const prompt = rehearse(say('forty-two'));
  const { tasks, group } = await submit({ agents: ['kimi', 'claude'], prompt });
  assert.deepEqual(
    tasks.map(({ agent: name }) => name),
    ['kimi', 'claude'],
  );
  await workspace.finished(tasks);
  const together = await workspace.call('tasks.answers', { group });
  assert.deepEqual([together.group, together.prompt, together.done], [group, prompt, true]);
  const rows = together.answers.map((row) => [row.agent, row.state, row.result]);
  assert.deepEqual(rows.sort(), [
    ['claude', 'succeeded', 'forty-two'],
    ['kimi', 'succeeded', 'forty-two'],
  ]);
  assert.ok(together.answers.every(({ cost_usd, elapsed_ms }) => cost_usd > 0 && elapsed_ms >= 0));
  const listed = await workspace.call('tasks.list', { group });
  assert.equal(listed.tasks.length, 2);
  assert.ok((await submit({ agent: 'all', prompt })).group, 'all are a group too');
  assert.equal((await submit({ agent: 'claude', prompt })).group, undefined);
  const wrong = [
    { prompt },
    { prompt, agents: [] },
    { prompt, agents: ['kimi', 'kimi'] },
    { prompt, agents: ['kimi'], agent: 'claude' },
    { prompt, agents: [1] },
  ];
  for (const params of wrong) await refused(submit(params), 'invalid', JSON.stringify(params));
  await refused(submit({ prompt, agents: ['kimi', 'nobody'] }), 'not_found');
  await refused(workspace.call('tasks.answers', { group: 'g_unknown' }), 'not_found');
});
