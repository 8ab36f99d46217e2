// The six databases are views: whoever deletes them gets them back with the same content.

import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { after, before, test } from 'node:test';

import { refused } from './lib/rpc.mjs';
import { rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

const kDatabases = [
  'sessions',
  'messages',
  'artifacts',
  'parsed_sessions',
  'agent_metrics',
  'workspace_idx',
];
let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
  await workspace.create('a.txt', 'one\n');
  await workspace.write('a.txt', 'two\n');
  await workspace.call('files.move', { path: 'a.txt', to: 'b.txt' }).catch(() => {});
  const { tasks } = await workspace.call('messages.send', { to: ['claude'], text: 'hello there' });
  const steps = [
    { usage: { input: 1200, cache_read: 1000, output: 80 } },
    writeFile('note.txt', 'note\n'),
    say('done'),
  ];
  await workspace.finished([
    ...(tasks ?? []),
    ...(await workspace.submit('gemini', rehearse(...steps))),
  ]);
});
after(() => server?.stop());

const query = (database, sql, more = {}) => workspace.call('sql.query', { database, sql, ...more });

/// Every row of every table of a database. The tables inside a full-text index are its own
/// business: what it finds is compared through the table that it indexes.
async function content(database) {
  const { rows } = await query(
    database,
    "select name, coalesce(sql, '') from sqlite_master where type = 'table' order by name",
  );
  const virtual = rows.filter(([, sql]) => /^create virtual/i.test(sql)).map(([name]) => name);
  const inner = (name) => virtual.some((each) => name.startsWith(`${each}_`));
  const tables = {};
  for (const [name] of rows) {
    if (virtual.includes(name) || inner(name) || name.startsWith('sqlite_')) continue;
    const all = await query(database, `select * from "${name}" order by rowid`).catch(() =>
      query(database, `select * from "${name}" order by 1, 2`),
    );
    assert.equal(all.truncated, false);
    tables[name] = { columns: all.columns, rows: all.rows };
  }
  return tables;
}

/// The content of the six.
async function everything() {
  const all = {};
  for (const database of kDatabases) all[database] = await content(database);
  return all;
}

function removeDatabases() {
  const folder = path.join(workspace.folder(), 'databases');
  const names = readdirSync(folder);
  for (const database of kDatabases) {
    assert.ok(names.includes(`${database}.db`), `${database}.db is in ${names}`);
  }
  for (const name of names) rmSync(path.join(folder, name), { recursive: true });
}

test('the six exist and hold something', async () => {
  for (const [database, tables] of Object.entries(await everything())) {
    const rows = Object.values(tables).reduce((sum, table) => sum + table.rows.length, 0);
    assert.ok(rows > 0, `${database} is empty`);
  }
});

test('deleted while the server is stopped', async () => {
  const head = await workspace.head();
  const earlier = await everything();
  await server.stop();
  removeDatabases();
  await server.start();
  const later = await everything();
  if ((await workspace.head()) === head) assert.deepEqual(later, earlier);
  else assertHasAll(later, earlier);
});

test('deleted while the server runs', async () => {
  const head = await workspace.head();
  const earlier = await everything();
  removeDatabases();
  const later = await everything();
  if ((await workspace.head()) === head) assert.deepEqual(later, earlier);
  else assertHasAll(later, earlier);
  await workspace.create('after.txt', 'after\n');
  assert.match(
    JSON.stringify(await content('workspace_idx')),
    /after\.txt/,
    'and it still follows',
  );
  await server.restart();
  assert.match(JSON.stringify(await content('workspace_idx')), /after\.txt/);
});

/// Every row of `earlier` is in `later`: a stop and a start add to the log. How far a database has
/// come stands in `meta`, and sessions end.
function assertHasAll(later, earlier) {
  for (const database of kDatabases.filter((name) => name !== 'sessions')) {
    for (const [name, { columns, rows }] of Object.entries(earlier[database])) {
      if (name === 'meta') continue;
      assert.deepEqual(later[database][name].columns, columns);
      const has = new Set(later[database][name].rows.map((row) => JSON.stringify(row)));
      const lost = rows.filter((row) => !has.has(JSON.stringify(row)));
      assert.deepEqual(lost, [], `${database}.${name} lost rows`);
    }
  }
}

test('a query reads its own writes', async () => {
  for (let index = 0; index < 20; ++index) {
    await workspace.create(`own/${index}.txt`, `${index}\n`);
    const text = JSON.stringify(await content('workspace_idx'));
    assert.ok(text.includes(`own/${index}.txt`), `own/${index}.txt`);
  }
});

test('queries answer with columns, rows, parameters and a limit', async () => {
  const answer = await query('messages', 'select ?1 as a, ?2 as b', { params: [7, 'seven'] });
  assert.deepEqual(answer.columns, ['a', 'b']);
  assert.deepEqual(answer.rows, [[7, 'seven']]);
  assert.equal(answer.truncated, false);
  assert.equal(typeof answer.elapsed_ms, 'number');
  const many =
    'with recursive n(i) as (select 1 union all select i + 1 from n where i < 500) select i from n';
  const some = await query('messages', many, { limit: 10 });
  assert.equal(some.rows.length, 10);
  assert.equal(some.truncated, true);
});

const kRefused = [
  ['a write', 'sessions', 'delete from sqlite_master', ['denied', 'invalid']],
  ['a table', 'sessions', 'create table evil(a)', ['denied', 'invalid']],
  ['another file', 'sessions', "attach database '/etc/passwd' as other", ['denied', 'invalid']],
  ['a copy to disk', 'sessions', "vacuum into 'stolen.db'", ['denied', 'invalid']],
  ['a library', 'sessions', "select load_extension('evil')", ['denied', 'invalid']],
  ['a setting', 'sessions', 'pragma journal_mode = delete', ['denied', 'invalid']],
  ['two statements', 'sessions', 'select 1; select 2', ['denied', 'invalid']],
  ['no statement', 'sessions', '  ', ['invalid']],
  ['nonsense', 'sessions', 'selekt 1', ['invalid']],
  ['an unknown database', 'passwords', 'select 1', ['not_found', 'invalid']],
  ['a path as a database', '../sessions', 'select 1', ['not_found', 'invalid']],
  [
    'a query without an end',
    'sessions',
    'with recursive n(i) as (select 1 union all select i + 1 from n) select count(*) from n',
    ['limit'],
  ],
];

for (const [name, database, sql, kinds] of kRefused) {
  test(`${name} is refused`, async () => {
    const head = await workspace.head();
    await refused(query(database, sql), kinds, sql);
    assert.deepEqual(await workspace.changesSince(head), []);
    assert.deepEqual(
      (await query('sessions', 'select 1')).rows,
      [[1]],
      'and the next one is served',
    );
  });
}
