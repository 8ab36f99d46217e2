// How a browser signs in: the token of the login link is exchanged for a cookie.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { request } from './lib/http.mjs';
import { Server } from './lib/server.mjs';
import { Socket } from './lib/socket.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let cookie;

before(async () => {
  server = await Server.start();
  const answer = await request(server, 'POST', '/login');
  assert.equal(answer.status, 204, answer.text);
  const [set] = answer.headers['set-cookie'];
  assert.match(set, /HttpOnly/i);
  assert.match(set, /SameSite=Strict/i);
  assert.match(set, /Path=\//i);
  cookie = set.split(';')[0];
  assert.ok(!cookie.includes(server.token), 'the cookie is not the token itself');
});
after(() => server?.stop());

const withCookie = (more = {}) => ({ token: null, headers: { Cookie: cookie, ...more } });

test('the cookie opens what the token opens', async () => {
  assert.equal((await request(server, 'GET', '/workspaces', withCookie())).status, 200);
  const workspace = await Workspace.provision(server);
  const socket = await Socket.open(server, workspace.id, withCookie({ Origin: server.url }));
  const { head } = await socket.attach();
  assert.ok(head >= 1);
  await socket.close();
});

test('the cookie is worth nothing to a foreign page', async () => {
  const options = withCookie({ Origin: 'https://evil.example' });
  assert.equal((await request(server, 'GET', '/workspaces', options)).status, 403);
  const workspace = await Workspace.provision(server);
  await assert.rejects(Socket.open(server, workspace.id, options), (error) => error.status === 403);
});

test('a made-up cookie is worth nothing', async () => {
  const name = cookie.split('=')[0];
  for (const value of ['', 'x', 'x'.repeat(64), cookie.split('=')[1].slice(0, -1)]) {
    const options = { token: null, headers: { Cookie: `${name}=${value}` } };
    assert.equal((await request(server, 'GET', '/workspaces', options)).status, 401, value);
  }
});

test('a login without the token is refused, and sets no cookie', async () => {
  for (const token of [null, 'wrong']) {
    const answer = await request(server, 'POST', '/login', { token });
    assert.equal(answer.status, 401);
    assert.equal(answer.headers['set-cookie'], undefined);
  }
});

test('the pages themselves are public, and tell browsers to be careful', async () => {
  const answer = await request(server, 'GET', '/', { token: null });
  assert.ok(answer.status < 400, `${answer.status}`);
  assert.ok(!answer.text.includes(server.token));
  assert.equal(answer.headers['x-content-type-options'], 'nosniff');
  assert.match(answer.headers['content-security-policy'] ?? '', /default-src|script-src/);
});
