// What the MCP endpoints refuse, and what they keep of a client, seen on the wire.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { coditect } from './lib/command.mjs';
import { request } from './lib/http.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kTypes = {
  'Content-Type': 'application/json',
  Accept: 'application/json, text/event-stream',
};
const kMeta = {
  'io.modelcontextprotocol/protocolVersion': '2026-07-28',
  'io.modelcontextprotocol/clientCapabilities': {},
};

const message = (method, params = {}, id = 1) => ({ jsonrpc: '2.0', id, method, params });
const kInitialize = message('initialize', {
  protocolVersion: '2025-06-18',
  capabilities: {},
  clientInfo: { name: 'wire', version: '1' },
});

/// Sends one message, or `body` as it is.
function post(server, target, data, { headers = {}, ...more } = {}) {
  const body = more.body ?? JSON.stringify(data);
  return request(server, 'POST', target, { ...more, body, headers: { ...kTypes, ...headers } });
}

/// Sends a request of 2026-07-28.
function modern(server, target, method, params = {}, headers = {}) {
  const name = params.name ?? params.uri;
  const named = name === undefined ? {} : { 'Mcp-Name': name };
  return post(server, target, message(method, { ...params, _meta: kMeta }), {
    headers: {
      'MCP-Protocol-Version': '2026-07-28',
      'Mcp-Method': method,
      ...named,
      ...headers,
    },
  });
}

async function story(t) {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  return { server, workspace, mcp: `/workspaces/${workspace.id}/mcp` };
}

test('strangers are refused as everywhere', async (t) => {
  const { server, mcp } = await story(t);
  for (const target of [mcp, '/mcp']) {
    for (const token of [null, 'x'.repeat(64)]) {
      assert.equal((await post(server, target, kInitialize, { token })).status, 401);
    }
    for (const headers of [
      { Origin: 'http://evil.example' },
      { Host: 'evil.example' },
      { Origin: 'null' },
    ]) {
      assert.equal((await post(server, target, kInitialize, { headers })).status, 403);
    }
    for (const method of ['GET', 'DELETE']) {
      assert.equal((await request(server, method, target, { token: null })).status, 401);
    }
    const local = { Origin: server.url, Host: new URL(server.url).host };
    assert.equal((await post(server, target, kInitialize, { headers: local })).status, 200);
  }
});

test('what is no message is refused, and says what is wrong', async (t) => {
  const { server, mcp } = await story(t);
  const send = (body, headers) => post(server, mcp, undefined, { body, headers });
  const huge = JSON.stringify(message('ping', { text: 'x'.repeat(17 << 20) }));
  assert.equal((await send(huge)).status, 413);
  const broken = await send('{');
  assert.equal(broken.status, 400);
  assert.equal(broken.json.error.code, -32700);
  const batch = await send(JSON.stringify([kInitialize]));
  assert.equal(batch.status, 400);
  assert.match(batch.json.error.message, /no batches/);
  const deep = await send(`{"jsonrpc":"2.0","id":1,"method":"x","params":${'['.repeat(100)}`);
  assert.equal(deep.status, 400);
  assert.equal((await send('{}', { 'Content-Type': 'text/plain' })).status, 415);
  assert.equal((await send('{}', { Accept: 'application/json' })).status, 406);
  assert.equal((await request(server, 'PUT', mcp)).status, 405);
  assert.equal((await post(server, '/workspaces/ws_none/mcp', kInitialize)).status, 404);
  for (const agent of ['a%20b', 'all', 'Claude', '']) {
    assert.equal((await post(server, `${mcp}?agent=${agent}`, kInitialize)).status, 400, agent);
  }
});

test('a session belongs to one workspace, and ends', async (t) => {
  const { server, mcp } = await story(t);
  const other = await Workspace.provision(server);
  const opened = await post(server, mcp, kInitialize);
  assert.equal(opened.json.result.protocolVersion, '2025-06-18');
  const session = { 'Mcp-Session-Id': opened.headers['mcp-session-id'] };
  const list = message('tools/list', {}, 2);
  assert.equal((await post(server, mcp, list, { headers: session })).status, 200);
  assert.equal((await post(server, mcp, list)).status, 400, 'without a session');
  const elsewhere = `/workspaces/${other.id}/mcp`;
  for (const target of [elsewhere, '/mcp', `${mcp}?agent=somebody`]) {
    assert.equal((await post(server, target, list, { headers: session })).status, 404, target);
  }
  const unknown = { 'Mcp-Session-Id': 'none' };
  assert.equal((await post(server, mcp, list, { headers: unknown })).status, 404);
  assert.equal((await request(server, 'DELETE', mcp, { headers: unknown })).status, 404);
  const stray = { jsonrpc: '2.0', id: 's1', result: {} };
  assert.equal((await post(server, mcp, stray, { headers: session })).status, 400);
  const told = { jsonrpc: '2.0', method: 'notifications/initialized' };
  assert.equal((await post(server, mcp, told, { headers: session })).status, 202);
  const wrong = { ...session, 'MCP-Protocol-Version': '2030-01-01' };
  const refused = await post(server, mcp, list, { headers: wrong });
  assert.equal(refused.status, 400);
  const json = { ...session, Accept: 'application/json' };
  assert.equal((await request(server, 'DELETE', mcp, { headers: json })).status, 204);
  assert.equal((await post(server, mcp, list, { headers: session })).status, 404);
});

test('a stateless request is what its headers say', async (t) => {
  const { server, mcp } = await story(t);
  const discovered = await modern(server, mcp, 'server/discover');
  assert.equal(discovered.status, 200, discovered.text);
  assert.ok(discovered.json.result.supportedVersions.includes('2026-07-28'));
  assert.deepEqual(Object.keys(discovered.json.result.capabilities), ['tools', 'resources']);
  const file = { name: 'write_file', arguments: { path: 'a.txt', text: 'x' } };
  for (const headers of [
    { 'Mcp-Method': 'tools/list' },
    { 'Mcp-Name': 'read_file' },
    { 'MCP-Protocol-Version': '2025-11-25' },
  ]) {
    const refused = await modern(server, mcp, 'tools/call', file, headers);
    assert.equal(refused.status, 400, JSON.stringify(headers));
    assert.equal(refused.json.error.code, -32020);
  }
  for (const method of ['prompts/list', 'initialize', 'logging/setLevel', 'no/such']) {
    const refused = await modern(server, mcp, method);
    assert.equal(refused.status, 404, method);
    assert.equal(refused.json.error.code, -32601);
  }
  const answer = await modern(server, mcp, 'tools/call', file);
  assert.equal(answer.json.result.resultType, 'complete');
  assert.equal(answer.headers['mcp-session-id'], undefined);
});

test('the command says what it lacks', async (t) => {
  const { server, workspace } = await story(t);
  const nowhere = { CODITECT_URL: 'http://127.0.0.1:9', CODITECT_TOKEN: 'x'.repeat(64) };
  const unreachable = await coditect(['mcp', workspace.id], { env: nowhere });
  assert.equal(unreachable.code, 1);
  assert.match(unreachable.stderr, /cannot be reached/);
  assert.equal(unreachable.stdout, '', 'standard output is for messages');
  assert.equal((await coditect(['mcp', 'nowhere'], { server })).code, 1);
  assert.equal((await coditect(['mcp', workspace.id, '--agent', 'A b'], { server })).code, 2);
  const input = `{\n${JSON.stringify(kInitialize)}\n${JSON.stringify(message('ping', {}, 2))}\n`;
  const piped = await coditect(['mcp', workspace.id], { server, input });
  assert.equal(piped.code, 0, piped.stderr);
  const lines = piped.stdout.trim().split('\n').map(JSON.parse);
  assert.deepEqual(
    lines.map(({ id, error }) => [id, error?.code]),
    [
      [undefined, -32700],
      [1, undefined],
      [2, undefined],
    ],
  );
});
