// The past: ranges of events, the state at a moment, checkpoints; and cost and search, which are
// views of the same log.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { refused } from './lib/rpc.mjs';
import { rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { assertNoGap } from './lib/socket.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('story.txt', 'one\n');
  await workspace.write('story.txt', 'two\n');
  await workspace.create('other.txt', 'other\n');
  await workspace.run('claude', rehearse(writeFile('agent.txt', 'by an agent\n'), say('done')));
});
after(() => server?.stop());

test('ranges come in pages without a gap', async () => {
  const head = await workspace.head();
  const all = [];
  let from = 1;
  while (from !== undefined && from <= head) {
    const { events, next } = await workspace.call('timeline.range', { from, limit: 3 });
    assert.ok(events.length <= 3);
    assert.ok(events.length > 0, `nothing from ${from} on`);
    all.push(...events);
    from = next;
  }
  assertNoGap(all, 1);
  assert.ok(all.length >= head);
});

test('ranges can be narrowed by type, agent and path', async () => {
  const ask = async (more) =>
    (await workspace.call('timeline.range', { from: 1, limit: 100, ...more })).events;
  const byType = await ask({ types: ['task_queued', 'task_finished'] });
  assert.deepEqual(
    new Set(byType.map(({ type }) => type)),
    new Set(['task_queued', 'task_finished']),
  );
  const byPath = await ask({ path: 'story.txt' });
  const edits = byPath.filter(({ type }) => type === 'file_edit');
  assert.equal(edits.length, 2);
  assert.ok(byPath.every(({ data }) => data.path === 'story.txt'));
  const byAgent = await ask({ agent: 'claude' });
  assert.ok(byAgent.length > 3);
  assert.deepEqual(await ask({ agent: 'kimi', types: ['file_edit'] }), []);
});

test('the state at a moment is what it was', async () => {
  const edits = (await workspace.events()).filter(({ type }) => type === 'file_edit');
  const [first, second] = edits.filter(({ data }) => data.path === 'story.txt');
  const pathsAt = async (params) => {
    const state = await workspace.call('timeline.at', params);
    return { seq: state.seq, paths: state.files.map(({ path }) => path).sort() };
  };
  const before = await pathsAt({ seq: first.seq - 1 });
  assert.equal(before.seq, first.seq - 1);
  assert.deepEqual(before.paths, []);
  assert.deepEqual((await pathsAt({ seq: second.seq })).paths, ['story.txt']);
  const head = await workspace.head();
  assert.deepEqual((await pathsAt({ seq: head })).paths, ['agent.txt', 'other.txt', 'story.txt']);
  assert.equal((await pathsAt({ ts: second.ts })).seq >= second.seq, true);
  const then = await workspace.call('timeline.file_at', { path: 'story.txt', seq: first.seq });
  assert.equal(then.text, 'one\n');
  const now = await workspace.call('timeline.file_at', { path: 'story.txt', seq: head });
  assert.equal(now.text, 'two\n');
  await refused(
    workspace.call('timeline.file_at', { path: 'story.txt', seq: first.seq - 1 }),
    'not_found',
  );
});

test('the state at a moment knows the locks and tasks of then', async () => {
  const { token } = await workspace.call('locks.acquire', {
    path: 'story.txt',
    mode: 'write',
    timeout_ms: 1000,
  });
  const held = await workspace.head();
  await workspace.call('locks.release', { path: 'story.txt', token });
  const then = await workspace.call('timeline.at', { seq: held });
  assert.ok(then.locks.some(({ path }) => path === 'story.txt'));
  const now = await workspace.call('timeline.at', { seq: await workspace.head() });
  assert.ok(!now.locks.some(({ path }) => path === 'story.txt'));
  const queued = (await workspace.events()).find(({ type }) => type === 'task_queued');
  const at = await workspace.call('timeline.at', { seq: queued.seq });
  assert.equal(at.tasks.find(({ id }) => id === queued.task).state, 'queued');
});

test('a checkpoint brings files back, and restoring can itself be undone', async () => {
  const made = await workspace.call('checkpoints.create', { label: 'before the mess' });
  const id = made.id ?? made.checkpoint.id;
  const { checkpoints } = await workspace.call('checkpoints.list');
  assert.ok(checkpoints.some((each) => each.id === id && each.label === 'before the mess'));
  await workspace.write('story.txt', 'a mess\n');
  await workspace.create('mess.txt', 'mess\n');
  await workspace.call('files.remove', { path: 'other.txt' });
  const mess = await workspace.head();
  await workspace.call('checkpoints.restore', { id });
  assert.equal(await workspace.text('story.txt'), 'two\n');
  assert.equal(await workspace.text('other.txt'), 'other\n');
  await refused(workspace.read('mess.txt'), 'not_found');
  const then = await workspace.call('timeline.file_at', { path: 'mess.txt', seq: mess });
  assert.equal(then.text, 'mess\n', 'what was there before the restoring is in the log');
  await refused(workspace.call('checkpoints.restore', { id: 'c_nothing' }), 'not_found');
});

test('cost adds up, by agent, task, model and day', async () => {
  const usage = { input: 1200, cache_read: 1000, output: 80 };
  const task = await workspace.run('gemini', rehearse({ usage }, say('counted')));
  const recorded = (await workspace.events()).filter(({ type }) => type === 'usage_recorded');
  const one = recorded.find((event) => event.task === task.id);
  assert.equal(one.data.cached, 1000);
  assert.equal(one.data.output, 80);
  for (const by of ['agent', 'task', 'model', 'day']) {
    const { rows, total } = await workspace.call('cost.summary', { by });
    assert.ok(rows.length > 0, by);
    assert.ok(total, by);
  }
});

test('text is found where it is', async () => {
  await workspace.create('find/needle.txt', 'hay\na needle here\nhay\n');
  await workspace.create('find/needle.md', 'another needle\n');
  const find = async (params) => JSON.stringify(await workspace.call('search.text', params));
  const all = await find({ query: 'needle' });
  assert.match(all, /find\/needle\.txt/);
  assert.match(all, /find\/needle\.md/);
  const some = await find({ query: 'needle', glob: '*.md' });
  assert.doesNotMatch(some, /needle\.txt/);
  assert.match(some, /needle\.md/);
  assert.doesNotMatch(await find({ query: 'no such words' }), /needle/);
  await workspace.write('find/needle.txt', 'gone\n');
  assert.doesNotMatch(await find({ query: 'a needle here' }), /needle\.txt/, 'it follows changes');
});
