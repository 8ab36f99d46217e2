// Queries that are asked for much, stopped, or left by whoever asked.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { refused } from './lib/rpc.mjs';
import { Server } from './lib/server.mjs';
import { Workspace } from './lib/workspace.mjs';

/// Runs until it is stopped, or for the ten seconds that a query has.
const kEndless =
  'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT max(i) FROM n';
const kMany = 'WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n)';

let server;
let workspace;

before(async () => {
  server = await Server.start();
  workspace = await Workspace.provision(server);
});
after(() => server?.stop());

const query = (sql, more = {}) =>
  workspace.call('sql.query', { database: 'artifacts', sql, ...more });

/// Cancels until there was something to cancel.
async function cancel(id) {
  for (;;) {
    const { cancelled } = await workspace.call('sql.cancel', { id });
    if (cancelled) return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

test('a hundred thousand rows come in one answer, and not more', async () => {
  const answer = await query(`${kMany} SELECT i FROM n`, { limit: 100_000 });
  assert.equal(answer.rows.length, 100_000);
  assert.equal(answer.truncated, true);
  assert.deepEqual(answer.rows.at(-1), [100_000]);
  await refused(query('SELECT 1', { limit: 100_001 }), ['invalid']);
});

test('an answer is cut at its bytes', async () => {
  const answer = await query(`${kMany} SELECT hex(zeroblob(100000)) AS x FROM n`, {
    limit: 100_000,
  });
  assert.equal(answer.truncated, true);
  const bytes = JSON.stringify(answer).length;
  assert.ok(bytes > 8 << 20 && bytes < 17 << 20, `${bytes} bytes`);
});

test('stopped by its id, a query ends as cancelled, and its id is free again', async () => {
  const running = refused(query(kEndless, { id: 'q1' }), ['unavailable']);
  await cancel('q1');
  await running;
  assert.deepEqual((await query('SELECT 1', { id: 'q1' })).rows, [[1]]);
  assert.equal((await workspace.call('sql.cancel', { id: 'q1' })).cancelled, false);
});

test('two queries do not have one id; others are not stopped with it', async () => {
  const first = refused(query(kEndless, { id: 'same' }), ['unavailable']);
  const other = query('SELECT 2', { id: 'other' });
  for (;;) {
    try {
      await query('SELECT 1', { id: 'same' });
    } catch (error) {
      assert.match(String(error.message), /under way/);
      break;
    }
  }
  await cancel('same');
  await first;
  assert.deepEqual((await other).rows, [[2]]);
  await refused(query('SELECT 1', { id: 'x'.repeat(101) }), ['invalid']);
});

test('a query whose connection closes is stopped', async () => {
  const stays = query(kEndless, { id: 'stays' }).catch((error) => error);
  const socket = await workspace.open();
  await socket.attach();
  const lost = socket
    .call('sql.query', { database: 'artifacts', sql: kEndless, id: 'left' })
    .catch(() => 'lost');
  const isFree = (id) =>
    query('SELECT 1', { id }).then(
      () => true,
      () => false,
    );
  // Under way is what nobody else may call so.
  while (await isFree('left')) continue;
  await socket.cut();
  await lost;
  while (!(await isFree('left'))) await new Promise((resolve) => setTimeout(resolve, 10));
  // One that began earlier, and whose caller waits, still runs.
  assert.equal(await isFree('stays'), false);
  await cancel('stays');
  await stays;
});
