// Keys of model vendors that a person sets in the studio: they work at once, and are never told.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Guest } from './lib/guest.mjs';
import { request } from './lib/http.mjs';
import { rehearse, say, tool } from './lib/rehearsal.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Simulator } from './lib/simulator.mjs';
import { Workspace } from './lib/workspace.mjs';

const kGood = 'sk-ant-api03-studio-0123456789-good';
const kBad = 'sk-ant-api03-studio-0123456789-evil';
const kOther = 'AIzaSy-studio-0123456789-other';

let simulator;
let vendor;
let vendorUrl;
let folder;
let server;
let workspace;

/// Anthropic's API with one key that is good: the simulator plays the models behind it.
async function startVendor() {
  const made = http.createServer((incoming, answer) => {
    const key = incoming.headers['x-api-key'];
    if (key !== kGood) {
      incoming.resume();
      const error = { type: 'authentication_error', message: `invalid x-api-key ${key}` };
      answer.writeHead(401, { 'content-type': 'application/json' });
      answer.end(JSON.stringify({ type: 'error', error }));
      return;
    }
    const target = new URL(incoming.url, simulator.url);
    const { method, headers } = incoming;
    const onward = http.request(target, { method, headers }, (got) => {
      answer.writeHead(got.statusCode, got.headers);
      got.pipe(answer);
    });
    onward.on('error', () => answer.destroy());
    incoming.pipe(onward);
  });
  made.listen(0, '127.0.0.1');
  await once(made, 'listening');
  return made;
}

function newServer(env = {}) {
  return new Server(folder, {
    models: 'configured',
    env: { ANTHROPIC_BASE_URL: vendorUrl, ...env },
  });
}

before(async () => {
  simulator = await Simulator.start();
  vendor = await startVendor();
  vendorUrl = `http://127.0.0.1:${vendor.address().port}`;
  folder = temporaryFolder();
  server = newServer();
  await server.start();
  workspace = await Workspace.provision(server);
});
after(async () => {
  await server?.stop();
  await simulator?.stop();
  vendor?.closeAllConnections();
  vendor?.close();
});

const keys = (method, rest = '', options = {}) =>
  request(server, method, `/provider-keys${rest}`, options);

async function rowOf(provider) {
  const { status, json } = await keys('GET');
  assert.equal(status, 200);
  return json.providers.find((row) => row.provider === provider);
}

async function set(provider, key) {
  const answer = await keys('PUT', `/${provider}`, { data: { key } });
  assert.equal(answer.status, 200, answer.text);
  assert.ok(!answer.text.includes(key), 'the answer tells the key');
  return answer.json;
}

async function tested(provider) {
  const answer = await keys('POST', `/${provider}/test`);
  assert.equal(answer.status, 200, answer.text);
  return answer.json;
}

const simulatedOf = async (name) =>
  (await workspace.call('agents.list', {})).agents.find((agent) => agent.name === name).simulated;

/// Files below the server's folder, and what it has written, that hold the text.
function whereIs(text) {
  const found = server.log.some((line) => line.includes(text)) ? ['the log'] : [];
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const file = path.join(entry.parentPath, entry.name);
    if (entry.isFile() && readFileSync(file).includes(text)) found.push(file);
  }
  return found;
}

test('what is there before anybody has set a key', async () => {
  const { json } = await keys('GET');
  assert.deepEqual(
    json.providers.map(({ provider }) => provider),
    ['anthropic', 'gemini', 'openai', 'moonshot'],
  );
  assert.equal(json.simulated_by_option, false);
  const gemini = await rowOf('gemini');
  assert.equal(gemini.in_use, 'none');
  assert.deepEqual(
    gemini.agents.map(({ name, simulated }) => [name, simulated]),
    [['gemini', true]],
  );
  const refusal = await keys('POST', '/gemini/test');
  assert.equal(refusal.status, 409, 'there is nothing to test');
  assert.match(refusal.json.hint, /set a key/);
});

test('a wrong key is told by the test, without the key', async () => {
  const row = await set('anthropic', kBad);
  assert.equal(row.in_use, 'studio');
  assert.equal(row.ends_in, 'evil');
  assert.equal(row.tested, undefined);
  const result = await tested('anthropic');
  assert.equal(result.ok, false);
  assert.match(result.message, /auth/i);
  assert.ok(!JSON.stringify(result).includes(kBad), 'the vendor quotes the key, we do not');
  assert.equal((await rowOf('anthropic')).tested.ok, false);
  const [ended] = await workspace.finished(
    await workspace.submit('claude', rehearse(say('never'))),
  );
  assert.equal(ended.state, 'failed');
  assert.ok(!JSON.stringify(ended).includes(kBad));
});

test('a good key works at once, and its test says what it cost', async () => {
  const row = await set('anthropic', kGood);
  assert.equal(row.tested, undefined, 'what was tested was another key');
  assert.match(row.set_by, /^user:/);
  const result = await tested('anthropic');
  assert.equal(result.ok, true, JSON.stringify(result));
  assert.ok(result.cost_usd > 0 && result.output > 0);
  const task = await workspace.run('claude', rehearse(say('with a key')));
  assert.equal(task.state, 'succeeded', JSON.stringify(task));
});

test('an agent that was simulated is not any more, without a restart, and back', async () => {
  assert.equal(await simulatedOf('gemini'), true);
  await set('gemini', kOther);
  assert.equal(await simulatedOf('gemini'), false);
  const { status, json } = await keys('DELETE', '/gemini');
  assert.equal(status, 200);
  assert.equal(json.in_use, 'none');
  assert.equal(await simulatedOf('gemini'), true);
  const task = await workspace.run('gemini', rehearse(say('played again')));
  assert.equal(task.state, 'succeeded');
  assert.equal((await keys('DELETE', '/gemini')).status, 404);
});

test('everybody who is connected hears that keys have changed, and nothing of the key', async () => {
  const other = await Workspace.provision(server, { kind: 'empty' }, 'another');
  const viewer = await Guest.join(server, 'Vera', { role: 'viewer', workspace: workspace.id });
  const sockets = [await workspace.open(), await other.open(), await viewer.open(workspace.id)];
  for (const socket of sockets) await socket.attach();
  const heard = (socket) => socket.notifications.filter(({ method }) => method === 'provider_keys');
  const all = (count) =>
    Promise.all(
      sockets.map((socket) =>
        socket.waitFor(() => heard(socket).length === count, `${count} changes`),
      ),
    );
  await set('gemini', kOther);
  await all(1);
  // What they ask then is right already.
  const { agents } = await sockets[2].call('agents.list');
  assert.equal(agents.find(({ name }) => name === 'gemini').simulated, false);
  assert.deepEqual(heard(sockets[2])[0].params, {});
  assert.equal((await keys('PUT', '/gemini', { data: { key: 'x' } })).status, 400);
  assert.equal((await keys('DELETE', '/gemini')).status, 200);
  await all(2);
  for (const socket of sockets) {
    assert.equal(heard(socket).length, 2, 'a refusal changes nothing');
    await socket.close();
  }
});

test('the key is nowhere but in the vendor’s header', async () => {
  const task = await workspace.run(
    'claude',
    rehearse(tool('run_command', { command: 'env' }), say('ok')),
  );
  assert.equal(task.state, 'succeeded');
  const events = JSON.stringify(await workspace.events());
  for (const key of [kGood, kBad, kOther]) {
    assert.ok(!events.includes(key), 'an event tells the key');
    assert.deepEqual(whereIs(key), []);
  }
  const file = path.join(folder, 'data/node/secrets/provider-keys.sealed');
  assert.equal(statSync(file).mode & 0o777, 0o600);
});

test('it is still there after a restart, and counts before a variable', async () => {
  await server.stop();
  server = newServer({ ANTHROPIC_API_KEY: kBad });
  await server.start();
  workspace.server = server;
  const row = await rowOf('anthropic');
  assert.equal(row.in_use, 'studio');
  assert.equal(row.in_environment, true);
  assert.equal((await tested('anthropic')).ok, true);
  const { json } = await keys('DELETE', '/anthropic');
  assert.equal(json.in_use, 'environment');
  assert.equal((await tested('anthropic')).ok, false, 'now the variable counts');
  await set('anthropic', kGood);
  assert.equal((await tested('anthropic')).ok, true);
});

test('refusals tell no key and change nothing', async () => {
  const before = JSON.stringify(await rowOf('anthropic'));
  const cases = [
    ['PUT', '/nobody', { data: { key: kOther } }, 404],
    ['POST', '/nobody/test', {}, 404],
    ['DELETE', '/nobody', {}, 404],
    ['PUT', '/anthropic', { data: { key: 'short' } }, 400],
    ['PUT', '/anthropic', { data: { key: `${kOther}\nx-evil: 1` } }, 400],
    ['PUT', '/anthropic', { data: { key: 'x'.repeat(5000) } }, 400],
    ['PUT', '/anthropic', { data: { key: kOther, base_url: 'http://evil.example' } }, 400],
    ['PUT', '/anthropic', { data: { key: 7 } }, 400],
    ['PUT', '/anthropic', { data: {} }, 400],
    ['PUT', '/anthropic', { body: `{"key": "${kOther}"` }, 400],
    ['GET', '/anthropic', {}, 405],
    [
      'PUT',
      '/anthropic',
      { data: { key: kOther }, headers: { Origin: 'http://evil.example' } },
      403,
    ],
    ['PUT', '/anthropic', { data: { key: kOther }, token: null }, 401],
    ['GET', '', { token: null }, 401],
  ];
  for (const [method, rest, options, status] of cases) {
    const answer = await keys(method, rest, options);
    assert.equal(
      answer.status,
      status,
      `${method} ${rest} ${JSON.stringify(options)}: ${answer.text}`,
    );
    assert.ok(!answer.text.includes(kOther), 'a refusal tells the key');
  }
  assert.equal(JSON.stringify(await rowOf('anthropic')), before);
});
