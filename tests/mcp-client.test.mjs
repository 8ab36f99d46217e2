// Agents use the tools of MCP servers: of programs and over HTTP, of this era and the one before,
// of servers that do what they should and of those that do not.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { HttpServer } from './lib/mcp/http-server.mjs';
import { kNoSdk, kSdkFolder, startSdkServer } from './lib/mcp/sdk.mjs';
import { callsOf, raw, setServer, startStudio } from './lib/mcp/start.mjs';
import { rehearse, say, tool } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kValue = 'tok-canary-5b1e77c0/9+f=';
let studio;
before(async () => {
  studio = await startStudio(undefined, [kSdkFolder]);
});
after(() => studio?.stop());

async function play(workspace, ...steps) {
  const task = await workspace.run('claude', rehearse(...steps, say('done')));
  const events = await workspace.events();
  return { task, events, calls: callsOf(events, task) };
}

async function connected(name = 'raw', server = raw()) {
  const workspace = await Workspace.provision(studio);
  await setServer(workspace, name, server);
  const row = await workspace.call('mcp.connect', { name });
  return { workspace, row };
}

test('an agent calls the tools of a program', async () => {
  const { workspace, row } = await connected();
  assert.equal(row.state, 'ready', JSON.stringify(row.error));
  assert.deepEqual(row.about, { protocol: '2025-11-25', name: 'raw', version: '1' });
  const { task, calls, events } = await play(
    workspace,
    tool('raw__echo', { text: 'hello' }),
    tool('raw__picture', {}),
    tool('raw__fails', {}),
    tool('raw__no_such', {}),
  );
  assert.equal(task.state, 'succeeded', task.error?.message);
  assert.deepEqual(calls[0].output, 'hello\n');
  assert.match(calls[1].output, /^look:\n\[image image\/png, about 300 bytes, not shown\]\n/);
  assert.match(calls[1].output, /\[resource test:\/\/a\]\ninside\n$/);
  assert.deepEqual([calls[2].ok, calls[2].output], [false, 'it did not work\n']);
  assert.equal(calls[3].ok, false);
  assert.match(calls[3].output, /there is no tool/);
  assert.ok(!events.some(({ type }) => type === 'mcp_unavailable'));
});

test('names are what every vendor takes, each once, in order', async () => {
  const { row } = await connected();
  const names = row.tools.map(({ name }) => name);
  assert.deepEqual(names, [...names].sort());
  assert.equal(new Set(names).size, names.length);
  for (const name of names) assert.match(name, /^raw__[a-zA-Z0-9_-]{1,59}$/);
  const odd = row.tools.filter(({ tool: own }) => own.startsWith('odd'));
  assert.equal(odd.length, 2);
  assert.equal(row.tools.find(({ tool: own }) => own.startsWith('xxx')).name.length, 64);
  assert.deepEqual(row.left_out, [
    'broken: it has no inputSchema',
    'too_large: its inputSchema is too large',
  ]);
});

test('what is too long is cut and can be read on', async () => {
  const { workspace } = await connected();
  const { calls } = await play(workspace, tool('raw__large', {}));
  assert.ok(calls[0].ok);
  assert.ok(calls[0].output.length < 120_000, `${calls[0].output.length}`);
  const [, id] = /read_output\W+id\W+(\w+)/.exec(calls[0].output) ?? [];
  assert.ok(id, calls[0].output.slice(-300));
});

test('a program sees the project, may not write to it, and is one for all tasks', async () => {
  const { workspace } = await connected();
  await workspace.call('files.create', { path: 'README.md', text: 'read me' });
  await play(workspace, tool('raw__echo', { text: '1' }));
  const { calls } = await play(workspace, tool('raw__files', {}));
  const told = JSON.parse(calls[0].output);
  assert.equal(told.seen, 'read me');
  assert.notEqual(told.wrote, 'yes');
  assert.equal(told.starts, 1);
});

test('what a server asks for is refused, but a ping', async () => {
  const { workspace } = await connected();
  const { calls } = await play(workspace, tool('raw__asks', {}));
  assert.deepEqual(JSON.parse(calls[0].output), ['answered', -32601, -32601, -32601]);
});

test('secrets reach the server that is to have them, and nothing else', async () => {
  const workspace = await Workspace.provision(studio);
  const env = { TOKEN: { secret: 'MY_TOKEN' }, PLAIN: 'open' };
  await refused(setServer(workspace, 'raw', { ...raw(), env: { MY_TOKEN: 'x' } }), 'invalid');
  await setServer(workspace, 'raw', { ...raw(), env });
  const row = await workspace.call('mcp.connect', { name: 'raw' });
  assert.equal(row.state, 'failed');
  assert.match(row.error.message, /no secret MY_TOKEN/);
  await workspace.call('secrets.set', { name: 'MY_TOKEN', value: kValue });
  const { calls, events } = await play(workspace, tool('raw__environment', {}));
  const told = JSON.parse(calls[0].output);
  assert.equal(told.TOKEN, '[secret MY_TOKEN]');
  assert.equal(told.PLAIN, 'open');
  for (const name of Object.keys(told)) assert.doesNotMatch(name, /API_KEY|CODITECT/);
  assert.ok(!JSON.stringify(events).includes(kValue));
  assert.ok(!studio.log.join('\n').includes(kValue));
  const { servers } = await workspace.call('mcp.servers');
  assert.deepEqual(servers[0].server.env, env);
  // One that refuses to start and says so does not tell it either.
  await setServer(workspace, 'raw', { ...raw('refuses'), env });
  const failed = await workspace.call('mcp.connect', { name: 'raw' });
  assert.match(failed.error.message, /exit code 3.*I will not start: \[secret/s);
});

test('two workspaces do not share a server', async () => {
  const one = await connected();
  const other = await Workspace.provision(studio);
  assert.deepEqual(await other.call('mcp.servers'), { servers: [] });
  const { calls } = await play(other, tool('raw__echo', { text: 'x' }));
  assert.match(calls[0].output, /there is no tool/);
  await setServer(other, 'raw', raw());
  await other.call('mcp.connect', { name: 'raw' });
  for (const workspace of [one.workspace, other]) {
    const { calls: told } = await play(workspace, tool('raw__files', {}));
    assert.equal(JSON.parse(told[0].output).starts, 1);
  }
});

test('a call waits for a person where the workspace says so', async () => {
  const { workspace } = await connected();
  await workspace.call('approvals.set_policy', { mode: 'ask' });
  const check = (name) => workspace.call('approvals.check', { tool: name, input: {} });
  assert.equal((await check('raw__echo')).decision, 'ask', 'the hint of the server counts nothing');
  const { tasks } = await workspace.call('tasks.submit', {
    agent: 'claude',
    prompt: rehearse(
      tool('raw__echo', { text: 'a' }),
      tool('raw__echo', { text: 'b' }),
      say('done'),
    ),
  });
  for (const decision of ['allow', 'deny']) {
    const asked = await eventually(async () => {
      const { approvals } = await workspace.call('approvals.list');
      return approvals[0];
    });
    assert.equal(asked.tool, 'raw__echo');
    await workspace.call('approvals.answer', { id: asked.id, decision });
    await eventually(async () => {
      const { approvals } = await workspace.call('approvals.list');
      return approvals.every(({ id }) => id !== asked.id);
    });
  }
  await workspace.finished(tasks);
  const calls = callsOf(await workspace.events(), tasks[0]);
  assert.deepEqual(
    calls.map(({ ok }) => ok),
    [true, false],
  );
});

test('rules are about the names that agents see, and a person says what only reads', async () => {
  const { workspace } = await connected('raw', { ...raw(), read_only: ['echo'] });
  const rules = (...all) => workspace.call('approvals.set_policy', { rules: all });
  const check = async (name) =>
    (await workspace.call('approvals.check', { tool: name, input: {} })).decision;
  await workspace.call('approvals.set_policy', { mode: 'read-only' });
  assert.equal(await check('raw__echo'), 'allow');
  assert.equal(await check('raw__fails'), 'deny');
  await rules({ tool: 'raw__*', decision: 'allow' }, { tool: 'raw__dies', decision: 'deny' });
  assert.equal(await check('raw__fails'), 'allow');
  assert.equal(await check('raw__dies'), 'deny');
  await refused(rules({ tool: 'other__echo', decision: 'deny' }), 'invalid');
  const { calls } = await play(workspace, tool('raw__dies', {}));
  assert.equal(calls[0].ok, false);
  assert.match(calls[0].output, /rule/);
});

for (const [name, expected] of [
  ['dies', /in the middle|exit code 7/],
  ['huge_line', /line of more than/],
]) {
  test(`a program that breaks fails its call and is started again: ${name}`, async () => {
    const { workspace } = await connected();
    const { calls } = await play(
      workspace,
      tool(`raw__${name}`, {}),
      tool('raw__echo', { text: 'again' }),
    );
    assert.equal(calls[0].ok, false);
    assert.match(calls[0].output, expected);
    assert.deepEqual([calls[1].ok, calls[1].output], [true, 'again\n']);
  });
}

test('a call that is silent ends at its time, and progress is a sign of life', async () => {
  const { workspace } = await connected('raw', { ...raw(), timeout_s: 2 });
  const { calls } = await play(
    workspace,
    tool('raw__silent', {}),
    tool('raw__working', {}),
    tool('raw__cancelled', {}),
  );
  assert.equal(calls[0].ok, false);
  assert.match(calls[0].output, /did not answer within 2 s/);
  assert.deepEqual([calls[1].ok, calls[1].output], [true, 'worked\n']);
  assert.equal(calls[2].output, '1 cancelled\n');
});

test('a task that is cancelled ends its call', async () => {
  const { workspace } = await connected();
  const { tasks } = await workspace.call('tasks.submit', {
    agent: 'claude',
    prompt: rehearse(tool('raw__silent', {}), say('done')),
  });
  await eventually(async () =>
    (await workspace.events()).some(
      ({ type, data }) => type === 'tool_call' && data.phase === 'started',
    ),
  );
  await workspace.call('tasks.cancel', { id: tasks[0].id });
  const [ended] = await workspace.finished(tasks);
  assert.equal(ended.state, 'cancelled');
  const { calls } = await play(workspace, tool('raw__cancelled', {}));
  assert.equal(calls[0].output, '1 cancelled\n');
});

for (const [name, server, expected] of [
  ['ends', raw('refuses'), /exit code 3/],
  ['speaks no protocol', raw('garbage'), /no messages of the protocol/],
  ['never answers', raw('silent'), /has not started yet/],
  ['is not there', { command: ['no-such-program-at-all'] }, /./],
  ['refuses connections', { url: 'http://127.0.0.1:9/mcp' }, /cannot be reached/],
]) {
  test(`a task begins without a server that ${name}, and says so`, async () => {
    const workspace = await Workspace.provision(studio);
    await setServer(workspace, 'bad', server);
    await setServer(workspace, 'raw', raw());
    await workspace.call('mcp.connect', { name: 'raw' });
    const { task, calls, events } = await play(workspace, tool('raw__echo', { text: 'still' }));
    assert.equal(task.state, 'succeeded');
    assert.equal(calls[0].output, 'still\n');
    const told = events.find(({ type }) => type === 'mcp_unavailable');
    assert.equal(told.task, task.id);
    assert.equal(told.data.servers.length, 1);
    assert.equal(told.data.servers[0].name, 'bad');
    assert.match(told.data.servers[0].error, expected);
  });
}

test('tools that change are offered to the next task', async () => {
  const { workspace, row } = await connected();
  assert.ok(!row.tools.some(({ name }) => name === 'raw__new_one'));
  await play(workspace, tool('raw__changes', {}));
  const { calls } = await play(workspace, tool('raw__new_one', {}));
  assert.equal(calls[0].output, 'I am new\n');
});

test('what a person chose not to offer is not there', async () => {
  const { workspace, row } = await connected('raw', { ...raw(), tools: ['echo'] });
  assert.deepEqual(
    row.tools.map(({ name }) => name),
    ['raw__echo'],
  );
  await setServer(workspace, 'raw', { ...raw(), enabled: false });
  const { calls, events } = await play(workspace, tool('raw__echo', { text: 'x' }));
  assert.match(calls[0].output, /there is no tool/);
  assert.ok(!events.some(({ type }) => type === 'mcp_unavailable'));
  await workspace.call('mcp.remove_server', { name: 'raw' });
  assert.deepEqual(await workspace.call('mcp.servers'), { servers: [] });
  await refused(workspace.call('mcp.remove_server', { name: 'raw' }), 'not_found');
});

test('what is no server is refused', async () => {
  const workspace = await Workspace.provision(studio);
  const set = (server, name = 'a') => setServer(workspace, name, server);
  for (const name of ['', 'A', '1a', 'a_b', 'x'.repeat(25)]) {
    await refused(set(raw(), name), 'invalid', name);
  }
  for (const server of [
    {},
    { command: [] },
    { command: 'sh' },
    { command: ['a'], url: 'http://127.0.0.1/' },
    { command: ['a'], headers: {} },
    { command: ['a'], surprise: true },
    { command: ['a\nb'] },
    { command: ['a'], env: { 'A-B': 'x' } },
    { command: ['a'], timeout_s: 0 },
    { url: 'ftp://example.com' },
    { url: 'https://user:pass@example.com/' },
    { url: 'https://example.com/?key=x' },
    { url: 'https://example.com/', headers: { Authorization: 'Bearer x' } },
    { url: 'https://example.com/', headers: { Host: 'x' } },
    { url: 'http://example.com/', headers: { Authorization: { secret: 'A_TOKEN' } } },
  ]) {
    await refused(set(server), 'invalid', JSON.stringify(server));
  }
  for (let i = 0; i < 16; ++i) await set(raw(), `s${i}`);
  await refused(set(raw(), 'one-more'), 'limit');
});

test('nothing that a repository brings is a server', async () => {
  const workspace = await Workspace.provision(studio);
  const server = { command: 'raw-server.mjs', args: [] };
  for (const path of ['.mcp.json', '.cursor/mcp.json', '.vscode/mcp.json']) {
    const text = JSON.stringify({ mcpServers: { raw: server }, servers: { raw: server } });
    await workspace.call('files.create', { path, text });
  }
  const { calls, events } = await play(workspace, tool('raw__echo', { text: 'x' }));
  assert.match(calls[0].output, /there is no tool/);
  assert.ok(!events.some(({ type }) => type.startsWith('mcp_')));
  assert.deepEqual(await workspace.call('mcp.servers'), { servers: [] });
});

for (const era of ['2026-07-28', '2025-11-25']) {
  test(`an agent calls the tools of a server over HTTP: ${era}`, async (t) => {
    const http = await HttpServer.start(t, { era, token: kValue });
    const workspace = await Workspace.provision(studio);
    await workspace.call('secrets.set', { name: 'A_TOKEN', value: kValue });
    const headers = { Authorization: { secret: 'A_TOKEN', prefix: 'Bearer ' }, 'X-Team': 'blue' };
    await setServer(workspace, 'web', { url: http.url, headers });
    const row = await workspace.call('mcp.connect', { name: 'web' });
    assert.equal(row.state, 'ready', JSON.stringify(row.error));
    assert.equal(row.about.protocol, era);
    const { calls, events } = await play(
      workspace,
      tool('web__echo', { text: 'hello' }),
      tool('web__streamed', {}),
      tool('web__headers', {}),
    );
    assert.deepEqual([calls[0].ok, calls[0].output], [true, 'hello\n']);
    assert.deepEqual([calls[1].ok, calls[1].output], [true, 'streamed\n']);
    assert.match(calls[2].output, /"authorization":"Bearer \[secret A_TOKEN\]"/);
    assert.match(calls[2].output, /"x-team":"blue"/);
    assert.ok(!JSON.stringify(events).includes(kValue));
  });
}

test('a session that a server has forgotten is begun again', async (t) => {
  const http = await HttpServer.start(t, { era: '2025-11-25' });
  const { workspace } = await connected('web', { url: http.url });
  await play(workspace, tool('web__echo', { text: 'one' }));
  http.forgetSessions();
  const { calls } = await play(workspace, tool('web__echo', { text: 'two' }));
  assert.deepEqual([calls[0].ok, calls[0].output], [true, 'two\n']);
});

for (const kind of ['stdio', 'HTTP']) {
  test(`servers made with the official SDK: ${kind}`, { skip: kNoSdk }, async (t) => {
    const server =
      kind === 'stdio' ? { command: ['sdk-stdio.mjs'] } : { url: await startSdkServer(t) };
    const { workspace, row } = await connected('sdk', server);
    assert.equal(row.state, 'ready', JSON.stringify(row.error));
    assert.deepEqual(row.about, { protocol: '2025-11-25', name: 'sdk', version: '1' });
    const { calls } = await play(
      workspace,
      tool('sdk__add', { a: 2, b: 3 }),
      tool('sdk__add', { a: 'two' }),
      tool('sdk__whoami', {}),
    );
    assert.deepEqual([calls[0].ok, calls[0].output], [true, '5\n']);
    assert.equal(calls[1].ok, false);
    assert.match(calls[1].output, /[Ii]nvalid/);
    assert.match(calls[2].output, /does not support|not declared/);
  });
}
