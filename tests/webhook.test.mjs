// The webhook: somebody outside hears of each question that waits, signed, again until it is taken;
// and nobody waits for it.

import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import { request } from './lib/http.mjs';
import { rehearse, runCommand, say } from './lib/rehearsal.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kSecret = 'webhook-secret-8d21';

/// A receiver that answers by `statusOf(count, request)`; undefined: never.
async function startReceiver(t, statusOf) {
  const received = [];
  const receiver = http.createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (chunk) => (body += chunk));
    incoming.on('end', () => {
      received.push({
        url: incoming.url,
        method: incoming.method,
        headers: incoming.headers,
        body,
      });
      const status = statusOf(received.length);
      if (status === undefined) return;
      if (status === 302) answer.setHeader('Location', '/elsewhere');
      answer.statusCode = status;
      answer.end();
    });
  });
  await new Promise((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  return { received, url: `http://127.0.0.1:${receiver.address().port}/hooks/coditect` };
}

async function startServer(t, url, more = '') {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'coditect.toml'), `[approvals]\nwebhook = "${url}"\n${more}`);
  return Server.start(t, { folder, env: { CODITECT_WEBHOOK_SECRET: kSecret } });
}

/// A workspace in which an agent waits for a person; the question and the task.
async function ask(server, command = 'make test') {
  const workspace = await Workspace.provision(server, { kind: 'empty' }, 'Grüße');
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const [task] = await workspace.submit('kimi', rehearse(runCommand(command), say('done')));
  const question = await eventually(async () => {
    const { approvals } = await workspace.call('approvals.list');
    return approvals[0];
  }, 'a question');
  return { workspace, task, question };
}

async function figure(server, name) {
  const { text } = await request(server, 'GET', '/metrics');
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  return line && Number(line.split(' ')[1]);
}

test('a question is told once, signed, with a way to it and nothing of its input', async (t) => {
  const { received, url } = await startReceiver(t, () => 204);
  const server = await startServer(t, url);
  const long = `echo ${'x'.repeat(5000)} --token=hidden-in-the-end`;
  const { workspace, task, question } = await ask(server, long);
  await eventually(() => received.length > 0, 'the webhook');
  const [{ headers, body, method, url: asked }] = received;
  assert.equal(method, 'POST');
  assert.equal(asked, '/hooks/coditect');
  const signature = createHmac('sha256', kSecret).update(body).digest('hex');
  assert.equal(headers['x-coditect-signature'], `sha256=${signature}`);
  assert.equal(headers['x-coditect-delivery'], question.id);
  assert.equal(headers['content-type'], 'application/json');
  assert.ok(body.length < 2000, body);
  assert.doesNotMatch(body, /hidden-in-the-end|webhook-secret/);
  const told = JSON.parse(body);
  assert.match(told.summary, /^run_command echo xxx/);
  assert.deepEqual(
    { ...told, summary: '' },
    {
      event: 'approval_requested',
      id: question.id,
      workspace: workspace.id,
      workspace_name: 'Grüße',
      agent: 'kimi',
      task: task.id,
      tool: 'run_command',
      summary: '',
      why: 'the mode is ask',
      requested_at: question.requested_at,
      expires_at: question.expires_at,
      link: `${server.url}/#/workspaces/${workspace.id}`,
    },
  );
  // The answer comes through the interface like anybody's.
  await workspace.call('approvals.answer', { id: told.id, decision: 'deny' });
  await workspace.finished([task]);
  assert.equal(received.length, 1);
  assert.equal(await figure(server, 'coditect_webhook_delivered_total'), 1);
  assert.equal(await figure(server, 'coditect_webhook_waiting'), 0);
  const health = await request(server, 'GET', '/health');
  assert.equal(health.json.webhook, 'ok');
});

test('what is not taken is sent again, and the health check says why', async (t) => {
  const { received, url } = await startReceiver(t, (count) => (count < 2 ? 503 : 200));
  const server = await startServer(t, url, 'studio = "https://studio.example/"\n');
  await ask(server);
  await eventually(() => received.length === 1, 'the first attempt');
  await eventually(async () => {
    const { json } = await request(server, 'GET', '/health');
    return received.length > 1 || /HTTP 503/.test(json.webhook);
  }, 'the health check says so');
  await eventually(() => received.length === 2, 'the second attempt');
  assert.equal(received[0].body, received[1].body);
  assert.match(JSON.parse(received[0].body).link, /^https:\/\/studio\.example\/#\/workspaces\//);
  await eventually(
    async () => (await figure(server, 'coditect_webhook_delivered_total')) === 1,
    'delivered',
  );
  assert.equal(await figure(server, 'coditect_webhook_failed_attempts_total'), 1);
});

test('a redirect is not followed, and a refusal is final', async (t) => {
  const { received, url } = await startReceiver(t, (count) => (count === 1 ? 302 : 410));
  const server = await startServer(t, url);
  await ask(server);
  await ask(server);
  await eventually(
    async () => (await figure(server, 'coditect_webhook_dropped_total')) === 2,
    'both are given up',
  );
  assert.deepEqual(
    received.map((each) => each.url),
    ['/hooks/coditect', '/hooks/coditect'],
  );
});

test('nobody waits for a receiver that never answers, and an answered question is told no more', async (t) => {
  const { received, url } = await startReceiver(t, () => undefined);
  const server = await startServer(t, url);
  const { workspace, task, question } = await ask(server, 'echo hello');
  await eventually(() => received.length === 1, 'the webhook');
  assert.equal(await figure(server, 'coditect_webhook_waiting'), 1);
  await workspace.call('approvals.answer', { id: question.id, decision: 'allow' });
  const [ended] = await workspace.finished([task]);
  assert.equal(ended.state, 'succeeded');
  await eventually(
    async () => (await figure(server, 'coditect_webhook_waiting')) === 0,
    'given up',
  );
  assert.equal(received.length, 1);
});

test('a webhook that is not safe is refused at the start', async () => {
  for (const url of ['http://hooks.example/x', 'https://user:pw@hooks.example/', 'hooks']) {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'coditect.toml'), `[approvals]\nwebhook = "${url}"\n`);
    await assert.rejects(new Server(folder).start(), /coditect\.toml:2: 'webhook' is not an https/);
  }
});
