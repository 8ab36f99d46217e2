// Provisioning: from nothing, a folder, a git repository, a template; and what is refused.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { makeRepository } from './lib/repository.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kRepositoryFiles = 400;
const kEightHoursMs = 8 * 3600 * 1000;
const kMinuteMs = 60_000;
let server;

before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

/// Every file of the workspace by path, with its version.
async function filesOf(workspace) {
  const { entries, truncated } = await workspace.call('files.tree', { path: '', depth: 20 });
  assert.equal(truncated, false);
  return new Map(entries.filter((entry) => entry.kind === 'file').map((each) => [each.path, each]));
}

async function assertHolds(workspace, files) {
  const tree = await filesOf(workspace);
  assert.deepEqual([...tree.keys()].sort(), Object.keys(files).sort());
  for (const [name, text] of Object.entries(files)) {
    assert.equal(tree.get(name).size, Buffer.byteLength(text), name);
  }
  const some = Object.keys(files).filter((_, index) => index % 37 === 0);
  for (const name of some) assert.equal(await workspace.text(name), files[name], name);
}

test('an empty workspace is usable at once', async () => {
  const workspace = await Workspace.provision(server, { kind: 'empty' }, 'Grüße an alle');
  const { id, name, state, created_at: created, session } = workspace.answer;
  assert.match(id, /^[\w-]+$/);
  assert.equal(name, 'Grüße an alle');
  assert.equal(state, 'ready');
  assert.ok(Math.abs(Date.parse(created) - Date.now()) < kMinuteMs, created);
  const left = Date.parse(session.expires_at) - Date.now();
  assert.ok(Math.abs(left - kEightHoursMs) < kMinuteMs, `the session lasts ${left} ms`);
  const [first] = await workspace.events();
  assert.equal(first.seq, 1);
  assert.equal(first.type, 'workspace_created');
  assert.equal(first.data.name, 'Grüße an alle');
  await workspace.create('hello.txt', 'hello\n');
  assert.equal(await workspace.text('hello.txt'), 'hello\n');
});

test('a git repository of several hundred files', async (t) => {
  const folder = temporaryFolder();
  const files = makeRepository(folder, kRepositoryFiles);
  const workspace = await Workspace.provision(server, { kind: 'git', url: `file://${folder}` });
  await assertHolds(workspace, files);
  const checkpoint = (await workspace.events()).find((event) => event.type === 'checkpoint');
  const { version } = await workspace.read('README.md');
  assert.equal(version, checkpoint.seq, 'files that came with the workspace carry its checkpoint');
});

test('a folder', async (t) => {
  const folder = temporaryFolder();
  mkdirSync(path.join(folder, 'a/b'), { recursive: true });
  const files = { 'a/b/c.txt': 'deep\n', 'top.md': '# top\n', 'with space.txt': 'ok\n' };
  for (const [name, text] of Object.entries(files)) writeFileSync(path.join(folder, name), text);
  const workspace = await Workspace.provision(server, { kind: 'path', path: folder });
  await assertHolds(workspace, files);
  await workspace.write('top.md', '# changed\n');
  assert.equal(await workspace.text('top.md'), '# changed\n');
});

test('a folder is copied: its links out of it are not followed later', async (t) => {
  const outside = temporaryFolder();
  writeFileSync(path.join(outside, 'secret.txt'), 'secret\n');
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'fine.txt'), 'fine\n');
  symlinkSync(path.join(outside, 'secret.txt'), path.join(folder, 'link.txt'));
  const workspace = await Workspace.provision(server, { kind: 'path', path: folder });
  assert.equal(await workspace.text('fine.txt'), 'fine\n');
  await assert.rejects(workspace.text('link.txt'));
});

test('workspaces are listed page by page and found one by one', async () => {
  const made = [];
  for (let index = 0; index < 3; ++index) {
    made.push(await Workspace.provision(server, { kind: 'empty' }, `listed ${index}`));
  }
  const ids = [];
  let cursor = '';
  do {
    const page = await request(server, 'GET', `/workspaces?limit=2${cursor}`);
    assert.equal(page.status, 200, page.text);
    assert.ok(page.json.workspaces.length <= 2);
    ids.push(...page.json.workspaces.map((each) => each.id));
    cursor = page.json.next_cursor ? `&cursor=${encodeURIComponent(page.json.next_cursor)}` : '';
  } while (cursor !== '');
  assert.equal(new Set(ids).size, ids.length, 'no workspace is listed twice');
  for (const workspace of made) {
    assert.ok(ids.includes(workspace.id));
    const one = await workspace.http('GET');
    assert.equal(one.status, 200);
    assert.equal(one.json.name, workspace.answer.name);
  }
});

const kRefused = [
  ['no name', { source: { kind: 'empty' } }],
  ['an empty name', { name: '', source: { kind: 'empty' } }],
  ['a name of 10,000 letters', { name: 'x'.repeat(10_000), source: { kind: 'empty' } }],
  ['a name that is a number', { name: 7, source: { kind: 'empty' } }],
  ['an unknown kind', { name: 'x', source: { kind: 'telepathy' } }],
  ['a source that is a word', { name: 'x', source: 'empty' }],
  ['a folder that is not there', { name: 'x', source: { kind: 'path', path: '/nowhere/at/all' } }],
  ['a relative folder', { name: 'x', source: { kind: 'path', path: '../..' } }],
  ['a template that is not there', { name: 'x', source: { kind: 'template', name: 'no-such' } }],
  ['a template with a path', { name: 'x', source: { kind: 'template', name: '../../etc' } }],
  [
    'a repository that is not there',
    { name: 'x', source: { kind: 'git', url: 'file:///nowhere' } },
  ],
  [
    'a git transport that runs commands',
    { name: 'x', source: { kind: 'git', url: 'ext::sh -c id' } },
  ],
  ['a git URL that is an option', { name: 'x', source: { kind: 'git', url: '--upload-pack=id' } }],
  ['a body that is a list', []],
];

test('what cannot be provisioned is refused, and leaves nothing behind', async (t) => {
  const count = async () => {
    const { json } = await request(server, 'GET', '/workspaces?limit=1000');
    return json.workspaces.length;
  };
  const existing = await count();
  for (const [name, data] of kRefused) {
    await t.test(name, async () => {
      const answer = await request(server, 'POST', '/workspaces/provision', { data });
      assert.ok(answer.status >= 400 && answer.status !== 500, `${answer.status} ${answer.text}`);
      assert.match(answer.headers['content-type'], /^application\/problem\+json/);
      assert.equal(answer.json.status, answer.status);
      assert.ok(answer.json.title);
      assert.ok(answer.json.detail, 'says what is wrong');
      assert.equal(await count(), existing);
    });
  }
});

test('making a workspace is stopped, and nothing is left of it', async () => {
  // A git server that is asked and never answers.
  const sockets = new Set();
  const silent = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
  });
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const url = `http://127.0.0.1:${silent.address().port}/never.git`;
  const ask = (data) => request(server, 'POST', '/workspaces/provision', { data });
  const stop = async (id) => {
    const { status, json } = await request(server, 'DELETE', `/workspaces/provision/${id}`);
    assert.equal(status, 200);
    return json.cancelled;
  };
  const names = async () => {
    const { json } = await request(server, 'GET', '/workspaces?limit=1000');
    return json.workspaces.map(({ name }) => name);
  };
  try {
    const before = await names();
    const running = ask({ name: 'never', source: { kind: 'git', url }, request: 'r-1' });
    await once(silent, 'connection');
    const taken = await ask({ name: 'other', request: 'r-1' });
    assert.equal(taken.status, 409, 'an id is one request’s');
    assert.equal(await stop('r-2'), false);
    assert.equal(await stop('r-1'), true);
    const answer = await running;
    assert.equal(answer.status, 503);
    assert.match(answer.json.detail, /cancelled/);
    assert.deepEqual(await names(), before);
    assert.equal(await stop('r-1'), false);
    const again = await ask({ name: 'again', request: 'r-1' });
    assert.equal(again.status, 201, 'the id is free again');
    for (const id of ['R', '../x', 'x'.repeat(101)]) {
      assert.equal((await ask({ name: 'bad', request: id })).status, 400, id);
    }
  } finally {
    for (const socket of sockets) socket.destroy();
    silent.close();
  }
});
