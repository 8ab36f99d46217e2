// The past of a workspace as the studio shows it: density, what differs between moments, pages
// backwards, restoring and forking from any event.

import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readFileSync, readlinkSync, statSync, symlinkSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let server;
before(async () => (server = await Server.start()));
after(() => server?.stop());

const countsOf = ({ buckets }) => {
  const all = new Map();
  for (const { counts } of buckets) {
    for (const [key, count] of Object.entries(counts)) all.set(key, (all.get(key) ?? 0) + count);
  }
  return all;
};

const countedBy = (events, key) => {
  const all = new Map();
  for (const event of events) all.set(key(event), (all.get(key(event)) ?? 0) + 1);
  return all;
};

test('the density counts each event of the log once, also under a filter', async () => {
  const workspace = await Workspace.provision(server);
  for (const name of ['a', 'b', 'c']) await workspace.create(`${name}.txt`, `${name}\n`);
  await workspace.run('claude', rehearse(writeFile('agent.txt', 'by an agent\n'), say('done')));
  await workspace.write('a.txt', 'more\n');
  const density = await workspace.call('timeline.density', { buckets: 5 });
  const events = (await workspace.events()).filter(({ seq }) => seq <= density.to);
  assert.equal(events.length, density.to);
  assert.ok(density.buckets.length <= 5);
  assert.deepEqual(
    countsOf(density),
    countedBy(events, ({ type }) => type),
  );
  density.buckets.forEach((bucket, index) => {
    assert.equal(bucket.from, 1 + index * density.width);
    assert.equal(bucket.ts, events[bucket.from - 1].ts);
  });
  assert.equal(density.to_ts, events.at(-1).ts);

  const ask = async (more) => {
    const { events: fit } = await workspace.call('timeline.range', { limit: 1000, ...more });
    const counted = await workspace.call('timeline.density', more);
    const upTo = fit.filter(({ seq }) => seq <= counted.to);
    assert.deepEqual(
      countsOf(counted),
      countedBy(upTo, ({ type }) => type),
      JSON.stringify(more),
    );
    return upTo.length;
  };
  assert.ok((await ask({ agent: 'claude' })) > 5);
  assert.equal(await ask({ path: 'a.txt', types: ['file_edit'] }), 2);
  assert.ok((await ask({ types: ['tool_call', 'task_queued'] })) >= 3);
  const byAgent = countsOf(await workspace.call('timeline.density', { by: 'agent' }));
  assert.ok(byAgent.get('claude') > 5 && byAgent.get('') > 5);

  await refused(workspace.call('timeline.density', { by: 'day' }), 'invalid');
  await refused(workspace.call('timeline.density', { buckets: 501 }), 'invalid');
  await refused(workspace.call('timeline.density', { path: '../x' }), ['invalid', 'denied']);
});

test('a moment tells what is different from one that is known', async () => {
  const workspace = await Workspace.provision(server);
  const moments = [];
  const note = (written) => moments.push(written.seq);
  note(await workspace.create('a.txt', 'one\n'));
  note(await workspace.create('b.txt', 'two\n'));
  note(await workspace.write('a.txt', 'three\n'));
  const { version } = await workspace.read('b.txt');
  await workspace.call('files.move', { path: 'b.txt', to: 'c.txt', base_version: version });
  await workspace.call('files.remove', { path: 'a.txt' });
  moments.push(await workspace.head());
  const whole = async (seq) => (await workspace.call('timeline.at', { seq })).files;
  const byPath = (files) => new Map(files.map((file) => [file.path, file]));
  for (const since of [1, ...moments]) {
    for (const seq of [1, ...moments]) {
      const known = byPath(await whole(since));
      const answer = await workspace.call('timeline.at', { seq, since });
      assert.equal(answer.since, since);
      for (const gone of answer.removed) known.delete(gone);
      for (const file of answer.files) known.set(file.path, file);
      assert.deepEqual(known, byPath(await whole(seq)), `${since} to ${seq}`);
    }
  }
  await refused(workspace.call('timeline.at', { seq: 1, since: 1_000_000 }), 'invalid');
});

test('the log is read backwards, page by page, under a filter too', async () => {
  const workspace = await Workspace.provision(server);
  for (let index = 0; index < 7; ++index) await workspace.create(`${index}.txt`, `${index}\n`);
  const head = await workspace.head();
  for (const filter of [{}, { types: ['file_edit'] }, { types: ['file_edit', 'checkpoint'] }]) {
    const forwards = await workspace.call('timeline.range', { from: 1, limit: 1000, ...filter });
    const wanted = forwards.events.filter(({ seq }) => seq <= head);
    let all = [];
    let before = head + 1;
    while (before !== undefined) {
      const page = await workspace.call('timeline.range', { before, limit: 3, ...filter });
      assert.ok(page.events.length <= 3);
      all = [...page.events, ...all];
      before = page.previous;
    }
    assert.deepEqual(all, wanted, JSON.stringify(filter));
  }
  await refused(workspace.call('timeline.range', { before: 0 }), 'invalid');
});

test('files go back to any event, with their modes, and that is undone', async () => {
  const workspace = await Workspace.provision(server);
  const root = workspace.projects();
  await workspace.create('kept.txt', 'same\n');
  await workspace.create('story.txt', 'one\n');
  await workspace.create('deep/gone.txt', 'gone\n');
  chmodSync(path.join(root, 'kept.txt'), 0o755);
  await eventually(
    async () => (await workspace.events()).some(({ data }) => (data.mode & 0o777) === 0o755),
    'the mode is in the log',
  );
  const then = await workspace.head();
  await workspace.write('story.txt', 'two\n');
  await workspace.create('new.txt', 'surplus\n');
  await workspace.call('files.remove', { path: 'deep/gone.txt' });
  chmodSync(path.join(root, 'kept.txt'), 0o644);
  mkdirSync(path.join(root, 'empty'));
  symlinkSync('story.txt', path.join(root, 'link'));

  const { before: kept, changed } = await workspace.call('timeline.restore', { seq: then });
  assert.equal(changed, 4);
  assert.equal(await workspace.text('story.txt'), 'one\n');
  assert.equal(await workspace.text('deep/gone.txt'), 'gone\n');
  assert.equal(statSync(path.join(root, 'kept.txt')).mode & 0o777, 0o755);
  await refused(workspace.read('new.txt'), 'not_found');
  assert.equal(readlinkSync(path.join(root, 'link')), 'story.txt', 'the log knows files alone');
  assert.ok(statSync(path.join(root, 'empty')).isDirectory());
  const restored = (await workspace.events()).findLast(({ type }) => type === 'tree_restored');
  assert.equal(restored.data.of, `event:${then}`);

  await workspace.call('checkpoints.restore', { id: kept.id });
  assert.equal(await workspace.text('story.txt'), 'two\n');
  assert.equal(await workspace.text('new.txt'), 'surplus\n');
  await refused(workspace.read('deep/gone.txt'), 'not_found');

  const one = await workspace.call('timeline.restore', { seq: then, path: 'story.txt' });
  assert.equal(one.changed, 1);
  assert.equal(await workspace.text('new.txt'), 'surplus\n');
  const missing = { seq: then, path: 'never.txt' };
  await refused(workspace.call('timeline.restore', missing), 'not_found');
  await refused(workspace.call('timeline.restore', { seq: 1_000_000 }), 'invalid');
});

test('what was edited in small steps goes back to each of them', async () => {
  const workspace = await Workspace.provision(server);
  const texts = [];
  let text = '';
  for (let index = 0; index < 8; ++index) {
    text += `line ${index}\n`;
    const made =
      index === 0 ? await workspace.create('a.txt', text) : await workspace.write('a.txt', text);
    texts.push([made.seq, text]);
  }
  for (const [seq, wanted] of texts.toReversed()) {
    await workspace.call('timeline.restore', { seq });
    assert.equal(await workspace.text('a.txt'), wanted);
    assert.equal(readFileSync(path.join(workspace.projects(), 'a.txt'), 'utf8'), wanted);
  }
});

test('a file that somebody else has locked stops a restore, and nothing is changed', async () => {
  const workspace = await Workspace.provision(server);
  const { seq } = await workspace.create('a.txt', 'one\n');
  await workspace.create('b.txt', 'one\n');
  await workspace.write('a.txt', 'two\n');
  await workspace.call('approvals.set_policy', { mode: 'full' });
  const [task] = await workspace.submit(
    'claude',
    rehearse(
      { tool: 'lock_files', input: { path: 'a.txt' } },
      { tool: 'run_command', input: { command: 'sleep 60' } },
    ),
  );
  await eventually(
    async () => (await workspace.call('locks.list')).locks.some((lock) => lock.path === 'a.txt'),
    'the agent has the lock',
  );
  await refused(workspace.call('timeline.restore', { seq }), 'locked');
  assert.equal(await workspace.text('a.txt'), 'two\n');
  assert.equal(await workspace.text('b.txt'), 'one\n');
  await workspace.call('tasks.cancel', { id: task.id });
});

test('a moment of a moment ago is forked', async () => {
  const workspace = await Workspace.provision(server);
  const { seq } = await workspace.create('a.txt', 'one\n');
  await workspace.write('a.txt', 'two\n');
  const source = { kind: 'workspace', id: workspace.id, through_seq: seq };
  const fork = await Workspace.provision(server, source, 'the fork');
  assert.equal(await fork.text('a.txt'), 'one\n');
  await fork.write('a.txt', 'another way\n');
  assert.equal(await workspace.text('a.txt'), 'two\n');
  const density = await fork.call('timeline.density', {});
  assert.equal(density.from, 1);
  const late = await workspace.http('GET', '');
  assert.equal(late.status, 200);
});
