// Locks: exclusion, waiting, fencing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { assertLocksPair } from './lib/log.mjs';
import { refused } from './lib/rpc.mjs';
import { editFile, readFile, rehearse, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kStaleKinds = ['locked', 'conflict', 'denied', 'not_found', 'invalid'];
let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

const acquire = (path, mode = 'write', timeoutMs = 2000) =>
  workspace.call('locks.acquire', { path, mode, timeout_ms: timeoutMs });
const release = (path, token) => workspace.call('locks.release', { path, token });
const locksOn = async (path) =>
  (await workspace.call('locks.list')).locks.filter((lock) => lock.path === path);

test('acquired, listed, renewed, released', async () => {
  const lock = await acquire('simple.txt');
  assert.ok(Date.parse(lock.expires_at) > Date.now());
  const [listed] = await locksOn('simple.txt');
  assert.equal(listed.mode, 'write');
  assert.match(listed.holder, /^user:/);
  const renewed = await workspace.call('locks.renew', { path: 'simple.txt', token: lock.token });
  assert.ok(Date.parse(renewed.expires_at) >= Date.parse(lock.expires_at));
  await release('simple.txt', lock.token);
  assert.deepEqual(await locksOn('simple.txt'), []);
});

test('readers share, and tokens only rise', async () => {
  const one = await acquire('shared.txt', 'read');
  const two = await acquire('shared.txt', 'read');
  assert.equal((await locksOn('shared.txt')).length >= 1, true);
  assert.ok(Number(two.token) >= Number(one.token));
  await release('shared.txt', one.token);
  if (two.token !== one.token) await release('shared.txt', two.token);
  const three = await acquire('shared.txt', 'write');
  assert.ok(Number(three.token) > Number(two.token), 'a later lock has a higher token');
  await release('shared.txt', three.token);
});

test('an agent waits for a person’s lock and then goes on', async () => {
  await workspace.create('waited.txt', 'old\n');
  const { token } = await acquire('waited.txt');
  const steps = [readFile('waited.txt'), editFile('waited.txt', 'old', 'new'), say('done')];
  const socket = await workspace.open();
  await socket.attach();
  const [task] = await workspace.submit('claude', rehearse(...steps));
  const waits = await socket.waitForEvent(
    ({ type, data }) => type === 'lock_waiting' && data.path === 'waited.txt',
    'the wait is told',
  );
  assert.equal(waits.data.holder, 'agent:claude');
  assert.equal(await workspace.text('waited.txt'), 'old\n', 'nothing is written past a lock');
  await release('waited.txt', token);
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
  assert.equal(await workspace.text('waited.txt'), 'new\n');
  await socket.close();
});

test('a write with a token that is no longer valid is fenced off', async () => {
  const { version } = await workspace.create('fenced.txt', 'one\n');
  const old = await acquire('fenced.txt');
  const first = await workspace.call('files.write', {
    path: 'fenced.txt',
    text: 'two\n',
    base_version: version,
    lock: old.token,
  });
  await release('fenced.txt', old.token);
  const write = {
    path: 'fenced.txt',
    text: 'late\n',
    base_version: first.version,
    lock: old.token,
  };
  await refused(workspace.call('files.write', write), kStaleKinds, 'a released token');
  const held = await acquire('fenced.txt');
  await refused(workspace.call('files.write', write), kStaleKinds, 'an older token');
  const other = await acquire('another.txt');
  await refused(
    workspace.call('files.write', { ...write, lock: other.token }),
    kStaleKinds,
    'the token of another file',
  );
  assert.equal(await workspace.text('fenced.txt'), 'two\n');
  await workspace.call('files.write', { ...write, text: 'three\n', lock: held.token });
  assert.equal(await workspace.text('fenced.txt'), 'three\n');
  await release('fenced.txt', held.token);
  await release('another.txt', other.token);
});

test('a lock that is not renewed ends by itself, and its token with it', async () => {
  const { version } = await workspace.create('leased.txt', 'one\n');
  const lease = { path: 'leased.txt', mode: 'write', timeout_ms: 100, lease_ms: 200 };
  const socket = await workspace.open();
  await socket.attach();
  const { token } = await workspace.call('locks.acquire', lease);
  const ended = await socket.waitForEvent(
    ({ type, data }) => type === 'lock_released' && data.token === token,
    'the end of the lease',
  );
  assert.equal(ended.data.reason, 'expired');
  const write = { path: 'leased.txt', text: 'late\n', base_version: version, lock: token };
  await refused(workspace.call('files.write', write), kStaleKinds, 'an expired token');
  assert.equal(await workspace.text('leased.txt'), 'one\n');
  await socket.close();
});

test('locks that are not held are neither renewed nor released', async () => {
  const { token } = await acquire('mine.txt');
  await refused(release('theirs.txt', token), kStaleKinds, 'the token of another path');
  for (const method of ['locks.renew', 'locks.release']) {
    await refused(
      workspace.call(method, { path: 'mine.txt', token: 999_999 }),
      kStaleKinds,
      method,
    );
  }
  await release('mine.txt', token);
  await refused(release('mine.txt', token), kStaleKinds, 'a second release');
});

test('a reader and a writer of different people exclude one another', async () => {
  await workspace.create('both.txt', 'old\n');
  const { token } = await acquire('both.txt', 'read');
  const steps = [readFile('both.txt'), editFile('both.txt', 'old', 'new'), say('done')];
  const socket = await workspace.open();
  await socket.attach();
  const [task] = await workspace.submit('gemini', rehearse(...steps));
  await socket.waitForEvent(
    ({ type, data }) => type === 'lock_waiting' && data.path === 'both.txt',
  );
  assert.equal(await workspace.text('both.txt'), 'old\n');
  await release('both.txt', token);
  assert.equal((await workspace.finished([task]))[0].state, 'succeeded');
  await socket.close();
});

test('after all this, locks excluded one another and every one has ended', async () => {
  assertLocksPair(await workspace.events());
});
