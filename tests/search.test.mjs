// Finding things: lines of files, what was said and done, and passages by what they are about.

import assert from 'node:assert/strict';
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';
import { test } from 'node:test';

import { sha256 } from './lib/log.mjs';
import { pause, readFile, rehearse, runCommand, say, tool, writeFile } from './lib/rehearsal.mjs';
import { refused } from './lib/rpc.mjs';
import { Server, temporaryFolder } from './lib/server.mjs';
import { eventually, Workspace } from './lib/workspace.mjs';

const kProse = {
  'locks.md': 'Locks are taken in a table.\nA lock has a token, and tokens only rise.\n',
  'parser.md': 'The parser reads numbers and words.\nIt fails on an unclosed bracket.\n',
  'colours.md': 'Red, green and blue are mixed.\nThe palette has sixteen of them.\n',
};

async function provisioned(t, options = {}) {
  const server = await Server.start(t, options);
  const workspace = await Workspace.provision(server);
  for (const [name, text] of Object.entries(kProse)) await workspace.create(name, text);
  return { server, workspace };
}

const inLog = async (workspace, query, more = {}) => {
  const found = await workspace.call('search.text', { query, in: ['log'], ...more });
  assert.deepEqual(found.matches, []);
  return found;
};

test('what people and agents said and did is found beside the lines of files', async (t) => {
  const { server, workspace } = await provisioned(t);
  const marked = (text) => `quokka ${text}`;
  const prompt = rehearse(
    writeFile('made.txt', `${marked('edited')}\n`),
    runCommand(`echo ${marked('printed')}`),
    say(marked('spoken')),
  );
  const task = await workspace.run('claude', `${marked('wanted')}\n${prompt}`);
  const both = await workspace.call('search.text', { query: 'quokka', in: ['files', 'log'] });
  assert.deepEqual(both.matches, [{ path: 'made.txt', line: 1, text: 'quokka edited' }]);
  assert.equal(both.truncated, false);
  const events = await workspace.events();
  for (const hit of both.log) {
    const event = events[hit.seq - 1];
    assert.equal(event.type, hit.type);
    assert.equal(event.actor, hit.actor);
    assert.equal(event.ts, hit.ts);
    assert.match(hit.excerpt, /quokka/);
  }
  const types = new Set(both.log.map(({ type }) => type));
  assert.deepEqual([...types].sort(), ['agent_message', 'file_edit', 'task_queued', 'tool_call']);
  const one = async (query) => (await inLog(workspace, query)).log;
  const [spoken] = await one('"quokka spoken" -');
  assert.equal(spoken.type, 'agent_message', 'the shortest text with the words comes first');
  assert.equal(spoken.actor, 'agent:claude');
  const edits = (await one('quokka edited')).filter(({ type }) => type === 'file_edit');
  assert.equal(edits.length, 1);
  assert.equal(edits[0].path, 'made.txt');
  assert.equal(edits[0].task, task.id);
  assert.deepEqual(await one('"edited quokka"'), [], 'a phrase stands together');

  // A rebuilt database says the same.
  const before = await inLog(workspace, 'quokka');
  const databases = path.join(workspace.folder(), 'databases');
  await server.stop();
  for (const name of readdirSync(databases)) {
    if (name.startsWith('workspace_idx')) rmSync(path.join(databases, name));
  }
  await server.start();
  await workspace.call('files.create', { path: 'later.txt', text: 'numbat\n' });
  assert.deepEqual(await inLog(workspace, 'quokka'), before);
  assert.equal((await one('numbat')).length, 1);
});

test('whatever is typed gives an answer, and limits hold', async (t) => {
  const { workspace } = await provisioned(t);
  for (const query of ['"', 'a AND', 'NEAR(', '*', '^x', 'a:b', '{}', "'", 'NOT', '(', '\\', '-']) {
    await inLog(workspace, query);
  }
  for (let index = 0; index < 5; ++index) await workspace.create(`w${index}.txt`, 'wombat\n');
  const few = await inLog(workspace, 'wombat', { limit: 3 });
  assert.equal(few.log.length, 3);
  assert.equal(few.log_truncated, true);
  assert.equal((await inLog(workspace, 'wombat', { limit: 5 })).log_truncated, false);
  const files = await workspace.call('search.text', { query: 'wombat', glob: 'w1*' });
  assert.equal(files.matches.length, 1);
  assert.equal(files.log, undefined, 'who does not ask for the log gets files alone');
  await refused(workspace.call('search.text', { query: 'x', in: [] }), 'invalid');
  await refused(workspace.call('search.text', { query: 'x', in: ['mail'] }), 'invalid');
  await refused(workspace.call('search.text', { query: '(', in: ['files'] }), 'invalid');
});

test('agents search the log too', async (t) => {
  const { workspace } = await provisioned(t);
  await workspace.call('messages.send', { to: ['kimi'], text: 'The bilby is ready.' });
  const task = await workspace.run(
    'claude',
    rehearse(tool('search', { query: 'bilby ready', in: 'log' }), say('found')),
  );
  const [result] = (await workspace.events()).filter(
    (event) => event.task === task.id && event.data.phase === 'finished',
  );
  assert.equal(result.data.ok, true);
  assert.match(result.data.output, /user:owner .*: The bilby is ready\./);
});

test('without embeddings the words of the query decide, and the answer says so', async (t) => {
  const { workspace } = await provisioned(t);
  const found = await workspace.call('search.semantic', { query: 'where is a lock taken?' });
  assert.equal(found.mode, 'lexical');
  assert.match(found.note, /\[embeddings\]/);
  assert.equal(found.index, undefined);
  assert.equal(found.matches[0].path, 'locks.md');
  assert.equal(found.matches[0].from_line, 1);
  assert.equal(found.matches[0].text, kProse['locks.md']);
  const one = await workspace.call('search.semantic', { query: 'the lock parser', limit: 1 });
  assert.equal(one.matches.length, 1);
  assert.deepEqual((await workspace.call('search.semantic', { query: 'xyzzy' })).matches, []);
  await refused(workspace.call('search.semantic', { query: ' ' }), 'invalid');
  await refused(workspace.call('search.semantic', { query: '?!' }), 'invalid');
  await refused(workspace.call('search.semantic', { query: 'a'.repeat(9000) }), 'limit');
  await refused(workspace.call('search.semantic', { query: 'a', limit: 51 }), 'invalid');
});

function configured(embeddings, options = {}) {
  const folder = temporaryFolder();
  const lines = Object.entries(embeddings).map(
    ([key, value]) => `${key} = ${JSON.stringify(value)}`,
  );
  writeFileSync(path.join(folder, 'coditect.toml'), `[embeddings]\n${lines.join('\n')}\n`);
  return { folder, ...options };
}

const indexed = (workspace, files) =>
  eventually(async () => {
    const found = await workspace.call('search.semantic', { query: 'lock' });
    const { index } = found;
    const ready = index.state === 'ready' && index.files === files && index.files_total === files;
    return ready && found;
  }, `${files} files are indexed`);

test('embeddings find what a text is about, follow the files, and cost what they cost', async (t) => {
  const settings = { base_url: 'http://unused/v1', model: 'e5', usd_per_million_tokens: 0.5 };
  const { server, workspace } = await provisioned(t, configured(settings));
  await indexed(workspace, 3);
  const ask = (query) => workspace.call('search.semantic', { query });
  const found = await ask('tokens of a lock');
  assert.equal(found.mode, 'semantic');
  assert.equal(found.note, undefined);
  assert.equal(found.index.model, 'e5');
  assert.equal(found.matches[0].path, 'locks.md');
  assert.equal(found.matches[0].text, kProse['locks.md']);
  assert.ok(found.matches[0].score > found.matches[1].score);

  const costs = await workspace.call('cost.summary', { by: 'agent' });
  const row = costs.rows.find(({ key }) => key === 'embeddings');
  assert.ok(row.cost_usd > 0, 'what was embedded is in the cost view');
  assert.equal(row.unpriced_calls, 0);
  assert.ok(Math.abs(row.cost_usd - (row.input * 0.5) / 1e6) < 1e-9);

  // Content decides: a move embeds nothing, an edit one file, what is gone is not found.
  const calls = async () => {
    const events = await workspace.events();
    return events.filter(({ type }) => type === 'usage_recorded').length;
  };
  await workspace.call('files.move', { path: 'locks.md', to: 'docs/moved.md' });
  await eventually(
    async () => (await ask('tokens of a lock')).matches[0].path === 'docs/moved.md',
    'the moved file is found',
  );
  await workspace.write('parser.md', 'Every kangaroo hops.\n');
  await eventually(
    async () => (await ask('kangaroo hops')).matches[0].path === 'parser.md',
    'the edited file is found',
  );
  await workspace.call('files.remove', { path: 'colours.md' });
  const { index } = await indexed(workspace, 2);
  assert.equal(index.passages, 2, 'what no file has any more is not kept');
  const paths = (await ask('red green blue palette')).matches.map((match) => match.path);
  assert.ok(!paths.includes('colours.md'));

  // After a restart the store is as it was: nothing but queries is embedded.
  await server.restart();
  const before = await calls();
  await indexed(workspace, 2);
  const queries = (await calls()) - before;
  const again = await ask('kangaroo hops');
  assert.equal(again.matches[0].path, 'parser.md');
  assert.equal(await calls(), before + queries + 1);
});

test('a killed server goes on with what was embedded; ignored files are left out', async (t) => {
  const { server, workspace } = await provisioned(
    t,
    configured({ base_url: 'http://unused/v1', model: 'e5' }),
  );
  await workspace.create('.gitignore', 'secret/\n');
  await workspace.create('secret/plan.md', 'The secret lock plan.\n');
  await workspace.create('picture.md', 'a\n'.repeat(300));
  await indexed(workspace, 5);
  await server.kill();
  await server.start();
  const { matches } = await indexed(workspace, 5);
  assert.ok(matches.length > 0);
  assert.ok(matches.every((match) => !match.path.startsWith('secret/')));
  const costs = await workspace.call('cost.summary', { by: 'agent' });
  const row = costs.rows.find(({ key }) => key === 'embeddings');
  assert.equal(row.cost_usd, null, 'without a price nobody says that it was free');
  assert.equal(row.unpriced_calls, row.calls);
});

/// An endpoint that does what `answer(request, body)` says: {status, data}.
async function endpoint(t, answer) {
  const asked = [];
  const server = http.createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += chunk));
    request.on('end', () => {
      asked.push({ headers: request.headers, url: request.url, body: JSON.parse(body) });
      const { status, data } = answer(asked.length, JSON.parse(body));
      response.writeHead(status, { 'Content-Type': 'application/json' });
      response.end(JSON.stringify(data));
    });
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return { asked, url: `http://127.0.0.1:${server.address().port}/v1` };
}

const flat = ({ input, dimensions }) => ({
  status: 200,
  data: {
    data: input.map((text, index) => ({ index, embedding: Array(dimensions).fill(text.length) })),
    usage: { prompt_tokens: 1 },
  },
});
const kKey = 'sk-embed-0123456789abcdef';

test('an endpoint that fails is asked again later, and words are compared meanwhile', async (t) => {
  let broken = true;
  const peer = await endpoint(t, (count, body) => {
    const error = { error: { message: `no room for ${kKey}`, type: 'server_error' } };
    return broken ? { status: 503, data: error } : flat(body);
  });
  const settings = { base_url: peer.url, model: 'm', dimensions: 8, api_key_env: 'EMBED_KEY' };
  const options = configured(settings, { models: 'configured', env: { EMBED_KEY: kKey } });
  const { server, workspace } = await provisioned(t, options);
  const ask = () => workspace.call('search.semantic', { query: 'lock' });
  await eventually(async () => (await ask()).index.state === 'paused', 'the index pauses');
  const found = await ask();
  assert.equal(found.mode, 'lexical');
  assert.equal(found.matches[0].path, 'locks.md');
  assert.match(found.index.error, /no room for \[key\]/);
  assert.deepEqual([...(await workspace.text('locks.md'))].length > 0, true, 'all else goes on');
  broken = false;
  await indexed(workspace, 3);
  assert.equal((await ask()).mode, 'semantic');
  const { headers, url, body } = peer.asked[0];
  assert.equal(headers.authorization, `Bearer ${kKey}`);
  assert.equal(url, '/v1/embeddings');
  assert.equal(body.dimensions, 8);
  assert.equal(JSON.stringify(await workspace.events()).includes(kKey), false);
  assert.equal(server.log.join('\n').includes(kKey), false);

  // It fails again, for a query alone.
  broken = true;
  const lexical = await ask();
  assert.equal(lexical.mode, 'lexical');
  assert.match(lexical.note, /did not answer/);
});

test('another model begins anew', async (t) => {
  const options = configured({ base_url: 'http://unused/v1', model: 'one', dimensions: 16 });
  const { server, workspace } = await provisioned(t, options);
  await indexed(workspace, 3);
  await server.stop();
  const file = path.join(options.folder, 'coditect.toml');
  writeFileSync(file, readFileSync(file, 'utf8').replace('"one"', '"two"'));
  await server.start();
  const found = await indexed(workspace, 3);
  assert.equal(found.index.model, 'two');
  assert.equal(found.mode, 'semantic');
  const events = await workspace.events();
  // The query has one token, the files have more.
  const embedded = events.filter(({ type, data }) => type === 'usage_recorded' && data.input > 9);
  assert.deepEqual([...new Set(embedded.map(({ data }) => data.model))], ['one', 'two']);
});

test('a budget holds for embeddings as for agents', async (t) => {
  const settings = { base_url: 'http://unused/v1', model: 'e5', usd_per_million_tokens: 1000 };
  const server = await Server.start(t, configured(settings));
  const workspace = await Workspace.provision(server);
  await workspace.call('cost.set_budget', { limit_usd: 0.000001 });
  await workspace.create('locks.md', kProse['locks.md']);
  const ask = () => workspace.call('search.semantic', { query: 'lock token' });
  await eventually(async () => (await ask()).index.state === 'paused', 'the index pauses');
  const found = await ask();
  assert.equal(found.mode, 'lexical');
  assert.match(found.index.error, /budget/);
  const costs = await workspace.call('cost.summary', { by: 'agent' });
  assert.equal(costs.total.calls, 0, 'nothing was spent');
});

test('what an output leaves out can be read on, until the task ends', async (t) => {
  const { server, workspace } = await provisioned(t);
  const big = runCommand('seq 1 60000');
  const task = await workspace.run('claude', rehearse(big, say('done')));
  const output = (events, index) =>
    events.filter((event) => event.task && event.data.phase === 'finished').at(index).data.output;
  const cut = output(await workspace.events(), 0);
  const [, id, line] = cut.match(/read_output \{"id":"(o_\w+)","from_line":(\d+)\}/);
  assert.ok(task.id);
  // The name is that of the content, so a task that prints the same can be told it beforehand.
  const read = (from) => tool('read_output', { id, from_line: from });
  await workspace.run('claude', rehearse(big, read(Number(line)), say('done')));
  const rest = output(await workspace.events(), -1);
  assert.ok(rest.startsWith(`${line}\n${Number(line) + 1}\n`), rest.slice(0, 100));
  assert.match(rest, /go on with from_line/);
  // Another task has not made it.
  const other = await workspace.run('claude', rehearse(read(1), say('done')));
  const events = await workspace.events();
  const gone = events.find((event) => event.task === other.id && event.data.phase === 'finished');
  assert.equal(gone.data.ok, false);
  assert.match(gone.data.output, /not kept any more/);
  assert.ok(server);
});

test('after a restart an agent is told that what was kept is gone', async (t) => {
  const { server, workspace } = await provisioned(t);
  const text = Array.from({ length: 60_000 }, (_, index) => `${index + 1}\n`).join('');
  const id = `o_${sha256(text).slice(0, 12)}`;
  const read = tool('read_output', { id, from_line: 30_000 });
  const prompt = rehearse(runCommand('seq 1 60000'), pause(3_000), read, say('done'));
  const [{ id: task }] = await workspace.submit('claude', prompt);
  const outputs = async () =>
    (await workspace.events())
      .filter((event) => event.task === task && event.data.phase === 'finished')
      .map(({ data }) => data.output);
  await eventually(async () => (await outputs()).length === 1, 'the command has ended');
  assert.ok((await outputs())[0].includes(`read_output {"id":"${id}"`));
  await server.kill();
  await server.start();
  await workspace.finished([{ id: task }]);
  const told = await outputs();
  assert.equal(told.length, 2);
  assert.match(told[1], /is not kept any more/);
  assert.match(told[1], /run the command again/);
});

test('an agent begins with a map of the project, which no edit of a file changes', async (t) => {
  const { workspace } = await provisioned(t);
  await workspace.create('src/deep/main.cpp', 'int main() {}\n');
  const begin = async () => {
    const task = await workspace.run('claude', rehearse(readFile('locks.md'), say('done')));
    const turn = (await workspace.events()).find(
      (event) => event.task === task.id && event.type === 'conversation_turn' && event.data.begins,
    );
    return turn.data.turns[0].blocks[0].text;
  };
  const first = await begin();
  assert.match(first, /<workspace>\nThe project has 4 files: Markdown 3, C\+\+ 1\.\n/);
  assert.match(first, /\nsrc\/deep\/main\.cpp\n/);
  await workspace.write('src/deep/main.cpp', 'int main() { return 1; }\n');
  const map = (text) => text.slice(0, text.indexOf('Changed most lately'));
  const second = await begin();
  assert.equal(map(second), map(first), 'the prefix is the same, so vendors can cache it');
  assert.match(second, /Changed most lately: src\/deep\/main\.cpp \(2\)/);
  await workspace.create('another.py', 'x = 1\n');
  assert.match(await begin(), /The project has 5 files: Markdown 3, C\+\+ 1, Python 1\./);
});

test('where the shared context is withheld, an agent gets its task alone', async (t) => {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'coditect.toml'), '[server]\nshared_context = false\n');
  const { workspace } = await provisioned(t, { folder });
  const prompt = rehearse(readFile('locks.md'), say('done'));
  await workspace.run('claude', prompt);
  const turn = (await workspace.events()).find(
    (event) => event.type === 'conversation_turn' && event.data.begins,
  );
  assert.equal(turn.data.turns[0].blocks[0].text, prompt);
});
