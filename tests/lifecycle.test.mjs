// Sessions, sleep and waking, deletion and its undoing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { refused } from './lib/rpc.mjs';
import { pause, rehearse, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;

before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

async function withFile() {
  const workspace = await Workspace.provision(server);
  await workspace.create('kept.txt', 'kept\n');
  return workspace;
}

test('renewing moves the end of the session, never back', async () => {
  const workspace = await withFile();
  const earlier = Date.parse(workspace.answer.session.expires_at);
  const answer = await workspace.http('POST', '/renew');
  assert.equal(answer.status, 200, answer.text);
  assert.equal(answer.json.state, 'ready');
  const socket = await workspace.open();
  const { session } = await socket.attach();
  await socket.close();
  assert.ok(Date.parse(session.expires_at) >= earlier, `${session.expires_at}`);
});

test('asleep, and woken by asking', async () => {
  const workspace = await withFile();
  const asleep = await workspace.http('POST', '/sleep');
  assert.equal(asleep.status, 200, asleep.text);
  assert.equal(asleep.json.state, 'asleep');
  assert.equal((await workspace.http('GET')).json.state, 'asleep', 'looking does not wake it');
  const awake = await workspace.http('POST', '/wake');
  assert.equal(awake.status, 200, awake.text);
  assert.equal(awake.json.state, 'ready');
  assert.equal(await workspace.text('kept.txt'), 'kept\n');
});

test('asleep, and woken by connecting', async () => {
  const workspace = await withFile();
  const head = await workspace.head();
  await workspace.http('POST', '/sleep');
  const socket = await workspace.open();
  const picture = await socket.attach({ resume_from: head });
  assert.ok(picture.head > head, 'sleeping and waking are in the log');
  await socket.waitForEvent(({ type }) => type === 'workspace_asleep');
  await socket.waitForEvent(({ type }) => type === 'workspace_woken');
  assert.equal((await socket.call('files.read', { path: 'kept.txt' })).text, 'kept\n');
  await socket.close();
});

test('sleeping twice and waking twice say the same', async () => {
  const workspace = await withFile();
  for (const [verb, state] of [
    ['sleep', 'asleep'],
    ['sleep', 'asleep'],
    ['wake', 'ready'],
    ['wake', 'ready'],
  ]) {
    const answer = await workspace.http('POST', `/${verb}`);
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.json.state, state);
  }
});

test('a workspace that works is not put to sleep under its agents', async () => {
  const workspace = await withFile();
  const [task] = await workspace.submit('claude', rehearse(pause(1000), say('done')));
  await workspace.inState(task.id, 'running');
  const answer = await workspace.http('POST', '/sleep');
  assert.ok([200, 409].includes(answer.status), answer.text);
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded', 'the task ends all the same');
});

test('deleted, gone from the list, and back again with everything', async () => {
  const workspace = await withFile();
  const before = await workspace.events();
  const deleted = await workspace.http('DELETE');
  assert.ok([200, 202, 204].includes(deleted.status), deleted.text);
  const listed = await request(server, 'GET', '/workspaces?limit=1000');
  assert.ok(!listed.json.workspaces.some(({ id }) => id === workspace.id));
  const answer = await workspace.http('POST', '/rpc', {
    data: { jsonrpc: '2.0', id: 1, method: 'files.read', params: { path: 'kept.txt' } },
  });
  assert.ok(answer.status === 404 || answer.status === 410 || answer.json.error, answer.text);
  await server.restart();
  const back = await workspace.http('POST', '/undelete');
  assert.equal(back.status, 200, back.text);
  assert.equal(await workspace.text('kept.txt'), 'kept\n');
  const events = await workspace.events();
  assert.deepEqual(events.slice(0, before.length), before);
  const types = events.map(({ type }) => type);
  assert.ok(types.includes('workspace_deleted'));
  assert.ok(types.includes('workspace_undeleted'));
});

test('what was not deleted cannot be undeleted; what is not there cannot do anything', async () => {
  const workspace = await withFile();
  const answer = await workspace.http('POST', '/undelete');
  assert.ok([404, 409].includes(answer.status), answer.text);
  for (const [method, rest] of [
    ['GET', ''],
    ['DELETE', ''],
    ['POST', '/wake'],
    ['POST', '/sleep'],
    ['POST', '/renew'],
    ['POST', '/undelete'],
  ]) {
    const nobody = await request(server, method, `/workspaces/w_nobody${rest}`);
    assert.equal(nobody.status, 404, `${method} ${rest}: ${nobody.text}`);
  }
});

test('one workspace does not see another', async () => {
  const [one, two] = [await withFile(), await Workspace.provision(server)];
  await refused(two.read('kept.txt'), 'not_found');
  const { token } = await one.call('locks.acquire', {
    path: 'kept.txt',
    mode: 'write',
    timeout_ms: 100,
  });
  assert.deepEqual((await two.call('locks.list')).locks, []);
  await refused(two.call('locks.release', { path: 'kept.txt', token }), [
    'not_found',
    'invalid',
    'denied',
    'conflict',
  ]);
});
