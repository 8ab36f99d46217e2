// A node is lost with its disk, frozen, or cut off from the object store: who owns what, and what
// is still there.

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';

import { coditect } from './lib/command.mjs';
import { request } from './lib/http.mjs';
import { sha256 } from './lib/log.mjs';
import { rehearse, pause, say, writeFile } from './lib/rehearsal.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { assertNoGap } from './lib/socket.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kTakeoverMs = 60_000;
/// What may be missing in local mode: a bundle leaves about every second.
const kLossMs = 2_500;

/// Two folders for two nodes and one for their store.
function setUp(t) {
  const folder = temporaryFolder();
  const store = path.join(folder, 'store');
  const node = (name) => {
    const home = path.join(folder, name);
    mkdirSync(home);
    const server = new Server(home, { args: ['--store', `file://${store}`] });
    t.after(() => server.stop());
    return server;
  };
  return { folder, store, node };
}

async function provision(server, durability, source = { kind: 'empty' }) {
  const answer = await request(server, 'POST', '/workspaces/provision', {
    data: { name: durability, source, durability },
  });
  assert.equal(answer.status, 201, answer.text);
  assert.equal(answer.json.durability, durability);
  return new Workspace(server, answer.json);
}

/// The same workspace as another server shows it.
function on(server, workspace) {
  return new Workspace(server, workspace.answer);
}

async function taken(server, workspace) {
  const moved = on(server, workspace);
  await eventually(
    async () => (await moved.http('GET')).status === 200,
    `${workspace.id} is taken over`,
    kTakeoverMs,
  );
  return moved;
}

/// Writes until `stop()` says so; each acknowledged write with when it was acknowledged.
async function writeUntil(workspace, prefix, stop) {
  const acknowledged = [];
  for (let count = 0; !stop(); ++count) {
    const file = `${prefix}/${count}.txt`;
    const text = `${prefix} ${count}\n${'y'.repeat((count * 131) % 5000)}\n`;
    try {
      const { seq } = await workspace.create(file, text);
      acknowledged.push({ file, text, seq, at: Date.now() });
    } catch {
      return acknowledged;
    }
  }
  return acknowledged;
}

async function assertHas(workspace, acknowledged) {
  const events = await workspace.events();
  assertNoGap(events, 1);
  const log = new Map(events.map((event) => [event.seq, event]));
  for (const { file, text, seq } of acknowledged) {
    assert.equal(log.get(seq)?.data.hash, sha256(text), `${file}, seq ${seq}`);
  }
  for (const { file, text } of acknowledged.slice(-10)) {
    assert.equal(await workspace.text(file), text);
  }
}

test('a node that is lost with its disk is taken over', async (t) => {
  const { node } = setUp(t);
  const first = node('first');
  await first.start();
  const replicated = await provision(first, 'replicated');
  const local = await provision(first, 'local', { kind: 'template', name: 'cpp' });
  await local.call('checkpoints.create', { label: 'kept' });
  const lock = await local.call('locks.acquire', {
    path: 'held.txt',
    mode: 'write',
    timeout_ms: 1000,
  });
  assert.ok(lock.token);
  const [task] = await local.submit('claude', rehearse(pause(60_000), say('late')));
  await local.inState(task.id, 'running');
  const [queued] = await local.submit(
    'claude',
    rehearse(writeFile('queued.txt', 'q\n'), say('ok')),
  );
  const tree = await local.call('files.tree', { depth: 9 });
  let stopped = false;
  const writers = [
    writeUntil(replicated, 'r', () => stopped),
    writeUntil(local, 'l', () => stopped),
  ];
  await new Promise((resolve) => setTimeout(resolve, 4_000));
  const killedAt = Date.now();
  await first.kill();
  stopped = true;
  const [inReplicated, inLocal] = await Promise.all(writers);
  rmSync(first.folder, { recursive: true });
  const second = node('second');
  await second.start();

  const replicatedThere = await taken(second, replicated);
  assert.ok(inReplicated.length > 2, `${inReplicated.length} replicated writes`);
  await assertHas(replicatedThere, inReplicated);

  const localThere = await taken(second, local);
  const old = inLocal.filter(({ at }) => at < killedAt - kLossMs);
  assert.ok(old.length > 2, `${old.length} local writes`);
  await assertHas(localThere, old);
  t.diagnostic(`${inReplicated.length} replicated and ${inLocal.length} local writes`);

  // Files, checkpoints, locks, tasks and databases are as they were.
  const paths = new Set(
    (await localThere.call('files.tree', { depth: 9 })).entries.map((e) => e.path),
  );
  for (const entry of tree.entries) assert.ok(paths.has(entry.path), entry.path);
  const { checkpoints } = await localThere.call('checkpoints.list');
  assert.ok(checkpoints.some(({ label }) => label === 'kept'));
  const { locks } = await localThere.call('locks.list');
  assert.ok(
    locks.some(({ path: held }) => held === 'held.txt'),
    JSON.stringify(locks),
  );
  await localThere.call('tasks.cancel', { id: task.id });
  const [done] = await localThere.finished([queued]);
  assert.equal(done.state, 'succeeded');
  const { rows } = await localThere.call('sql.query', {
    database: 'artifacts',
    sql: 'select count(*) from file_versions',
  });
  assert.ok(rows[0][0] >= old.length);
  const verified = await coditect(['verify', second.data]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
});

test('a frozen node acknowledges nothing once it was taken over', async (t) => {
  const { node } = setUp(t);
  const first = node('first');
  await first.start();
  const workspace = await provision(first, 'replicated');
  await workspace.create('before.txt', 'before\n');
  process.kill(first.pid, 'SIGSTOP');
  const second = node('second');
  await second.start();
  const there = await taken(second, workspace);
  await there.create('after.txt', 'after\n');
  // The frozen process wakes up and believes that it still owns the workspace.
  const late = workspace.create('zombie.txt', 'zombie\n').then(
    () => 'acknowledged',
    () => 'refused',
  );
  process.kill(first.pid, 'SIGCONT');
  assert.equal(await late, 'refused');
  const events = await there.events();
  assertNoGap(events, 1);
  assert.ok(!events.some(({ data }) => data?.path === 'zombie.txt'));
  assert.equal(await there.text('before.txt'), 'before\n');
  assert.equal(await there.text('after.txt'), 'after\n');
});

test('a node that cannot reach its store stops acknowledging, and goes on when it can', async (t) => {
  const { store, node } = setUp(t);
  const server = node('only');
  await server.start();
  const workspace = await provision(server, 'local');
  await workspace.create('before.txt', 'before\n');
  renameSync(store, `${store}.away`);
  t.after(() => rmSync(`${store}.away`, { recursive: true, force: true }));
  await eventually(
    async () => {
      const answer = await workspace
        .create(`probe${Date.now()}.txt`, 'x\n')
        .catch((error) => error);
      return answer instanceof Error && answer.kind === 'unavailable';
    },
    'the node stops acknowledging',
    40_000,
  );
  const health = await request(server, 'GET', '/health');
  assert.equal(health.status, 503);
  assert.notEqual(health.json.store, 'ok');
  rmSync(store, { recursive: true, force: true });
  renameSync(`${store}.away`, store);
  await eventually(
    async () =>
      (await workspace.create(`again${Date.now()}.txt`, 'x\n').catch(() => null)) !== null,
    'the node goes on',
    40_000,
  );
  const events = await workspace.events();
  assertNoGap(events, 1);
});

test('a node that starts again on its disk goes on at once', async (t) => {
  const { node } = setUp(t);
  const server = node('only');
  await server.start();
  const workspace = await provision(server, 'replicated');
  await workspace.create('kept.txt', 'kept\n');
  await server.kill();
  const began = Date.now();
  await server.start();
  assert.ok(Date.now() - began < 8_000, 'it does not wait for its own lease to run out');
  assert.equal(await workspace.text('kept.txt'), 'kept\n');
  await workspace.create('more.txt', 'more\n');
});

test('a node that comes back after a takeover leaves the workspaces to their new owner', async (t) => {
  const { node } = setUp(t);
  const first = node('first');
  await first.start();
  const workspace = await provision(first, 'replicated');
  await workspace.create('kept.txt', 'kept\n');
  await first.kill();
  const second = node('second');
  await second.start();
  const there = await taken(second, workspace);
  await there.create('new.txt', 'new\n');
  await first.start();
  const answer = await on(first, workspace).http('POST', '/wake');
  assert.notEqual(answer.status, 200, 'two nodes own one workspace');
  await there.create('more.txt', 'more\n');
  assertNoGap(await there.events(), 1);
});

test('coditect restore brings a workspace back from the store', async (t) => {
  const { folder, store, node } = setUp(t);
  const first = node('first');
  await first.start();
  const workspace = await provision(first, 'replicated', { kind: 'template', name: 'cpp' });
  for (let i = 0; i < 20; ++i) await workspace.create(`many/${i}.txt`, `${i}\n`);
  await workspace.write('many/0.txt', 'changed\n');
  const events = await workspace.events();
  await first.kill();
  rmSync(first.folder, { recursive: true });
  const data = path.join(folder, 'restored', 'data');
  const restored = await coditect([
    ...['restore', '--store', `file://${store}`, '--workspace', workspace.id],
    ...['--data', data, '--json'],
  ]);
  assert.equal(restored.code, 0, restored.stderr);
  const report = JSON.parse(restored.stdout);
  assert.ok(report.through_seq >= events.at(-1).seq, restored.stdout);
  const verified = await coditect(['verify', data]);
  assert.equal(verified.code, 0, verified.stdout + verified.stderr);
  // Without the store: a restored folder is a whole data folder.
  const server = new Server(path.dirname(data), { args: ['--no-store'] });
  t.after(() => server.stop());
  await server.start();
  const there = on(server, workspace);
  assert.deepEqual((await there.events()).slice(0, events.length), events);
  assert.equal(await there.text('many/0.txt'), 'changed\n');
  assert.equal(await there.text('many/19.txt'), '19\n');
});

test('restore refuses what makes no sense, and leaves nothing behind', async (t) => {
  const { folder, store } = setUp(t);
  const data = path.join(folder, 'data');
  for (const [args, hint] of [
    [['--store', `file://${store}`, '--workspace', 'ws_none', '--data', data], /store|workspace/],
    [['--store', 'ftp://x', '--workspace', 'ws_none', '--data', data], /store/],
    [['--store', `file://${store}`, '--data', data], /workspace/],
  ]) {
    const refused = await coditect(['restore', ...args]);
    assert.notEqual(refused.code, 0);
    assert.match(refused.stderr, /coditect: /);
    assert.match(refused.stderr, hint);
  }
});

test('a workspace is forked at a moment of its past', async (t) => {
  const { node } = setUp(t);
  const server = node('only');
  await server.start();
  const workspace = await provision(server, 'local');
  const { version } = await workspace.create('a.txt', 'one\n');
  const { seq } = await workspace.create('b.txt', 'b\n');
  await workspace.call('files.write', { path: 'a.txt', text: 'two\n', base_version: version });
  const fork = await Workspace.provision(server, {
    kind: 'workspace',
    id: workspace.id,
    through_seq: seq,
  });
  assert.notEqual(fork.id, workspace.id);
  assert.equal(await fork.text('a.txt'), 'one\n');
  assert.equal(await fork.text('b.txt'), 'b\n');
  const before = await workspace.events();
  const after = await fork.events();
  assert.deepEqual(after.slice(0, seq), before.slice(0, seq));
  assert.equal(after[seq].type, 'workspace_forked');
  await fork.create('c.txt', 'c\n');
  assert.equal(await workspace.text('a.txt'), 'two\n');
});

test('a workspace can be forked as soon as it is there', async (t) => {
  const { node } = setUp(t);
  const server = node('only');
  await server.start();
  for (let round = 0; round < 6; ++round) {
    const workspace = await provision(server, 'local', { kind: 'template', name: 'notes' });
    const fork = await Workspace.provision(server, { kind: 'workspace', id: workspace.id });
    const paths = async (each) => (await each.call('files.tree', { depth: 9 })).entries;
    assert.equal((await paths(fork)).length, (await paths(workspace)).length);
  }
});

test('nobody who wakes a workspace waits for its copy', async (t) => {
  const { store, node } = setUp(t);
  const server = node('only');
  await server.start();
  const workspace = await provision(server, 'local');
  await workspace.create('a.txt', 'one\n');
  const copy = path.join(store, 'objects', path.relative(server.data, workspace.folder()));
  await eventually(() => existsSync(path.join(copy, 'manifest.json')), 'the store knows it');
  // Some seconds of work for the copy.
  const folder = path.join(workspace.folder(), 'projects');
  for (let i = 0; i < 16; ++i) {
    writeFileSync(path.join(folder, `${i}.bin`), randomBytes(20 << 20));
  }
  assert.equal((await workspace.http('POST', '/sleep')).status, 200);
  await sleep(300);
  const asked = Date.now();
  assert.equal(await workspace.text('a.txt'), 'one\n');
  const waited = Date.now() - asked;
  t.diagnostic(`woken in ${waited} ms`);
  const packs = () => readdirSync(path.join(copy, 'sessions', 'blobs')).length;
  const before = packs();
  await eventually(() => packs() > before, 'the copy is made all the same', 60_000);
  assert.ok(Date.now() - asked > waited, 'it was still to be made');
});
