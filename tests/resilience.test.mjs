// What agents share when they share a key: its rate limits and the knowledge that an address is
// down; and how a task goes on elsewhere.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { makeCertificate } from './lib/certificate.mjs';
import { startConfigured } from './lib/configured.mjs';
import { answers, begins, FaultServer, refuses, stalls } from './lib/fault_server.mjs';
import { request } from './lib/http.mjs';
import { temporaryFolder } from './lib/server.mjs';
import { anthropic, gemini, kUsage, moonshot, openai } from './lib/vendors.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kAnswer = { text: 'Done.' };
const well = (vendor, headers) => answers(vendor, kAnswer, headers);
const later = (ms, step) => (exchange) => setTimeout(() => step(exchange), ms);

function agentsOf(vendor, played, names, settings = {}) {
  const agent = { provider: vendor.provider, model: vendor.model, base_url: played.url };
  return Object.fromEntries(names.map((name) => [name, { ...agent, ...settings }]));
}

const kNames = ['ada', 'ben', 'cleo', 'dora', 'emil', 'finn'];
const ofType = (events, type) => events.filter((event) => event.type === type);

async function metric(server, name) {
  const { text } = await request(server, 'GET', '/metrics');
  return Number(text.match(new RegExp(`^${name} (.+)$`, 'm'))?.[1]);
}

test('after a 429 all who share the key wait, and come back in turn', async (t) => {
  const kWait = 4;
  const faults = await FaultServer.start(t);
  const played = faults.add('shared', anthropic, [
    refuses(anthropic.hinted(kWait)),
    later(100, well(anthropic)),
  ]);
  const server = await startConfigured(t, agentsOf(anthropic, played, kNames));
  const [first, second] = await Promise.all([
    Workspace.provision(server, undefined, 'one'),
    Workspace.provision(server, undefined, 'two'),
  ]);
  const [refused] = await first.submit('ada', 'Begin.');
  await eventually(() => played.requests.length === 1, 'the first request');
  const until = played.requests[0].at + kWait * 1000;
  // The others begin while the key is closed, in another workspace too.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const more = await Promise.all(kNames.slice(1).map((name) => first.submit(name, 'Help.')));
  const others = await Promise.all(kNames.map((name) => second.submit(name, 'Help, too.')));
  await eventually(
    async () => (await metric(server, 'coditect_provider_calls_waiting')) >= 11,
    'a line',
  );
  const ended = [
    ...(await first.finished([refused, ...more.flat()])),
    ...(await second.finished(others.flat())),
  ];
  for (const task of ended) assert.equal(task.state, 'succeeded', JSON.stringify(task));
  const again = played.requests.slice(1);
  assert.equal(again.length, 12, 'nobody asked twice');
  for (const { at } of again) assert.ok(at >= until, `${until - at} ms too early`);
  const together = again.filter(({ at }) => at < again[0].at + 90).length;
  assert.ok(together <= 2, `${together} came back at once`);
  const waits = ofType(await second.events(), 'agent_state_change').filter(
    ({ data }) => data.to === 'waiting',
  );
  assert.ok(waits.length >= kNames.length, 'it shows that they wait');
  for (const { data } of waits) assert.match(data.reason, /^anthropic: the rate limit was reached/);
});

for (const vendor of [anthropic, openai, moonshot]) {
  test(`a limit that ${vendor.provider} says is used up is waited for`, async (t) => {
    const kReset = 2;
    const faults = await FaultServer.start(t);
    const played = faults.add('limits', vendor, [
      (exchange) => well(vendor, vendor.limits(0, kReset))(exchange),
      well(vendor),
    ]);
    const server = await startConfigured(t, agentsOf(vendor, played, ['ada', 'ben']));
    const workspace = await Workspace.provision(server);
    await workspace.run('ada', 'Use up what there is.');
    await workspace.run('ben', 'Wait for more.');
    const [first, second] = played.requests;
    // The vendor writes its reset when it answers; a clock's last digits may be cut.
    assert.ok(second.at - first.at >= kReset * 1000 - 5, `${second.at - first.at} ms`);
  });
}

test('a wait for a rate limit is cancelled at once', async (t) => {
  const faults = await FaultServer.start(t);
  const played = faults.add('long', openai, [refuses(openai.hinted(50)), well(openai)]);
  const server = await startConfigured(t, agentsOf(openai, played, ['ada', 'ben']));
  const workspace = await Workspace.provision(server);
  const [first] = await workspace.submit('ada', 'Begin.');
  await eventually(() => played.requests.length === 1, 'the first request');
  const [second] = await workspace.submit('ben', 'Wait.');
  const waiting = async () => (await metric(server, 'coditect_provider_calls_waiting')) === 1;
  await eventually(waiting, 'one in line');
  const began = Date.now();
  await Promise.all([first, second].map(({ id }) => workspace.call('tasks.cancel', { id })));
  for (const task of await workspace.finished([first, second])) {
    assert.equal(task.state, 'cancelled');
  }
  assert.ok(Date.now() - began < 5_000, `it took ${Date.now() - began} ms`);
  assert.equal(played.requests.length, 1);
});

test('a task that is cancelled closes the socket', async (t) => {
  const faults = await FaultServer.start(t);
  const before = faults.add('before', gemini, [stalls()]);
  const inside = faults.add('inside', anthropic, [begins(anthropic, () => {})]);
  const server = await startConfigured(t, {
    ...agentsOf(gemini, before, ['ada']),
    ...agentsOf(anthropic, inside, ['ben']),
  });
  const workspace = await Workspace.provision(server);
  const tasks = (
    await Promise.all(['ada', 'ben'].map((name) => workspace.submit(name, 'Go.')))
  ).flat();
  const both = () => before.requests.length === 1 && inside.requests.length === 1;
  await eventually(both, 'both requests');
  await Promise.all(tasks.map(({ id }) => workspace.call('tasks.cancel', { id })));
  for (const task of await workspace.finished(tasks)) assert.equal(task.state, 'cancelled');
  for (const { requests } of [before, inside]) {
    await eventually(() => requests[0].closed !== undefined, 'the socket’s end', 5_000);
  }
  const [usage] = ofType(await workspace.events(), 'usage_recorded');
  assert.equal(usage.data.input, inside.billed.input, 'what had begun is billed');
});

test('a task goes on with another vendor, and each is paid its own', async (t) => {
  const faults = await FaultServer.start(t);
  const first = faults.add('first', anthropic, [
    answers(anthropic, { tool: 'read_file', input: { path: 'plan.md' } }),
    refuses(anthropic.quota()),
  ]);
  const second = faults.add('second', gemini, [
    answers(gemini, { tool: 'list_files', input: { path: '' } }),
    refuses(gemini.overloaded()),
  ]);
  const third = faults.add('third', openai, [well(openai)]);
  const server = await startConfigured(t, {
    ...agentsOf(anthropic, first, ['claude'], { fallback: ['gemini', 'codex'] }),
    ...agentsOf(gemini, second, ['gemini']),
    ...agentsOf(openai, third, ['codex']),
  });
  const workspace = await Workspace.provision(server);
  await workspace.create('plan.md', 'the words of the plan\n');
  const task = await workspace.run('claude', 'Read the plan.');
  const events = await workspace.events();
  const moves = ofType(events, 'provider_failover');
  assert.deepEqual(
    moves.map(({ data, task: of }) => [of, data.from, data.to, data.kind]),
    [
      [
        task.id,
        { provider: 'anthropic', model: anthropic.model },
        { provider: 'gemini', model: gemini.model },
        'quota',
      ],
      [
        task.id,
        { provider: 'gemini', model: gemini.model },
        { provider: 'openai', model: openai.model },
        'overloaded',
      ],
    ],
  );
  for (const { data } of moves) assert.match(data.error, /HTTP (429|529)/);
  // What was said and done so far went along.
  assert.match(second.requests[0].body, /the words of the plan/);
  assert.match(third.requests[0].body, /the words of the plan/);
  assert.match(third.requests[0].body, /plan\.md/);
  assert.equal(first.requests.length, 2, 'the first is left for the rest of the task');
  const usage = ofType(events, 'usage_recorded').map(({ data }) => [data.provider, data.model]);
  assert.deepEqual(usage, [
    ['anthropic', anthropic.model],
    ['gemini', gemini.model],
    ['openai', openai.model],
  ]);
  const { rows } = await workspace.call('cost.summary', { by: 'model' });
  for (const model of [anthropic.model, gemini.model, openai.model]) {
    const row = rows.find((each) => each.key === model);
    assert.equal(row?.input, kUsage.input, JSON.stringify(rows));
    assert.ok(row.cost_usd > 0, JSON.stringify(row));
  }
});

test('what another model would refuse too ends the task', async (t) => {
  const faults = await FaultServer.start(t);
  const first = faults.add('first', openai, [refuses(openai.overflow())]);
  const second = faults.add('second', moonshot, [well(moonshot)]);
  const server = await startConfigured(t, {
    ...agentsOf(openai, first, ['codex'], { fallback: ['kimi'] }),
    ...agentsOf(moonshot, second, ['kimi']),
  });
  const workspace = await Workspace.provision(server);
  const [task] = await workspace.finished(await workspace.submit('codex', 'Too much.'));
  assert.equal(task.state, 'failed');
  assert.equal(second.requests.length, 0);
});

test('an address that is down is left alone, tried by one, and used again', async (t) => {
  const faults = await FaultServer.start(t);
  let down = true;
  const step = (exchange) =>
    down ? refuses(anthropic.broken())(exchange) : later(50, well(anthropic))(exchange);
  const played = faults.add('down', anthropic, [step]);
  const server = await startConfigured(t, agentsOf(anthropic, played, kNames));
  const workspace = await Workspace.provision(server);
  const tasks = (await Promise.all(kNames.map((name) => workspace.submit(name, 'Try.')))).flat();
  const open = async () => (await metric(server, 'coditect_provider_circuits_open')) === 1;
  await eventually(open, 'the circuit');
  const asked = played.requests.length;
  assert.ok(asked <= 2 * kNames.length, `${asked} requests before it was given up`);
  const { status, json } = await request(server, 'GET', '/health');
  assert.equal(status, 200);
  assert.equal(json.status, 'degraded');
  assert.match(json.providers, /^anthropic failed \d+ times in a row: /);
  down = false;
  for (const task of await workspace.finished(tasks)) {
    assert.equal(task.state, 'succeeded', `it came back in time: ${JSON.stringify(task)}`);
  }
  const [first, next] = played.requests.slice(asked);
  assert.ok(next.at - first.at >= 40, 'one call tried it before the others went');
  await eventually(async () => !(await open()), 'the circuit’s end');
  const { json: well_again } = await request(server, 'GET', '/health');
  assert.equal(well_again.providers, 'ok');
});

/// A proxy that tunnels, and knows where to.
async function startProxy(t, { status = 200 } = {}) {
  const proxy = http.createServer();
  const tunnels = [];
  proxy.on('connect', (asked, client) => {
    tunnels.push({ to: asked.url, authorization: asked.headers['proxy-authorization'] });
    client.on('error', () => client.destroy());
    if (status !== 200) return client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
    const [host, port] = asked.url.split(':');
    const target = net.connect(port, host, () => {
      client.write('HTTP/1.1 200 Open\r\n\r\n');
      target.pipe(client);
      client.pipe(target);
    });
    target.on('error', () => client.destroy());
    return undefined;
  });
  await new Promise((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    proxy.closeAllConnections();
    return new Promise((resolve) => proxy.close(resolve));
  });
  return { tunnels, url: `http://user:word@127.0.0.1:${proxy.address().port}` };
}

test('TLS goes through the proxy that the environment names', async (t) => {
  const made = makeCertificate();
  const trusted = path.join(temporaryFolder(), 'trusted.pem');
  writeFileSync(trusted, made.certificate);
  const faults = await FaultServer.start(t, made);
  const run = async (sub, env) => {
    const played = faults.add('secure', openai, [well(openai)]);
    const server = await startConfigured(sub, agentsOf(openai, played, ['codex']), {
      SSL_CERT_FILE: trusted,
      ...env,
    });
    const workspace = await Workspace.provision(server);
    const [task] = await workspace.finished(await workspace.submit('codex', 'Go.'));
    return { task, played };
  };
  await t.test('through it', async (sub) => {
    const proxy = await startProxy(sub);
    const { task } = await run(sub, { HTTPS_PROXY: proxy.url });
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
    const authorization = `Basic ${Buffer.from('user:word').toString('base64')}`;
    assert.deepEqual(proxy.tunnels, [{ to: `127.0.0.1:${faults.port}`, authorization }]);
  });
  await t.test('past it, where NO_PROXY names the host', async (sub) => {
    const proxy = await startProxy(sub);
    const env = { HTTPS_PROXY: proxy.url, NO_PROXY: 'example.com, 127.0.0.1' };
    const { task } = await run(sub, env);
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
    assert.deepEqual(proxy.tunnels, []);
  });
  await t.test('a proxy that refuses is named, once', async (sub) => {
    const proxy = await startProxy(sub, { status: 407 });
    const { task, played } = await run(sub, { HTTPS_PROXY: proxy.url });
    assert.equal(task.state, 'failed');
    assert.match(task.error.message, /the proxy refused a tunnel: HTTP 407/);
    assert.match(task.error.hint, /HTTPS_PROXY/);
    assert.equal(proxy.tunnels.length, 1);
    assert.equal(played.requests.length, 0);
  });
});
