// A person signs in to an MCP server, and nobody else gets to see by what.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { GuardedServer } from './lib/mcp/authorization.mjs';
import { callsOf, setServer, startStudio } from './lib/mcp/start.mjs';
import { rehearse, say, tool } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

let studio;
before(async () => {
  studio = await startStudio();
});
after(() => studio?.stop());

async function wanting(guard, more = {}) {
  const workspace = await Workspace.provision(studio);
  await setServer(workspace, 'web', { url: guard.url, ...more });
  const row = await workspace.call('mcp.connect', { name: 'web' });
  assert.equal(row.state, 'failed');
  assert.equal(row.sign_in, 'wanted');
  assert.match(row.error.hint, /mcp\.authorize/);
  return workspace;
}

/// Where the browser is sent when its person agrees: the path and query of our own callback.
async function agree(url) {
  const answer = await fetch(url, { redirect: 'manual' });
  assert.equal(answer.status, 302);
  const back = new URL(answer.headers.get('location'));
  assert.equal(back.origin, studio.url);
  assert.equal(back.pathname, '/oauth/callback');
  return back;
}

/// As a browser comes: from another site, so without cookie and token.
const comeBack = (back) => request(studio, 'GET', back.pathname + back.search, { token: null });

async function signIn(workspace) {
  const { url } = await workspace.call('mcp.authorize', { name: 'web' });
  const done = await comeBack(await agree(url));
  assert.equal(done.status, 200, done.text);
}

async function echo(workspace, text) {
  const task = await workspace.run('claude', rehearse(tool('web__echo', { text }), say('done')));
  return callsOf(await workspace.events(), task)[0];
}

function holding(folder, texts) {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name))
    .filter((file) => {
      const bytes = readFileSync(file);
      return texts.some((text) => bytes.includes(text));
    });
}

for (const era of ['2026-07-28', '2025-11-25']) {
  test(`a person signs in, and the agent's call is let in: ${era}`, async (t) => {
    const guard = await GuardedServer.start(t, { era });
    const workspace = await wanting(guard);
    await signIn(workspace);
    const call = await echo(workspace, 'hello');
    assert.deepEqual([call.ok, call.output], [true, 'hello\n']);
    const events = await workspace.events();
    const told = events.filter(({ type }) => type === 'mcp_signed_in');
    assert.deepEqual(
      told.map(({ actor, data }) => [actor, data]),
      [['user:owner', { name: 'web' }]],
    );
    assert.deepEqual(holding(studio.folder, guard.seen), []);
    assert.ok(!guard.seen.some((secret) => studio.log.join('\n').includes(secret)));
    assert.deepEqual(await workspace.call('secrets.list'), { secrets: [] });
    // Nobody else's workspace has it.
    await wanting(guard);
  });
}

test('what comes back is used once, by the one who began', async (t) => {
  const guard = await GuardedServer.start(t);
  const workspace = await wanting(guard);
  const { url } = await workspace.call('mcp.authorize', { name: 'web' });
  const back = await agree(url);
  const forged = new URL(back);
  forged.searchParams.set('state', `${workspace.id}.${'0'.repeat(64)}`);
  assert.equal((await comeBack(forged)).status, 400);
  const foreign = new URL(back);
  foreign.searchParams.set('iss', 'https://evil.example.com');
  const other = await Workspace.provision(studio);
  const moved = new URL(back);
  moved.searchParams.set('state', `${other.id}.${back.searchParams.get('state').split('.')[1]}`);
  assert.equal((await comeBack(moved)).status, 400);
  assert.equal((await comeBack(foreign)).status, 400);
  // The answer was looked at: another one to the same question does not count.
  assert.equal((await comeBack(back)).status, 400);
  assert.equal((await request(studio, 'GET', '/oauth/callback', { token: null })).status, 400);
  assert.equal((await request(studio, 'POST', '/oauth/callback', { token: null })).status, 401);
  await signIn(workspace);
  assert.equal((await echo(workspace, 'x')).ok, true);
});

test('a token that has expired, or is not taken any more, is renewed', async (t) => {
  const guard = await GuardedServer.start(t, { expiresIn: 5 });
  const workspace = await wanting(guard);
  await signIn(workspace);
  assert.equal((await echo(workspace, 'one')).ok, true);
  assert.ok(guard.refreshed > 0, 'it is about to expire at once');
  guard.expiresIn = 3600;
  await echo(workspace, 'two');
  const before = guard.refreshed;
  guard.issued.clear();
  assert.equal((await echo(workspace, 'three')).ok, true);
  assert.equal(guard.refreshed, before + 1);
  guard.issued.clear();
  guard.refreshes.clear();
  const call = await echo(workspace, 'four');
  assert.equal(call.ok, false);
  await eventually(async () => {
    const { servers } = await workspace.call('mcp.servers');
    return servers[0].sign_in === 'wanted';
  }, 'a person is wanted');
});

test('it lasts over a restart, and ends when it is given back', async (t) => {
  const guard = await GuardedServer.start(t);
  const workspace = await wanting(guard);
  await signIn(workspace);
  await studio.stop();
  await studio.start();
  assert.equal((await echo(workspace, 'x')).ok, true);
  await workspace.call('mcp.sign_out', { name: 'web' });
  const row = await workspace.call('mcp.connect', { name: 'web' });
  assert.equal(row.sign_in, 'wanted');
});

test('a server that moves does not get the token of the one before', async (t) => {
  const guard = await GuardedServer.start(t);
  const thief = await GuardedServer.start(t);
  const workspace = await wanting(guard);
  await signIn(workspace);
  await setServer(workspace, 'web', { url: thief.url });
  await workspace.call('mcp.connect', { name: 'web' });
  const shown = thief.http.requests.map(({ headers }) => headers.authorization).filter(Boolean);
  assert.deepEqual(shown, []);
});

test('who cannot register is told what to do', async (t) => {
  const guard = await GuardedServer.start(t, { register: false });
  const workspace = await wanting(guard);
  const error = await refused(workspace.call('mcp.authorize', { name: 'web' }), 'denied');
  if (error?.data) assert.match(error.data.hint, /client_id/);
  await setServer(workspace, 'web', { url: guard.url, oauth: { client_id: 'known' } });
  await signIn(workspace);
  assert.equal((await echo(workspace, 'x')).ok, true);
});
