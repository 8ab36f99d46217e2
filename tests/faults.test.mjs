// Every vendor and every way in which a model API fails, end to end: a task recovers or fails with
// words that a person understands, in time, and what is recorded is what was billed.

import assert from 'node:assert/strict';
import net from 'node:net';
import { test } from 'node:test';

import { makeCertificate } from './lib/certificate.mjs';
import { kKeys, startConfigured } from './lib/configured.mjs';
import { answers, begins, FaultServer, refuses, stalls } from './lib/fault_server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';
import { kVendors } from './lib/vendors.mjs';

const kTimeoutSeconds = 2;
const kHintSeconds = 1;
const kHello = { text: 'Everything went well.' };

const well = (vendor) => answers(vendor, kHello);
const cut = ({ write }) => write.cut();
const halfAnEvent = ({ write }) => {
  write.raw('data: {"type":"content_block_de');
  write.end();
};
const notJson = ({ write }) => {
  write.raw('event: message_delta\ndata: {"type": message_delta,}\n\n');
  write.end();
};

/// What a fault is played by, and what must come of it. `requests` is how many are made.
const kFaults = {
  'rate-limit-with-hint': {
    steps: (vendor) => [refuses(vendor.hinted(kHintSeconds)), well(vendor)],
    requests: 2,
    also: ({ requests }) => {
      const waited = requests[1].at - requests[0].at;
      assert.ok(waited >= kHintSeconds * 1000, `asked again after ${waited} ms`);
    },
  },
  'rate-limit-quota': {
    steps: (vendor) => [refuses(vendor.quota())],
    requests: 1,
    error: { kind: 'limit', message: /^quota \(HTTP 429\): .+/, hint: /add credit/ },
  },
  'http-500': {
    steps: (vendor) => [refuses(vendor.broken()), refuses(vendor.broken()), well(vendor)],
    requests: 3,
  },
  'http-500-for-ever': {
    steps: (vendor) => [refuses(vendor.broken())],
    requests: 3,
    settings: { attempts: 3 },
    error: { kind: 'unavailable', message: /^server \(HTTP 500\): .+/, hint: /try again later/ },
  },
  'http-529': {
    steps: (vendor) => [refuses(vendor.overloaded()), refuses(vendor.overloaded()), well(vendor)],
    requests: 3,
  },
  'stall-before-the-stream': {
    steps: (vendor) => [stalls(), well(vendor)],
    requests: 2,
    also: ({ requests }) => assertClosed(requests[0]),
  },
  'stall-in-the-stream': {
    steps: (vendor) => [begins(vendor, () => {}), well(vendor)],
    requests: 2,
    also: ({ requests }) => assertClosed(requests[0]),
  },
  'stall-for-ever': {
    steps: () => [stalls()],
    requests: 2,
    error: { kind: 'unavailable', message: /^timeout: .+/, hint: /check the network/ },
  },
  'half-an-event': {
    steps: (vendor) => [begins(vendor, halfAnEvent), begins(vendor, cut), well(vendor)],
    requests: 3,
  },
  'malformed-json': {
    steps: (vendor) => [begins(vendor, notJson), well(vendor)],
    requests: 2,
  },
  'error-in-the-stream': {
    steps: (vendor) => [
      begins(vendor, ({ write }) => {
        write.raw(vendor.inStream());
        write.end();
      }),
      well(vendor),
    ],
    requests: 2,
  },
  'wrong-tool-arguments': {
    steps: (vendor) => [
      answers(vendor, { tool: 'read_file', input: { path: 42, extra: [] } }),
      answers(vendor, { tool: 'no_such_tool', input: {}, id: 'second' }),
      well(vendor),
    ],
    requests: 3,
  },
  'tool-arguments-that-are-no-json': {
    steps: (vendor) => [
      answers(vendor, { tool: 'read_file', input: '{"path": "README' }),
      well(vendor),
    ],
    requests: 2,
  },
  refusal: {
    steps: (vendor) => [answers(vendor, { refusal: 'This is against the rules.' })],
    requests: 1,
    error: { kind: 'denied', message: /refused|filter/, hint: /put the task differently/ },
  },
  'context-overflow': {
    steps: (vendor) => [refuses(vendor.overflow())],
    requests: 1,
    error: {
      kind: 'limit',
      message: /no longer fits the model's window/,
      hint: /split the task/,
    },
  },
};

const nameOf = (vendor, fault) => `${vendor.provider}-${fault}`;

function agentOf(vendor, base_url, settings = {}) {
  const times = { first_byte_timeout_s: kTimeoutSeconds, silence_timeout_s: kTimeoutSeconds };
  return { provider: vendor.provider, model: vendor.model, base_url, ...times, ...settings };
}

/// The server saw that the studio hung up.
function assertClosed(request) {
  return eventually(() => request.closed !== undefined, 'the socket’s end');
}

function recorded(events, task) {
  const sum = { input: 0, cached: 0, output: 0 };
  for (const { type, task: of, data } of events) {
    if (type !== 'usage_recorded' || of !== task.id) continue;
    for (const name of Object.keys(sum)) sum[name] += data[name];
  }
  return sum;
}

function assertOutcome(name, task, expected) {
  if (expected === undefined) {
    assert.equal(task.state, 'succeeded', `${name}: ${JSON.stringify(task)}`);
    return;
  }
  assert.equal(task.state, 'failed', `${name}: ${JSON.stringify(task)}`);
  assert.equal(task.error.kind, expected.kind, `${name}: ${JSON.stringify(task.error)}`);
  assert.match(task.error.message, expected.message, name);
  assert.match(task.error.hint, expected.hint, name);
}

/// A port of the loopback address that nobody listens on.
async function closedPort() {
  const server = net.createServer();
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

test('each vendor fails in each way', async (t) => {
  const faults = await FaultServer.start(t);
  const secure = await FaultServer.start(t, makeCertificate());
  const nobody = await closedPort();
  const agents = {};
  const cases = [];
  for (const vendor of kVendors) {
    for (const [fault, expected] of Object.entries(kFaults)) {
      const name = nameOf(vendor, fault);
      const played = faults.add(name, vendor, expected.steps(vendor));
      agents[name] = agentOf(vendor, played.url, expected.settings);
      cases.push({ name, played, expected });
    }
    const refused = nameOf(vendor, 'connect-refused');
    agents[refused] = agentOf(vendor, `http://127.0.0.1:${nobody}${vendor.prefix}`, {
      attempts: 3,
    });
    const error = { kind: 'unavailable', message: /^network: connect/, hint: /check the network/ };
    cases.push({ name: refused, expected: { error } });
    const untrusted = nameOf(vendor, 'untrusted-certificate');
    const played = secure.add(untrusted, vendor, [well(vendor)]);
    agents[untrusted] = agentOf(vendor, played.url);
    const tls = { kind: 'unavailable', message: /certificate/, hint: /certificate/ };
    cases.push({ name: untrusted, played, expected: { requests: 0, error: tls } });
  }
  const server = await startConfigured(t, agents);
  const workspace = await Workspace.provision(server);
  const began = Date.now();
  const tasks = await Promise.all(
    cases.map(async ({ name }) => (await workspace.submit(name, `Case ${name}.`))[0]),
  );
  const ended = await workspace.finished(tasks);
  t.diagnostic(`${cases.length} cases took ${Date.now() - began} ms`);
  const events = await workspace.events();
  for (const [index, { name, played, expected }] of cases.entries()) {
    await t.test(name, async () => {
      assertOutcome(name, ended[index], expected.error);
      const used = recorded(events, tasks[index]);
      if (played === undefined) {
        assert.deepEqual(used, { input: 0, cached: 0, output: 0 });
        return;
      }
      assert.equal(played.requests.length, expected.requests, 'requests');
      assert.deepEqual(used, played.billed, 'recorded is what was billed');
      await expected.also?.(played);
    });
  }
  await t.test('a certificate that is not trusted is not tried again', () => {
    assert.equal(secure.connections, kVendors.length);
  });
  await t.test('no key shows', () => {
    const shown = JSON.stringify(events) + server.log.join('\n');
    for (const key of Object.values(kKeys)) assert.ok(!shown.includes(key), 'a key shows');
    for (const { played } of cases) {
      for (const { body } of played?.requests ?? []) {
        for (const key of Object.values(kKeys)) assert.ok(!body.includes(key), 'a key in a body');
      }
    }
  });
});
