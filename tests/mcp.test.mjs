// The Model Context Protocol: any program may join a workspace, over HTTP or through the shell.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { cleanEnvironment, kBinary, Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kVersion = '2025-06-18';
const kTools = ['list_files', 'read_file', 'write_file', 'edit_file', 'search'];
const kInitialize = {
  protocolVersion: kVersion,
  capabilities: {},
  clientInfo: { name: 'black-box', version: '1.0' },
};
let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('seen.txt', 'seen by MCP\n');
});
after(() => server.stop());

/// The JSON-RPC answer in a body that is JSON or a stream of server-sent events.
function answerIn({ text, json }) {
  if (json !== undefined) return json;
  const data = text.split('\n').filter((line) => line.startsWith('data:'));
  return JSON.parse(data.at(-1).slice('data:'.length));
}

/// A client over HTTP: `call(method, params)`.
async function overHttp() {
  const headers = { Accept: 'application/json, text/event-stream' };
  let id = 0;
  const send = (data) => workspace.http('POST', '/mcp', { data, headers });
  const call = async (method, params) => {
    const answer = await send({ jsonrpc: '2.0', id: ++id, method, params });
    assert.equal(answer.status, 200, answer.text);
    const session = answer.headers['mcp-session-id'];
    if (session !== undefined) headers['Mcp-Session-Id'] = session;
    return answerIn(answer);
  };
  const { result } = await call('initialize', kInitialize);
  headers['MCP-Protocol-Version'] = result.protocolVersion;
  const initialized = await send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  assert.equal(initialized.status, 202, initialized.text);
  return { call, result };
}

/// A client of `coditect mcp WORKSPACE`, which speaks lines on its standard input and output.
async function overShell(t) {
  const env = { CODITECT_URL: server.url, CODITECT_TOKEN: server.token };
  const child = spawn(kBinary, ['mcp', workspace.id], { env: cleanEnvironment(env) });
  t.after(() => child.kill());
  const pending = new Map();
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = JSON.parse(line);
    pending.get(message.id)?.(message);
  });
  const send = (message) => child.stdin.write(`${JSON.stringify(message)}\n`);
  let id = 0;
  const call = (method, params) =>
    new Promise((resolve) => {
      pending.set(++id, resolve);
      send({ jsonrpc: '2.0', id, method, params });
    });
  const { result } = await call('initialize', kInitialize);
  send({ jsonrpc: '2.0', method: 'notifications/initialized' });
  return { call, result };
}

async function useTools({ call, result }, file) {
  assert.ok(result.capabilities.tools);
  assert.ok(result.serverInfo.name);
  const { tools } = (await call('tools/list', {})).result;
  for (const name of kTools) {
    const tool = tools.find((each) => each.name === name);
    assert.equal(tool?.inputSchema.type, 'object', name);
  }
  const use = async (name, input) => (await call('tools/call', { name, arguments: input })).result;
  const read = await use('read_file', { path: 'seen.txt' });
  assert.ok(!read.isError);
  assert.match(read.content[0].text, /seen by MCP/);
  assert.ok(!(await use('write_file', { path: file, text: 'by MCP\n' })).isError);
  assert.equal(await workspace.text(file), 'by MCP\n');
  assert.equal((await use('read_file', { path: '../outside' })).isError, true);
  const unknown = await call('tools/call', { name: 'no_such_tool', arguments: {} });
  assert.ok(unknown.error ?? unknown.result.isError);
}

test('over HTTP', async () => useTools(await overHttp(), 'mcp-http.txt'));

test('through the shell', async (t) => useTools(await overShell(t), 'mcp-shell.txt'));

test('strangers are refused', async () => {
  const data = { jsonrpc: '2.0', id: 1, method: 'initialize', params: kInitialize };
  const headers = { Accept: 'application/json, text/event-stream' };
  const target = `/workspaces/${workspace.id}/mcp`;
  const noToken = await request(server, 'POST', target, { data, headers, token: null });
  assert.equal(noToken.status, 401);
  const foreign = { ...headers, Origin: 'https://evil.example' };
  assert.equal((await request(server, 'POST', target, { data, headers: foreign })).status, 403);
});
