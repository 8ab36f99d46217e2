// Agents from outside take part in a workspace over MCP: with the official clients of both eras,
// over HTTP and over stdio.

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { test } from 'node:test';

import { rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { eventually, kFinished, Workspace } from './lib/workspace.mjs';
import { installed, kFolder, missing } from './mcp/node.mjs';

const kSkip = missing([
  installed(kFolder, '@modelcontextprotocol', 'sdk', 'package.json'),
  installed(kFolder, '@modelcontextprotocol', 'client', 'package.json'),
]);
const { connect, kWays, use } = kSkip ? { kWays: [] } : await import('./mcp/clients.mjs');
const { assertSchema } = kSkip ? {} : await import('./mcp/schema.mjs');

const kActor = 'agent:test-client';

async function story(t) {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  return { server, workspace };
}

const edits = (events, actor) => {
  return events.filter((event) => event.type === 'file_edit' && event.actor === actor);
};

for (const way of kWays) {
  test(`${way}: a client reads and writes as a participant of its own name`, async (t) => {
    const { server, workspace } = await story(t);
    await workspace.create('a.txt', 'one\ntwo\n');
    const client = await connect(t, server, way, { workspace: workspace.id });
    const { tools } = await client.listTools();
    const names = tools.map((tool) => tool.name);
    for (const name of ['read_file', 'write_file', 'search', 'submit_task', 'query_sql']) {
      assert.ok(names.includes(name), name);
    }
    assert.ok(!names.includes('run_command'), 'its shell is its own');
    const hints = (name) => tools.find((tool) => tool.name === name).annotations;
    assert.equal(hints('search').readOnlyHint, true);
    assert.equal(hints('send_message').readOnlyHint, false);
    assert.equal(hints('send_message').destructiveHint, false);
    assert.equal(hints('write_file').destructiveHint, true);
    const unread = await use(client, 'write_file', { path: 'a.txt', text: 'mine\n' });
    assert.ok(!unread.ok && /you have not read it/.test(unread.text), unread.text);
    assert.equal((await use(client, 'read_file', { path: 'a.txt' })).text, 'one\ntwo\n');
    const written = await use(client, 'write_file', { path: 'a.txt', text: 'mine\n' });
    assert.ok(written.ok, written.text);
    assert.ok((await use(client, 'write_file', { path: 'b/new.txt', text: 'new\n' })).ok);
    assert.equal(await workspace.text('a.txt'), 'mine\n');

    const events = await workspace.events();
    assert.equal(edits(events, kActor).length, 2);
    const locks = events.filter((event) => event.data.holder === kActor).map(({ type }) => type);
    const pair = ['lock_acquired', 'lock_released'];
    // The refused write held the lock too, to look at the file.
    assert.deepEqual(locks, [...pair, ...pair, ...pair]);
    const calls = events.filter((event) => event.type === 'tool_call');
    assert.deepEqual([...new Set(calls.map(({ actor }) => actor))], [kActor]);
    assert.equal(calls.length, 8, 'each call begins and ends');
    assertSchema(events);

    const { resources } = await client.listResources();
    const uri = `coditect://${workspace.id}/files/a.txt`;
    assert.ok(resources.some((resource) => resource.uri === uri));
    const { contents } = await client.readResource({ uri });
    assert.equal(contents[0].text, 'mine\n');
    await assert.rejects(client.readResource({ uri: `${uri}.none` }), /no file/);
    await assert.rejects(client.readResource({ uri: 'file:///etc/passwd' }), /no resource/);
  });
}

test('it cannot get past a lock that a person holds', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.create('a.txt', 'one\n');
  const client = await connect(t, server, 'stateless http', { workspace: workspace.id });
  await use(client, 'read_file', { path: 'a.txt' });
  const lock = await workspace.call('locks.acquire', { path: 'a.txt', mode: 'write' });
  const refused = await use(client, 'edit_file', { path: 'a.txt', old: 'one', new: 'two' });
  assert.ok(!refused.ok && /user:owner/.test(refused.text), refused.text);
  assert.equal(await workspace.text('a.txt'), 'one\n');
  await workspace.call('locks.release', { path: 'a.txt', token: lock.token });
  assert.ok((await use(client, 'edit_file', { path: 'a.txt', old: 'one', new: 'two' })).ok);
});

test('its own lock keeps people and agents away', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.create('src/a.txt', 'one\n');
  const client = await connect(t, server, 'session http', { workspace: workspace.id });
  assert.ok((await use(client, 'lock_files', { path: 'src/' })).ok);
  const { locks } = (await use(client, 'list_locks')).value;
  assert.deepEqual(
    locks.map(({ path: locked, holder }) => [locked, holder]),
    [['src/', kActor]],
  );
  await assert.rejects(workspace.write('src/a.txt', 'theirs\n'), /agent:test-client/);
  assert.ok((await use(client, 'unlock_files', { path: 'src/' })).ok);
  await workspace.write('src/a.txt', 'theirs\n');
});

test('what others changed since it read a file is shown to it', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.create('a.txt', 'one\ntwo\n');
  const client = await connect(t, server, 'stateless http', { workspace: workspace.id });
  await use(client, 'read_file', { path: 'a.txt' });
  await workspace.write('a.txt', 'one\nTWO\n');
  const refused = await use(client, 'write_file', { path: 'a.txt', text: 'ONE\ntwo\n' });
  assert.ok(!refused.ok, refused.text);
  assert.match(refused.text, /changed by user:owner/);
  assert.match(refused.text, /\+TWO/);
  const merged = await use(client, 'edit_file', { path: 'a.txt', old: 'one', new: 'ONE' });
  assert.ok(merged.ok, merged.text);
  assert.equal(await workspace.text('a.txt'), 'ONE\nTWO\n');
});

test('it searches, gives tasks, reads the log, and goes back', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.create('a.txt', 'a needle in hay\n');
  const client = await connect(t, server, 'stateless http', { workspace: workspace.id });
  assert.match((await use(client, 'search', { query: 'needle' })).text, /a\.txt:1/);
  const checkpoint = await use(client, 'create_checkpoint', { label: 'before' });
  const prompt = rehearse(writeFile('b.txt', 'by kimi\n'), say('done'));
  const submitted = await use(client, 'submit_task', { agent: 'kimi', prompt });
  const { id } = submitted.value.tasks[0];
  const task = await eventually(async () => {
    const { value } = await use(client, 'get_task', { id });
    return kFinished.has(value.state) && value;
  }, 'the task ends');
  assert.equal(task.state, 'succeeded');
  const queued = (await workspace.events()).find((event) => event.type === 'task_queued');
  assert.equal(queued.actor, kActor);
  const { rows } = (
    await use(client, 'query_sql', {
      database: 'artifacts',
      sql: 'select path from file_versions where path = ?',
      params: ['b.txt'],
    })
  ).value;
  assert.deepEqual(rows, [['b.txt']]);
  const { events } = (await use(client, 'timeline', { types: ['file_edit'] })).value;
  assert.deepEqual([...new Set(events.map((event) => event.data.path))], ['a.txt', 'b.txt']);
  const log = await client.readResource({ uri: `coditect://${workspace.id}/log?from=1&limit=2` });
  const lines = log.contents[0].text.trim().split('\n').map(JSON.parse);
  assert.deepEqual(
    lines.map(({ seq }) => seq),
    [1, 2],
  );
  const restored = await use(client, 'restore_checkpoint', { id: checkpoint.value.id });
  assert.ok(restored.ok, restored.text);
  await assert.rejects(workspace.text('b.txt'), /no file/);
  assert.ok((await use(client, 'send_message', { to: 'claude', text: 'I went back' })).ok);
  const bad = await use(client, 'query_sql', { database: 'artifacts', sql: 'drop table files' });
  assert.ok(!bad.ok, 'reading only');
  const misspelt = await use(client, 'get_task', { di: id });
  assert.ok(!misspelt.ok && /'id'/.test(misspelt.text), misspelt.text);
  await assert.rejects(use(client, 'no_such_tool'), /Unknown tool/);
});

test('rules and people decide what it may do', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  const client = await connect(t, server, 'stateless http', { workspace: workspace.id });
  await workspace.call('approvals.set_policy', { mode: 'read-only' });
  const denied = await use(client, 'write_file', { path: 'a.txt', text: 'x' });
  assert.ok(!denied.ok && /not allowed/.test(denied.text), denied.text);
  const task = await use(client, 'submit_task', { agent: 'kimi', prompt: 'x' });
  assert.ok(!task.ok && /not allowed/.test(task.text), task.text);
  const rules = [{ path: 'secret/', decision: 'deny' }];
  await workspace.create('secret/a.txt', 'x');
  await workspace.call('approvals.set_policy', { mode: 'ask', rules });
  const secret = { path: 'secret/a.txt' };
  for (const [name, args] of [
    ['read_file', secret],
    ['file_at', { ...secret, seq: await workspace.head() }],
    ['file_history', secret],
  ]) {
    const read = await use(client, name, args);
    assert.ok(!read.ok && /not allowed/.test(read.text), `${name}: ${read.text}`);
  }
  const uri = `coditect://${workspace.id}/files/secret/a.txt`;
  await assert.rejects(client.readResource({ uri }), /not allowed/);
  for (const decision of ['allow', 'deny']) {
    const asked = use(client, 'write_file', { path: `${decision}.txt`, text: 'x' });
    const question = await eventually(async () => {
      return (await workspace.call('approvals.list')).approvals[0];
    }, 'a person is asked');
    assert.equal(question.agent, 'test-client');
    await workspace.call('approvals.answer', { id: question.id, decision });
    assert.equal((await asked).ok, decision === 'allow');
  }
  const stop = new AbortController();
  const left = use(client, 'write_file', { path: 'c.txt', text: 'x' }, { signal: stop.signal });
  left.catch(() => undefined);
  await eventually(async () => {
    return (await workspace.call('approvals.list')).approvals.length === 1;
  }, 'a person is asked again');
  stop.abort();
  await assert.rejects(left);
  await eventually(async () => {
    return (await workspace.call('approvals.list')).approvals.length === 0;
  }, 'nobody is asked for a client that has left');
  await assert.rejects(workspace.text('c.txt'), /no file/);
  assertSchema(await workspace.events());
});

test(
  'a question to a person does not keep the server from stopping',
  { skip: kSkip },
  async (t) => {
    const { server, workspace } = await story(t);
    await workspace.call('approvals.set_policy', { mode: 'ask' });
    const client = await connect(t, server, 'session http', { workspace: workspace.id });
    const asked = use(client, 'write_file', { path: 'a.txt', text: 'x' });
    asked.catch(() => undefined);
    await eventually(async () => {
      return (await workspace.call('approvals.list')).approvals.length === 1;
    }, 'a person is asked');
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
  },
);

test('a workspace that is put to sleep ends what waits in it', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const client = await connect(t, server, 'stateless http', { workspace: workspace.id });
  const asked = use(client, 'write_file', { path: 'a.txt', text: 'x' });
  await eventually(async () => {
    return (await workspace.call('approvals.list')).approvals.length === 1;
  }, 'a person is asked');
  assert.equal((await workspace.http('POST', '/sleep')).status, 200);
  const ended = await asked;
  assert.ok(!ended.ok && /closes/.test(ended.text), ended.text);
});

test('nobody takes the name of an agent of the server', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  const named = { workspace: workspace.id, name: 'claude' };
  const client = await connect(t, server, 'stateless http', named);
  assert.ok((await use(client, 'write_file', { path: 'a.txt', text: 'x' })).ok);
  const target = `/workspaces/${workspace.id}/mcp?agent=reviewer`;
  const second = await connect(t, server, 'session http', { target });
  assert.ok((await use(second, 'write_file', { path: 'b.txt', text: 'x' })).ok);
  const third = { workspace: workspace.id, args: ['--agent', 'third'] };
  assert.ok(
    (
      await use(await connect(t, server, 'session stdio', third), 'write_file', {
        path: 'c.txt',
        text: 'x',
      })
    ).ok,
  );
  const events = await workspace.events();
  const actors = events.filter(({ type }) => type === 'file_edit').map(({ actor }) => actor);
  assert.deepEqual(actors, ['agent:claude-mcp', 'agent:reviewer', 'agent:third']);
});

test('at /mcp a tool is told its workspace', { skip: kSkip }, async (t) => {
  const server = await Server.start(t);
  const first = await Workspace.provision(server, { kind: 'empty' }, 'first');
  const second = await Workspace.provision(server, { kind: 'empty' }, 'second');
  const client = await connect(t, server, 'stateless http', { target: '/mcp' });
  const { workspaces } = (await use(client, 'list_workspaces')).value;
  assert.deepEqual(workspaces.map(({ name }) => name).sort(), ['first', 'second']);
  const by = { path: 'a.txt', text: 'x' };
  assert.ok((await use(client, 'write_file', { ...by, workspace: 'second' })).ok);
  assert.ok((await use(client, 'write_file', { ...by, workspace: first.id })).ok);
  assert.equal(await second.text('a.txt'), 'x');
  const unknown = await use(client, 'write_file', { ...by, workspace: 'third' });
  assert.ok(!unknown.ok && /no workspace/.test(unknown.text));
  assert.ok(!(await use(client, 'write_file', by)).ok);
  const { resources } = await client.listResources();
  assert.equal(resources.length, 2);
});

test('a file that is no text is refused as such', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.create('a b.txt', 'x');
  writeFileSync(path.join(workspace.projects(), 'p.png'), Buffer.from([0x89, 0x50, 0x00, 0xff]));
  const client = await connect(t, server, 'session http', { workspace: workspace.id });
  const uri = `coditect://${workspace.id}/files/p.png`;
  await eventually(async () => {
    return (await client.listResources()).resources.some((resource) => resource.uri === uri);
  }, 'the file is seen');
  await assert.rejects(client.readResource({ uri }), /not text/);
  const spaced = `coditect://${workspace.id}/files/a%20b.txt`;
  assert.equal((await client.readResource({ uri: spaced })).contents[0].text, 'x');
});

/// A port that stays the same while servers come and go behind it.
async function steadyPort(t, server) {
  const open = new Set();
  const listener = net.createServer((client) => {
    const behind = net.connect(Number(new URL(server.url).port), '127.0.0.1');
    for (const [from, to] of [
      [client, behind],
      [behind, client],
    ]) {
      open.add(from);
      from.on('error', () => to.destroy());
      from.on('close', () => to.destroy());
      from.pipe(to);
    }
  });
  await new Promise((resolve) => listener.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    listener.close();
    for (const socket of open) socket.destroy();
  });
  return `http://127.0.0.1:${listener.address().port}`;
}

test('over stdio a session outlives the server', { skip: kSkip }, async (t) => {
  const { server, workspace } = await story(t);
  await workspace.create('a.txt', 'one\n');
  const steady = { url: await steadyPort(t, server), token: server.token };
  const client = await connect(t, steady, 'session stdio', { workspace: workspace.id });
  assert.ok((await use(client, 'read_file', { path: 'a.txt' })).ok);
  await server.stop();
  const gone = use(client, 'read_file', { path: 'a.txt' });
  await assert.rejects(gone, /cannot be reached/);
  await server.start();
  assert.equal((await use(client, 'read_file', { path: 'a.txt' })).text, 'one\n');
});
