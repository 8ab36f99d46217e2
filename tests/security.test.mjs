// What a stranger, a careless page or a broken client sends: each is refused clearly, and nothing
// has changed afterwards.

import assert from 'node:assert/strict';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { refused } from './lib/rpc.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Socket } from './lib/socket.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kBodyBytes = 100 << 20;
const kDeep = 100_000;
const kBatchMax = 100;
let server;
let workspace;
let rpcPath;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('file.txt', 'content\n');
  await workspace.create('folder/inside.txt', 'inside\n');
  rpcPath = `/workspaces/${workspace.id}/rpc`;
});
after(() => server?.stop());

/// Runs `attempt` and fails if the log or the file has changed.
async function changesNothing(attempt) {
  const head = await workspace.head();
  await attempt();
  assert.deepEqual(await workspace.changesSince(head), []);
  assert.equal(await workspace.text('file.txt'), 'content\n');
}

const create = (name) => ({
  jsonrpc: '2.0',
  id: 1,
  method: 'files.create',
  params: { path: name, text: 'by a stranger' },
});

function assertProblem(answer, status) {
  assert.equal(answer.status, status, answer.text);
  assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  assert.equal(answer.json.status, status);
  for (const field of ['type', 'title', 'detail'])
    assert.equal(typeof answer.json[field], 'string');
}

const kStrangers = [
  ['no token', { token: null }, 401],
  ['a wrong token', { token: 'x'.repeat(43) }, 401],
  ['an empty token', { headers: { Authorization: 'Bearer ' }, token: null }, 401],
  ['another scheme', { headers: { Authorization: 'Basic eDp5' }, token: null }, 401],
  ['a foreign Origin', { headers: { Origin: 'https://evil.example' } }, 403],
  ['a null Origin', { headers: { Origin: 'null' } }, 403],
  ['an Origin on another port', { headers: { Origin: 'http://127.0.0.1:1' } }, 403],
  ['a foreign Host', { headers: { Host: 'evil.example' } }, 403],
  ['a Host that starts like ours', { headers: { Host: '127.0.0.1.evil.example' } }, 403],
  [
    'no token and a foreign Origin',
    { headers: { Origin: 'https://evil.example' }, token: null },
    401,
  ],
];

for (const [name, options, status] of kStrangers) {
  test(`${name}: ${status}, over HTTP and on the WebSocket`, () =>
    changesNothing(async () => {
      const answer = await request(server, 'POST', rpcPath, { ...options, data: create('s.txt') });
      assertProblem(answer, status);
      const upgrade = Socket.open(server, workspace.id, options);
      await assert.rejects(upgrade, (error) => error.status === status, 'the upgrade');
    }));
}

test('a token in the query string opens nothing', () =>
  changesNothing(async () => {
    for (const name of ['token', 'access_token']) {
      const query = `?${name}=${encodeURIComponent(server.token)}`;
      const options = { token: null, data: create('s.txt') };
      assertProblem(await request(server, 'POST', rpcPath + query, options), 401);
      const upgrade = Socket.open(server, workspace.id, { token: null, query });
      await assert.rejects(upgrade, (error) => error.status === 401);
    }
  }));

test('our own Origin is welcome', async () => {
  const headers = { Origin: server.url };
  assert.equal((await request(server, 'GET', '/workspaces', { headers })).status, 200);
  const socket = await workspace.open({ headers });
  await socket.close();
});

test('every path but the public ones asks for a token', async () => {
  const closed = ['/workspaces', '/metrics', '/health', `/workspaces/${workspace.id}`, '/mcp'];
  for (const target of closed) {
    assert.equal((await request(server, 'GET', target, { token: null })).status, 401, target);
  }
  assert.equal((await request(server, 'GET', '/health/live', { token: null })).status, 200);
});

const kNul = String.fromCharCode(0);
const kBadPaths = [
  ['a step up', '../outside.txt'],
  ['a step up inside', 'folder/../../outside.txt'],
  ['a step up that stays inside', 'folder/../file.txt'],
  ['an absolute path', '/etc/passwd'],
  ['nothing', ''],
  ['a dot', '.'],
  ['a NUL', `file.txt${kNul}.png`],
  ['an empty part', 'folder//inside.txt'],
  ['a trailing slash', 'folder/'],
  ['a backslash way up', '..\\outside.txt'],
  ['a path of 5,000 letters', 'x'.repeat(5000)],
  ['a path through a file', 'file.txt/inside'],
];
const kPathKinds = ['invalid', 'not_found', 'denied', 'limit', 'conflict'];

function pathCalls(file) {
  return [
    ['files.read', { path: file }],
    ['files.write', { path: file, text: 'x', base_version: 1 }],
    ['files.create', { path: file, text: 'x' }],
    ['files.remove', { path: file }],
    ['files.move', { path: file, to: 'elsewhere.txt' }],
    ['files.move', { path: 'file.txt', to: file }],
    ['files.history', { path: file }],
    ['timeline.file_at', { path: file, seq: 2 }],
  ];
}

for (const [name, file] of kBadPaths) {
  test(`${name} is no path`, () =>
    changesNothing(async () => {
      // A history of nothing may be empty; it must not be somebody else's.
      const strict = name === 'a backslash way up' ? ['files.read', 'files.write'] : undefined;
      for (const [method, params] of pathCalls(file)) {
        if (strict && !strict.includes(method)) continue;
        if (method === 'files.history' && name === 'a path through a file') continue;
        await refused(workspace.call(method, params), kPathKinds, `${method} ${name}`);
      }
    }));
}

test('links that lead out of the tree are not followed', async (t) => {
  const outside = temporaryFolder();
  writeFileSync(path.join(outside, 'secret.txt'), 'secret\n');
  const projects = workspace.projects();
  symlinkSync(path.join(outside, 'secret.txt'), path.join(projects, 'link.txt'));
  symlinkSync(outside, path.join(projects, 'linked'));
  await workspace.create('seen.txt', 'the watcher has had its turn\n');
  for (const file of ['link.txt', 'linked/secret.txt']) {
    for (const [method, params] of pathCalls(file)) {
      if (method === 'files.history' || params.to === file) continue;
      await refused(workspace.call(method, params), kPathKinds, `${method} ${file}`);
    }
  }
  for (const file of ['linked/new.txt', 'linked/secret.txt']) {
    await refused(workspace.create(file, 'planted'), kPathKinds, `create ${file}`);
  }
  const found = await workspace.call('search.text', { query: 'secret' });
  assert.ok(
    !JSON.stringify(found).includes('secret.txt'),
    'the search does not follow them either',
  );
});

test('100 MB are too much: 413, or the connection is closed', () =>
  changesNothing(async () => {
    const body = Buffer.alloc(kBodyBytes, 0x20);
    const answer = await request(server, 'POST', rpcPath, { body }).catch((error) => error);
    if (answer instanceof Error) assert.match(answer.code, /ECONNRESET|EPIPE/);
    else assert.equal(answer.status, 413);
    assert.equal((await request(server, 'GET', '/health/live')).status, 200);
  }));

test('100 MB on the WebSocket close it', () =>
  changesNothing(async () => {
    const socket = await workspace.open();
    socket.socket.send(Buffer.alloc(kBodyBytes, 0x20).toString());
    const code = await socket.closed;
    assert.ok([1009, 1006].includes(code), `closed with ${code}`);
  }));

const deep = `${'['.repeat(kDeep)}${']'.repeat(kDeep)}`;
const kBroken = [
  ['half an object', '{"jsonrpc":"2.0","id":1,', 400, -32700],
  ['no JSON at all', 'hello', 400, -32700],
  ['nothing', '', 400, -32700],
  ['a comma too many', '{"jsonrpc":"2.0","id":1,"method":"agents.list",}', 400, -32700],
  ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x7d]), 400, -32700],
  ['JSON 100,000 deep', deep, 400, -32700],
  ['a number', '42', undefined, -32600],
  ['an empty batch', '[]', undefined, -32600],
  ['no method', '{"jsonrpc":"2.0","id":1}', undefined, -32600],
  ['a method that is a number', '{"jsonrpc":"2.0","id":1,"method":7}', undefined, -32600],
  ['another version', '{"jsonrpc":"1.0","id":1,"method":"agents.list"}', undefined, -32600],
  [
    'params that are a word',
    '{"jsonrpc":"2.0","id":1,"method":"files.read","params":"x"}',
    undefined,
  ],
];

for (const [name, body, status, code] of kBroken) {
  test(`${name} is refused as a JSON-RPC error`, () =>
    changesNothing(async () => {
      const headers = { 'Content-Type': 'application/json' };
      const answer = await request(server, 'POST', rpcPath, { body, headers });
      if (status !== undefined) assert.equal(answer.status, status, answer.text);
      else assert.ok([200, 400].includes(answer.status), `${answer.status}`);
      assert.equal(answer.json?.jsonrpc, '2.0', answer.text);
      assert.ok(answer.json.error.message);
      if (code !== undefined) assert.equal(answer.json.error.code, code);
    }));
}

test('broken JSON on the WebSocket is answered, and the socket goes on or closes in order', () =>
  changesNothing(async () => {
    const socket = await workspace.open();
    const answers = [];
    socket.socket.on('message', (data) => answers.push(JSON.parse(data.toString())));
    socket.socket.send('{"jsonrpc":');
    await eventually(() => answers.length > 0 || socket.socket.readyState > 1, 'an answer');
    if (answers.length > 0) assert.equal(answers[0].error.code, -32700);
    socket.cut();
  }));

test('a batch over the limit is refused whole', () =>
  changesNothing(async () => {
    const data = Array.from({ length: kBatchMax + 1 }, (_, id) => ({
      ...create(`b${id}.txt`),
      id,
    }));
    const answer = await request(server, 'POST', rpcPath, { data });
    assert.ok([200, 400, 413].includes(answer.status), `${answer.status}`);
    assert.ok(!Array.isArray(answer.json), 'one refusal, not one answer per call');
    assert.ok(answer.json.error?.message ?? answer.json.detail);
  }));

const kWrongCalls = [
  ['an unknown method', 'files.explode', {}, -32601],
  ['a method of an unknown namespace', 'nothing.at_all', {}, -32601],
  ['a parameter is missing', 'files.read', {}, -32602],
  ['a parameter of another type', 'files.read', { path: 7 }, -32602],
  ['a list of parameters', 'files.read', ['file.txt'], -32602],
  ['text that is an object', 'files.create', { path: 'a.txt', text: {} }, -32602],
  [
    'a version that is a word',
    'files.write',
    { path: 'a.txt', text: 'x', base_version: 'new' },
    -32602,
  ],
  ['an unknown lock mode', 'locks.acquire', { path: 'a', mode: 'steal', timeout_ms: 1 }, -32602],
  ['a negative time-out', 'locks.acquire', { path: 'a', mode: 'read', timeout_ms: -1 }, -32602],
  ['a priority of 10', 'tasks.submit', { agent: 'claude', prompt: 'x', priority: 10 }, -32602],
  ['a priority of -1', 'tasks.submit', { agent: 'claude', prompt: 'x', priority: -1 }, -32602],
  [
    'a budget below nothing',
    'tasks.submit',
    { agent: 'claude', prompt: 'x', budget_usd: -1 },
    -32602,
  ],
  ['a prompt that is a list', 'tasks.submit', { agent: 'claude', prompt: [] }, -32602],
  ['a negative sequence', 'timeline.range', { from: -5, limit: 10 }, -32602],
  ['a sequence that is a word', 'timeline.at', { seq: 'now' }, -32602],
  ['an unknown grouping', 'cost.summary', { by: 'mood' }, -32602],
];

for (const [name, method, params, code] of kWrongCalls) {
  test(`${name}: ${method} is refused with ${code}, over HTTP and the WebSocket`, () =>
    changesNothing(async () => {
      const overHttp = await assert.rejects(workspace.call(method, params), (error) => {
        assert.equal(error.code, code, error.message);
        assert.ok(
          error.data === undefined || error.kind === 'invalid' || error.kind === 'not_found',
        );
        return true;
      });
      assert.equal(overHttp, undefined);
      const socket = await workspace.open();
      await assert.rejects(socket.call(method, params), { code });
      await socket.close();
    }));
}

test('unknown addresses are problems, not pages of another kind', async () => {
  for (const target of [
    '/workspaces/no-such-one',
    '/workspaces/..%2f..%2fetc',
    '/nothing/here/x',
  ]) {
    const answer = await request(server, 'GET', target, {
      headers: { Accept: 'application/json' },
    });
    const refusedAs = `${target}: ${answer.status} ${answer.text.slice(0, 200)}`;
    assert.ok([400, 404].includes(answer.status), refusedAs);
  }
  const answer = await request(server, 'GET', '/../../../../etc/passwd');
  assert.ok(!answer.text.includes('root:'), 'static files stay in their folder');
  const encoded = await request(server, 'GET', '/%2e%2e/%2e%2e/%2e%2e/%2e%2e/etc/passwd');
  assert.ok(!encoded.text.includes('root:'));
});

test('a wrong HTTP method is refused', async () => {
  const answer = await request(server, 'PUT', '/workspaces/provision', { data: {} });
  assert.ok([404, 405].includes(answer.status), `${answer.status}`);
});

test('headers without end are refused', () =>
  changesNothing(async () => {
    const headers = { 'X-Long': 'x'.repeat(100_000) };
    const answer = await request(server, 'GET', '/health/live', { headers }).catch(
      (error) => error,
    );
    if (answer instanceof Error) assert.match(answer.code, /ECONNRESET|EPIPE/);
    else assert.ok([400, 431].includes(answer.status), `${answer.status}`);
  }));
