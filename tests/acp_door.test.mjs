// The way of a program to its model: the key stays outside, what is no model is out of reach, and
// what it costs is known and limited.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { script, startPrograms } from './lib/acp/start.mjs';
import { Workspace } from './lib/workspace.mjs';

const kKey = 'sk-ant-api03-the-real-key-0123456789';

const frames = [
  'event: message_start\ndata: {"type":"message_start","message":{"id":"1","type":"message","role":"assistant","model":"claude-opus-5-5","content":[],"usage":{"input_tokens":1000,"output_tokens":1}}}\n\n',
  'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}\n\n',
  'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"hello"}}\n\n',
  'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}\n\n',
  'event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn"},"usage":{"output_tokens":2000}}\n\n',
  'event: message_stop\ndata: {"type":"message_stop"}\n\n',
];

/// A vendor that keeps what it is asked.
async function startVendor(t) {
  const asked = [];
  const server = http.createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body: body === '' ? undefined : JSON.parse(body) });
    response.writeHead(200, { 'content-type': 'text/event-stream', 'set-cookie': 'a=b' });
    for (const frame of frames) response.write(frame);
    response.end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { asked, url: `http://127.0.0.1:${server.address().port}` };
}

async function start(t) {
  const vendor = await startVendor(t);
  const keys = { models: 'anthropic', base_url: vendor.url, model: 'claude-opus-5-5' };
  const env = { ANTHROPIC_API_KEY: kKey };
  const server = await startPrograms(t, { worker: keys }, { env });
  return { vendor, server, workspace: await Workspace.provision(server) };
}

const kDoor = 'http://127.0.0.1:3129';
const ask = (body, url = '/v1/messages') => ({
  fetch: {
    url: kDoor + url,
    options: {
      method: 'POST',
      headers: { 'x-api-key': 'mine', 'anthropic-version': '2023-06-01', cookie: 'c=d' },
      body: JSON.stringify({ model: 'claude-opus-5-5', stream: true, messages: [], ...body }),
    },
  },
});

function filesBelow(folder) {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
}

test('a program reaches its model without a key, and nothing else', async (t) => {
  const { vendor, server, workspace } = await start(t);
  const task = await workspace.run(
    'worker',
    script(
      { environment: 'ANTHROPIC_API_KEY' },
      { environment: 'ANTHROPIC_BASE_URL' },
      { environment: 'ANTHROPIC_MODEL' },
      ask({ max_tokens: 4000 }, '/v1/messages?beta=true'),
      { fetch: { url: `${kDoor}/v1/models` } },
      { fetch: { url: `${kDoor}/v1/organizations/api_keys` } },
      ask({}, '/v1/files'),
      { fetch: { url: vendor.url } },
      { fetch: { url: server.url } },
    ),
  );
  assert.match(task.result, /ANTHROPIC_API_KEY=kept-by-coditect/);
  assert.match(task.result, /ANTHROPIC_BASE_URL=http:\/\/127\.0\.0\.1:3129/);
  assert.match(task.result, /ANTHROPIC_MODEL=claude-opus-5-5/);
  assert.match(task.result, /200 event: message_start.*message_stop/s);
  assert.equal(task.result.match(/404 \{/g).length, 2, task.result);
  assert.equal(task.result.match(/error ECONNREFUSED/g).length, 2, 'no way but the door');
  assert.deepEqual(
    vendor.asked.map(({ method, url }) => `${method} ${url}`),
    ['POST /v1/messages?beta=true', 'GET /v1/models'],
  );
  for (const { headers } of vendor.asked) {
    assert.equal(headers['x-api-key'], kKey);
    assert.equal(headers.cookie, undefined);
  }
  // What was billed passed by, and is in the log with its price.
  const events = await workspace.events();
  const [used] = events.filter(({ type }) => type === 'usage_recorded');
  assert.deepEqual(
    [used.data.provider, used.data.model, used.data.input, used.data.output, used.data.stop],
    ['anthropic', 'claude-opus-5-5', 1000, 2000, 'end_turn'],
  );
  assert.ok(used.data.cost_usd > 0);
  assert.equal(JSON.stringify(events).includes(kKey), false);
  for (const file of filesBelow(workspace.folder())) {
    assert.equal(readFileSync(file).includes(kKey), false, `the key is in ${file}`);
  }
  assert.equal(server.log.join('\n').includes(kKey), false);
});

test('a budget holds for what a program asks of its model', async (t) => {
  const { vendor, workspace } = await start(t);
  const price = await workspace
    .run('worker', script(ask({ max_tokens: 2000 })))
    .then(async () => (await workspace.call('cost.summary', { by: 'agent' })).rows[0].cost_usd);
  assert.ok(price > 0);
  // Enough for a call, but not for as long an answer as is asked for.
  await workspace.call('cost.set_budget', { scope: 'agent:worker', limit_usd: price * 2.5 });
  await workspace.run('worker', script(ask({ max_tokens: 60_000 })));
  const cut = vendor.asked.at(-1).body.max_tokens;
  assert.ok(cut < 60_000 && cut > 0, `asked for ${cut}`);
  const asked = vendor.asked.length;
  await workspace.call('cost.set_budget', { scope: 'agent:worker', limit_usd: price * 2 });
  const refused = script(ask({ max_tokens: 60_000 }), { stop: 'refusal' });
  const [task] = await workspace.submit('worker', refused);
  await workspace.inState(task.id, 'waiting');
  assert.equal(vendor.asked.length, asked, 'nothing was asked that could not be paid for');
  await workspace.call('cost.set_budget', { scope: 'agent:worker', limit_usd: 1000 });
  await workspace.finished([task]);
  assert.equal(vendor.asked.length, asked + 1);
});

test('what a program may not be given is refused at the start', async (t) => {
  for (const [keys, why] of [
    [{ env: { OPENAI_API_KEY: 'x' } }, /looks like a key/],
    [{ env: { THING: 'sk-0123' } }, /looks like a key/],
    [{ env: { LD_PRELOAD: 'x' } }, /cannot be set/],
    [{ command: [] }, /'command' is missing/],
    [{ programs: 'relative' }, /whole path/],
    [{ programs: '/' }, /whole path/],
    [{ programs: os.tmpdir() }, /holds the server's own data/],
    [{ models: 'nobody' }, /is not anthropic/],
    [{ fallback: ['x'] }, /is not known here/],
  ]) {
    await assert.rejects(startPrograms(t, { worker: keys }), why, JSON.stringify(keys));
  }
});
