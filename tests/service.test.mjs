// What an operator and a program read: health, metrics, the two descriptions of the interface, MCP.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kDatabases = [
  'sessions',
  'messages',
  'artifacts',
  'parsed_sessions',
  'agent_metrics',
  'workspace_idx',
];
const kMethods = [
  'workspace.attach',
  'agents.list',
  'tasks.submit',
  'tasks.list',
  'tasks.get',
  'tasks.cancel',
  'tasks.retry',
  'tasks.promote',
  'tasks.move',
  'messages.send',
  'messages.list',
  'files.tree',
  'files.read',
  'files.write',
  'files.create',
  'files.move',
  'files.remove',
  'files.history',
  'locks.list',
  'locks.acquire',
  'locks.renew',
  'locks.release',
  'sql.query',
  'sql.cancel',
  'timeline.range',
  'timeline.at',
  'timeline.file_at',
  'cost.summary',
  'search.text',
  'search.semantic',
];
let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

test('health names every database', async () => {
  const { status, json } = await request(server, 'GET', '/health');
  assert.equal(status, 200);
  assert.equal(json.status, 'ok');
  for (const name of kDatabases) assert.equal(json.databases[name], 'ok', name);
  assert.ok(json.journal);
  assert.ok(json.store);
});

test('liveness and readiness', async () => {
  assert.equal((await request(server, 'GET', '/health/live', { token: null })).status, 200);
  assert.equal((await request(server, 'GET', '/health/ready')).status, 200);
});

test('metrics are in the Prometheus text format', async () => {
  await workspace.create('measured.txt', 'measured\n');
  const { status, text, headers } = await request(server, 'GET', '/metrics');
  assert.equal(status, 200);
  assert.match(headers['content-type'], /^text\/plain/);
  assert.match(text, /^# TYPE coditect_\w+ (counter|gauge|histogram|summary)$/m);
  for (const line of text.split('\n').filter(Boolean)) {
    assert.match(line, /^(# (HELP|TYPE) |[a-zA-Z_:][\w:]*(\{.*\})? -?[\d.+\-eINFNna]+$)/, line);
  }
  assert.ok(!text.includes(server.token));
});

test('the OpenAPI document describes the HTTP calls', async () => {
  const { status, json } = await request(server, 'GET', '/openapi.json');
  assert.equal(status, 200);
  assert.match(json.openapi, /^3\.1\./);
  const wanted = [
    ['/workspaces/provision', 'post'],
    ['/workspaces', 'get'],
    ['/workspaces/{id}', 'get'],
    ['/workspaces/{id}', 'delete'],
    ['/workspaces/{id}/wake', 'post'],
    ['/workspaces/{id}/sleep', 'post'],
    ['/workspaces/{id}/renew', 'post'],
    ['/workspaces/{id}/undelete', 'post'],
    ['/workspaces/{id}/rpc', 'post'],
    ['/health', 'get'],
    ['/metrics', 'get'],
  ];
  for (const [path, method] of wanted) {
    assert.ok(json.paths[path]?.[method], `${method} ${path}`);
    assert.ok(json.paths[path][method].responses, `${method} ${path} has responses`);
  }
});

test('the OpenRPC document describes every method, and every method described exists', async () => {
  const { status, json } = await request(server, 'GET', '/openrpc.json');
  assert.equal(status, 200);
  assert.match(json.openrpc, /^1\./);
  const names = json.methods.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  for (const method of kMethods) assert.ok(names.includes(method), method);
  for (const name of names) {
    const answer = await workspace.http('POST', '/rpc', {
      data: { jsonrpc: '2.0', id: 1, method: name, params: { surplus: true } },
    });
    assert.notEqual(answer.json?.error?.code, -32601, `${name} is described but not there`);
  }
});

test('agents are listed with their state', async () => {
  const { agents } = await workspace.call('agents.list');
  for (const name of ['claude', 'gemini', 'codex', 'kimi']) {
    const agent = agents.find((each) => each.name === name);
    assert.equal(agent?.state, 'idle', name);
  }
});

test('the WebSocket speaks coditect.v1', async () => {
  const socket = await workspace.open();
  assert.equal(socket.socket.protocol, 'coditect.v1');
  const { agents } = await socket.call('agents.list');
  assert.ok(agents.length >= 4);
  await socket.close();
});

test('a batch is answered call by call, and one that fails does not stop the others', async () => {
  const answers = await workspace.batch([
    ['files.create', { path: 'batch.txt', text: 'b\n' }],
    ['files.read', { path: 'not/there.txt' }],
    ['files.read', { path: 'batch.txt' }],
  ]);
  assert.ok(answers[0].result);
  assert.equal(answers[1].error.data.kind, 'not_found');
  assert.ok(answers[1].error.data.hint !== undefined);
  assert.equal(answers[2].result.text, 'b\n');
});

test('a notification is carried out and not answered', async () => {
  const answer = await workspace.http('POST', '/rpc', {
    data: { jsonrpc: '2.0', method: 'files.create', params: { path: 'silent.txt', text: 's\n' } },
  });
  assert.ok([200, 202, 204].includes(answer.status), `${answer.status}`);
  assert.equal(answer.text, '');
  assert.equal(await workspace.text('silent.txt'), 's\n');
});
