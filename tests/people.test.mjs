// Several people on one server: invitations, roles that the server honours, and who is here.

import assert from 'node:assert/strict';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { Guest, invite, tryJoin } from './lib/guest.mjs';
import { request } from './lib/http.mjs';
import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'one\n');
});
after(() => server?.stop());

let guests = 0;
const guest = (role, more = {}) =>
  Guest.join(server, `${role}${++guests}`, { role, workspace: workspace.id, ...more });

test('an invitation is taken once, under a name, for a cookie of its own', async () => {
  const { secret, id, uses_left } = await invite(server, {
    role: 'editor',
    workspace: workspace.id,
  });
  assert.match(secret, /^[0-9a-f]{64}$/);
  assert.equal(uses_left, 1);
  const seen = await request(server, 'POST', '/join/look', { token: null, data: { secret } });
  assert.equal(seen.json.role, 'editor');
  assert.equal(seen.json.workspace_name, 'a workspace');

  const answer = await tryJoin(server, secret, 'Bea');
  assert.equal(answer.status, 200, answer.text);
  assert.deepEqual(answer.json, {
    name: 'Bea',
    actor: 'user:Bea',
    role: 'editor',
    workspace: workspace.id,
    invited: true,
  });
  const [cookie] = answer.headers['set-cookie'];
  assert.match(cookie, /HttpOnly/i);
  assert.match(cookie, /SameSite=Strict/i);
  assert.ok(!cookie.includes(secret));

  assert.equal((await tryJoin(server, secret, 'Bert')).status, 404, 'used up');
  const { json } = await request(server, 'GET', '/invitations');
  assert.ok(!json.invitations.some((each) => each.id === id));

  const bea = new Guest(server, answer.json, cookie.split(';')[0]);
  const { seq } = await bea.call(workspace.id, 'files.create', { path: 'bea.txt', text: 'hi\n' });
  const [event] = (await workspace.events(seq)).filter((each) => each.seq === seq);
  assert.equal(event.actor, 'user:Bea');
  const line = JSON.stringify(await workspace.events());
  assert.ok(!line.includes(secret) && !line.includes('p_'), 'the log knows the name alone');
});

test('secrets are kept as hashes, in a file of the owner alone', async () => {
  const { secret } = await invite(server, { role: 'viewer' });
  const file = path.join(server.data, 'node', 'people.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.ok(!readFileSync(file, 'utf8').includes(secret));
});

test('names are unique for ever, and nobody has an agent’s or the owner’s', async () => {
  const { secret } = await invite(server, { role: 'viewer', uses: 20 });
  assert.equal((await tryJoin(server, secret, 'Carl')).status, 200);
  for (const name of ['Carl', 'carl', 'CARL', 'claude', 'Claude', 'owner', 'system', 'all']) {
    assert.equal((await tryJoin(server, secret, name)).status, 409, name);
  }
  for (const name of ['', ' ', '-a', 'a b', 'user:x', 'zoë', 'x'.repeat(33), 'a\n']) {
    assert.equal((await tryJoin(server, secret, name)).status, 400, JSON.stringify(name));
  }
  const { people } = (await request(server, 'GET', '/people')).json;
  const carl = people.find(({ name }) => name === 'Carl');
  assert.equal((await request(server, 'DELETE', `/people/${carl.id}`)).status, 204);
  assert.equal((await tryJoin(server, secret, 'Carl')).status, 409, 'the log’s Carl stays one');
});

test('an invitation that is taken back lets nobody in', async () => {
  const { secret, id } = await invite(server, { role: 'viewer' });
  assert.equal((await request(server, 'DELETE', `/invitations/${id}`)).status, 204);
  assert.equal((await tryJoin(server, secret, 'Dora')).status, 404);
  assert.equal((await request(server, 'DELETE', `/invitations/${id}`)).status, 404);
});

test('an invitation to a workspace in the trash waits until that is back', async () => {
  const other = await Workspace.provision(server);
  const { secret, id } = await invite(server, { role: 'viewer', workspace: other.id });
  const listed = async () =>
    (await request(server, 'GET', '/invitations')).json.invitations.some((each) => each.id === id);
  assert.ok(await listed());
  await request(server, 'DELETE', `/workspaces/${other.id}`);
  assert.ok(!(await listed()));
  const look = () => request(server, 'POST', '/join/look', { token: null, data: { secret } });
  for (const refusal of [await look(), await tryJoin(server, secret, 'Early')]) {
    assert.equal(refusal.status, 404);
    assert.match(refusal.json.detail, /workspace of this invitation is gone/);
  }
  await request(server, 'POST', `/workspaces/${other.id}/undelete`);
  assert.ok(await listed());
  assert.equal((await look()).status, 200);
  assert.equal((await tryJoin(server, secret, 'Early')).status, 200);
});

test('what makes no sense is no invitation', async () => {
  for (const data of [
    {},
    { role: 'king' },
    { role: 'viewer', uses: 0 },
    { role: 'viewer', uses: 101 },
    { role: 'viewer', expires_in_s: 1 },
    { role: 'viewer', expires_in_s: 31 * 86_400 },
    { role: 'viewer', workspace: 3 },
    { role: 'owner', workspace: workspace.id },
    { role: 'viewer', wat: 1 },
  ]) {
    const answer = await request(server, 'POST', '/invitations', { data });
    assert.equal(answer.status, 400, JSON.stringify(data));
    assert.ok(answer.json.detail);
  }
  const nowhere = { role: 'viewer', workspace: 'w_00000000000000000000' };
  assert.equal((await request(server, 'POST', '/invitations', { data: nowhere })).status, 404);
});

test('whoever guesses is stopped, and whoever sends much is not read', async () => {
  const own = await Server.start();
  try {
    const statuses = [];
    for (let i = 0; i < 12; ++i) {
      statuses.push((await tryJoin(own, String(i).repeat(64), 'Eve')).status);
    }
    assert.deepEqual(statuses.slice(0, 10), Array(10).fill(404));
    assert.deepEqual(statuses.slice(10), [429, 429]);
  } finally {
    await own.stop();
  }
  const big = JSON.stringify({ secret: 'x'.repeat(5_000), name: 'Eve' });
  const answer = await request(server, 'POST', '/join', { token: null, body: big });
  assert.equal(answer.status, 413);
});

test('another site’s page cannot join', async () => {
  const { secret } = await invite(server, { role: 'viewer' });
  const answer = await request(server, 'POST', '/join', {
    token: null,
    headers: { Origin: 'https://evil.example' },
    data: { secret, name: 'Mallory' },
  });
  assert.equal(answer.status, 403);
});

test('a made-up or changed cookie is nobody', async () => {
  const bea = await guest('editor');
  const [name, value] = bea.cookie.split('=');
  const [id, expiry, signature] = value.split('.');
  for (const forged of [
    `${id}.${Number(expiry) + 1}.${signature}`,
    `p_00000000000000000000.${expiry}.${signature}`,
    `${expiry}.${signature}`,
    `${id}.${expiry}`,
    `${id}..${signature}`,
    `.${expiry}.${signature}`,
    `${id}.${expiry}.${signature.slice(0, -1)}`,
  ]) {
    const options = { token: null, headers: { Cookie: `${name}=${forged}` } };
    assert.equal((await request(server, 'GET', '/me', options)).status, 401, forged);
  }
  assert.equal((await bea.http('GET', '/me')).json.role, 'editor');
});

test('people outlive the server, and so does their removal', async () => {
  const own = await Server.start();
  const ids = async () =>
    (await request(own, 'GET', '/people')).json.people.map(({ name }) => name);
  try {
    const fay = await Guest.join(own, 'Fay', { role: 'viewer' });
    const gus = await Guest.join(own, 'Gus', { role: 'viewer' });
    const { people } = (await request(own, 'GET', '/people')).json;
    await request(own, 'DELETE', `/people/${people[1].id}`);
    await own.kill();
    await own.start();
    assert.deepEqual(await ids(), ['Fay']);
    assert.equal((await fay.http('GET', '/me')).status, 200);
    assert.equal((await gus.http('GET', '/me')).status, 401);
  } finally {
    await own.stop();
  }
});

test('who is removed is shown out of an open connection, and cannot come back', async () => {
  const hal = await guest('editor');
  const socket = await hal.open(workspace.id);
  await socket.attach();
  const { people } = (await request(server, 'GET', '/people')).json;
  const { id } = people.find(({ name }) => name === hal.me.name);
  assert.equal((await request(server, 'DELETE', `/people/${id}`)).status, 204);
  assert.equal(await socket.closed, 1008);
  await assert.rejects(hal.open(workspace.id), (error) => error.status === 401);
  assert.equal((await hal.http('POST', `/workspaces/${workspace.id}/rpc`)).status, 401);
});

const idOf = async (name, on = server) => {
  const { people } = (await request(on, 'GET', '/people')).json;
  return people.find((each) => each.name === name).id;
};
const giveRole = (id, role, as = { http: (...rest) => request(server, ...rest) }) =>
  as.http('PATCH', `/people/${id}`, { data: { role } });

test('another role counts at once, in what is open too, and outlives the server', async () => {
  const own = await Server.start();
  try {
    const there = await Workspace.provision(own);
    const nia = await Guest.join(own, 'Nia', { role: 'viewer', workspace: there.id });
    const socket = await nia.open(there.id);
    const { you } = await socket.attach();
    await socket.call('presence.set', { path: 'a.txt' });
    const watching = await there.open();
    await watching.attach();
    const shownAs = () =>
      watching.notifications
        .filter(({ method, params }) => method === 'presence' && params.people)
        .at(-1)
        ?.params.people.find(({ name }) => name === 'Nia');
    await refused(socket.call('files.create', { path: 'n.txt', text: 'n\n' }), 'denied');

    const owner = { http: (...rest) => request(own, ...rest) };
    const id = await idOf('Nia', own);
    const answer = await giveRole(id, 'editor', owner);
    assert.equal(answer.status, 200, answer.text);
    assert.deepEqual([answer.json.role, answer.json.role_by], ['editor', 'user:owner']);
    const told =
      (role) =>
      ({ method, params }) =>
        method === 'you' && params.role === role;
    const heard = await socket.waitFor(
      () => socket.notifications.find(told('editor')),
      'the new role',
    );
    assert.deepEqual(heard.params, { ...you, role: 'editor' });
    await socket.call('files.create', { path: 'n.txt', text: 'n\n' });
    await nia.call(there.id, 'files.create', { path: 'm.txt', text: 'm\n' });
    await watching.waitFor(() => shownAs()?.role === 'editor', 'the others see the role');
    assert.equal(shownAs().path, 'a.txt', 'and still where she looks');

    await own.kill();
    await own.restart();
    assert.equal((await nia.http('GET', '/me')).json.role, 'editor');
    const again = await nia.open(there.id);
    assert.equal((await again.attach()).you.role, 'editor');
    assert.equal((await giveRole(id, 'viewer', owner)).status, 200);
    await again.waitFor(() => again.notifications.find(told('viewer')), 'she is a viewer again');
    await refused(again.call('files.create', { path: 'o.txt', text: 'o\n' }), 'denied');
    assert.equal((await nia.http('GET', '/me')).json.role, 'viewer');
    const { people } = (await request(own, 'GET', '/people')).json;
    assert.equal(people[0].role_by, 'user:owner');
    assert.ok(Date.parse(people[0].role_at) >= Date.parse(people[0].joined_at));
  } finally {
    await own.stop();
  }
});

test('roles are an owner’s to give, and an owner is always left', async () => {
  const oda = await Guest.join(server, 'Oda', { role: 'owner' });
  const pia = await Guest.join(server, 'Pia', { role: 'owner' });
  const [ida, ipa] = [await idOf('Oda'), await idOf('Pia')];
  const own = await giveRole(ida, 'viewer', oda);
  assert.equal(own.status, 403, own.text);
  assert.match(own.json.detail, /own role/);
  assert.equal((await giveRole(ida, 'owner', oda)).status, 200, 'what she is already');
  assert.equal((await giveRole(ipa, 'editor', oda)).status, 200);
  assert.equal((await giveRole(ida, 'editor', pia)).status, 403, 'she is no owner any more');
  assert.equal((await pia.http('GET', '/people')).status, 403);
  assert.equal((await giveRole(ipa, 'owner', oda)).status, 200);
  assert.equal((await pia.http('GET', '/people')).status, 200);

  const one = await guest('editor');
  const id = await idOf(one.me.name);
  const whole = await giveRole(id, 'owner');
  assert.equal(whole.status, 400, 'who is let into one workspace is no owner of all');
  assert.ok(whole.json.hint);
  assert.equal((await one.http('GET', '/me')).json.role, 'editor');
  for (const data of [{}, { role: 'king' }, { role: 7 }, { role: 'viewer', name: 'x' }, []]) {
    const answer = await request(server, 'PATCH', `/people/${id}`, { data });
    assert.equal(answer.status, 400, JSON.stringify(data));
  }
  assert.equal((await giveRole('p_none', 'viewer')).status, 404);
  assert.equal((await request(server, 'DELETE', `/people/${id}`)).status, 204);
  assert.equal((await giveRole(id, 'viewer')).status, 404, 'who was removed');
});

test('who is invited to one workspace knows no other', async () => {
  const other = await Workspace.provision(server, { kind: 'empty' }, 'secret plans');
  const ida = await guest('editor');
  const { workspaces } = (await ida.http('GET', '/workspaces')).json;
  assert.deepEqual(
    workspaces.map(({ id }) => id),
    [workspace.id],
  );
  const call = { data: { jsonrpc: '2.0', id: 1, method: 'files.tree', params: {} } };
  assert.equal((await ida.http('GET', `/workspaces/${other.id}`)).status, 403);
  assert.equal((await ida.http('POST', `/workspaces/${other.id}/rpc`, call)).status, 403);
  await assert.rejects(ida.open(other.id), (error) => error.status === 403);
  const jan = await Guest.join(server, 'Jan', { role: 'viewer' });
  assert.equal((await jan.http('GET', `/workspaces/${other.id}`)).status, 200, 'invited to all');
});

/// What a viewer may call; a method that is added here must change nothing.
const kShows = `agents.list approvals.check approvals.get_policy approvals.list checkpoints.list
  cost.summary documents.close documents.open documents.pull files.bytes files.history
  files.read files.tree instructions.list locks.list messages.image messages.list presence.list
  presence.set search.text sql.cancel sql.query tasks.answers tasks.changes tasks.get
  tasks.list terminal.list timeline.at timeline.density timeline.file_at
  timeline.range workspace.attach worktrees.diff worktrees.list`.split(/\s+/);

test('no method beyond its role is open to a viewer or an editor', async () => {
  const { methods } = (await request(server, 'GET', '/openrpc.json')).json;
  const viewer = await guest('viewer');
  const editor = await guest('editor');
  const rank = { viewer: 0, editor: 1, owner: 2 };
  const shows = methods.filter((method) => method['x-role'] === 'viewer').map(({ name }) => name);
  assert.deepEqual(shows.sort(), kShows.sort());
  assert.ok(methods.length > 70);
  for (const who of [viewer, editor]) {
    for (const method of methods) {
      const denied = rank[who.me.role] < rank[method['x-role']];
      const why = await who.call(workspace.id, method.name).then(
        () => undefined,
        (error) => error,
      );
      const what = `${method.name} by ${who.me.role}`;
      assert.equal(why?.kind === 'denied' && /may not call/.test(why.message), denied, what);
      if (denied) assert.match(why.hint, /invite/, what);
    }
  }
  for (const name of ['cost.set_budget', 'approvals.set_policy', 'secrets.set', 'mcp.set_server']) {
    assert.equal(methods.find((method) => method.name === name)['x-role'], 'owner', name);
  }
});

test('no route beyond its role is open to a viewer or an editor', async () => {
  const { paths } = (await request(server, 'GET', '/openapi.json')).json;
  const rank = { viewer: 0, editor: 1, owner: 2 };
  const viewer = await guest('viewer');
  const editor = await guest('editor');
  let walked = 0;
  for (const [target, operations] of Object.entries(paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      if (operation.security?.length === 0) continue;
      const place = target.replace('{id}', workspace.id);
      for (const who of [viewer, editor]) {
        if (rank[who.me.role] >= rank[operation['x-role']]) continue;
        const answer = await who.http(method.toUpperCase(), place, { data: {} });
        assert.equal(answer.status, 403, `${method} ${target} by ${who.me.role}`);
        assert.match(answer.json.hint, /invite/);
        walked++;
      }
    }
  }
  assert.ok(walked > 30, `${walked} walked`);
  for (const place of ['/mcp', `/workspaces/${workspace.id}/mcp`]) {
    assert.equal((await editor.http('POST', place, { data: {} })).status, 403, place);
  }
});

test('a viewer sees everything and changes nothing', async () => {
  const kim = await guest('viewer');
  const head = await workspace.head();
  const calls = {
    'files.read': { path: 'a.txt' },
    'files.history': { path: 'a.txt' },
    'search.text': { query: 'one' },
    'sql.query': { database: 'sessions', sql: 'SELECT count(*) FROM sessions' },
    'timeline.range': { from: 1, limit: 10 },
    'timeline.at': { seq: 1 },
    'timeline.file_at': { path: 'a.txt', seq: head },
    'tasks.list': {},
    'terminal.list': {},
    'documents.open': { path: 'a.txt', client: 'kim' },
    'presence.list': {},
  };
  for (const [method, params] of Object.entries(calls)) {
    await kim.call(workspace.id, method, params);
  }
  await refused(
    kim.call(workspace.id, 'sql.query', { database: 'sessions', sql: 'DELETE FROM sessions' }),
    ['invalid', 'denied'],
  );
  const lines = { path: 'a.txt', text: 'two\n', base_version: 1 };
  await refused(kim.call(workspace.id, 'files.write', lines), 'denied');
  await refused(kim.call(workspace.id, 'locks.acquire', { path: 'a.txt', mode: 'read' }), 'denied');
  assert.deepEqual(await workspace.changesSince(head), []);
});

test('an owner by invitation may do what the owner may', async () => {
  const lea = await Guest.join(server, 'Lea', { role: 'owner' });
  const made = await lea.http('POST', '/workspaces/provision', { data: { name: 'hers' } });
  assert.equal(made.status, 201, made.text);
  assert.equal((await lea.http('GET', '/people')).status, 200);
  await lea.call(workspace.id, 'cost.set_budget', { scope: 'workspace' });
});

test('people see who is here and where they look, and are forgotten when they go', async () => {
  const own = await Workspace.provision(server);
  const max = await Guest.join(server, 'Max', { role: 'viewer', workspace: own.id });
  const first = await own.open();
  const { you } = await first.attach();
  assert.equal(you.actor, 'user:owner');
  assert.equal(you.role, 'owner');
  const second = await max.open(own.id);
  await second.attach();
  const people = (socket) => {
    const all = socket.notifications.filter(({ method }) => method === 'presence');
    return all.findLast(({ params }) => params.people)?.params.people ?? [];
  };
  await first.waitFor(() => people(first).length === 2, 'both are here');
  await second.waitFor(() => people(second).length === 2, 'who comes sees who is here');
  assert.deepEqual(
    people(first).map(({ name, role }) => [name, role]),
    [
      ['owner', 'owner'],
      ['Max', 'viewer'],
    ],
  );
  await second.call('presence.set', { path: 'a.txt', anchor: 1, head: 3 });
  const { params } = await first.waitFor(
    () => first.notifications.find((each) => each.params?.person?.path === 'a.txt'),
    'where Max looks',
  );
  assert.equal(params.person.name, 'Max');
  assert.deepEqual([params.person.anchor, params.person.head], [1, 3]);
  await second.cut();
  await first.waitFor(() => people(first).length === 1, 'Max is gone');
  for (const bad of [{ path: '../x' }, { anchor: -1 }, { head: 1e12 }]) {
    await refused(first.call('presence.set', bad), ['invalid', 'denied'], JSON.stringify(bad));
  }
  await refused(own.call('presence.set', { path: 'a.txt' }), 'invalid', 'without a socket');
  await first.close();
});
