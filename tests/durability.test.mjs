// kill -9 at random moments: what was acknowledged, or shown to anybody, is still there.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { coditect } from './lib/command.mjs';
import { assertEditsChain, readArchive, sha256 } from './lib/log.mjs';
import { generator, kSeed } from './lib/random.mjs';
import { pause, rehearse, say, writeFile } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { assertNoGap } from './lib/socket.mjs';
import { Workspace } from './lib/workspace.mjs';

const kKills = Number(process.env.SPINE_KILLS ?? 10);
const kWriters = 3;
const kAliveMsMin = 20;
const kAliveMsMax = 400;

/// Writes files until the server dies; notes in `acknowledged` what was answered.
async function write(workspace, name, acknowledged) {
  for (let count = 0; ; ++count) {
    const path = `${name}/${count}.txt`;
    const text = `${name} ${count}\n${'x'.repeat((count * 97) % 3000)}\n`;
    let answer;
    try {
      answer = await workspace.create(path, text);
    } catch (error) {
      assert.equal(error.kind, undefined, `refused while the server lives: ${error.message}`);
      return;
    }
    acknowledged.push({ path, text, seq: answer.seq });
  }
}

/// One life of the server: writers and a subscriber at work, then kill -9 after `alive_ms`.
async function liveAndDie(server, workspace, life, aliveMs) {
  const acknowledged = [];
  const socket = await workspace.open();
  const { head } = await socket.attach();
  const writers = Array.from({ length: kWriters }, (_, writer) => {
    return write(workspace, `life${life}/writer${writer}`, acknowledged);
  });
  const tasks = await workspace
    .submit(
      'claude',
      rehearse(pause(60), writeFile(`life${life}/agent.txt`, 'agent\n'), say('done')),
    )
    .catch(() => []);
  await new Promise((resolve) => setTimeout(resolve, aliveMs));
  await server.kill();
  await Promise.all(writers);
  await socket.closed;
  assertNoGap(socket.events, head + 1);
  return { acknowledged, seen: socket.events, tasks };
}

/// Everything that one life promised is in the log of the next.
async function assertKept(workspace, { acknowledged, seen }) {
  const log = new Map((await workspace.events()).map((event) => [event.seq, event]));
  for (const event of seen) assert.deepEqual(log.get(event.seq), event, 'an event that was shown');
  for (const { path, text, seq } of acknowledged) {
    const event = log.get(seq);
    assert.ok(event, `seq ${seq} was acknowledged and is gone`);
    assert.equal(event.data.path, path);
    assert.equal(event.data.hash, sha256(text));
  }
  for (const { path, text } of acknowledged.slice(-5)) {
    assert.equal(await workspace.text(path), text);
  }
}

test(`nothing acknowledged is lost by ${kKills} kills`, async (t) => {
  t.diagnostic(`SPINE_SEED=${kSeed} SPINE_KILLS=${kKills}`);
  const random = generator();
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const tasks = [];
  let acknowledged = 0;
  for (let life = 0; life < kKills; ++life) {
    const aliveMs = kAliveMsMin + random() * (kAliveMsMax - kAliveMsMin);
    const promised = await liveAndDie(server, workspace, life, aliveMs);
    const verified = await coditect(['verify', server.data]);
    assert.equal(verified.code, 0, `life ${life}: ${verified.stdout}${verified.stderr}`);
    await server.start();
    await assertKept(workspace, promised);
    acknowledged += promised.acknowledged.length;
    tasks.push(...promised.tasks);
  }
  t.diagnostic(`${acknowledged} writes were acknowledged in ${kKills} lives`);
  assert.ok(acknowledged > kKills, 'the writers had time to write');
  await workspace.finished(tasks);
  const events = await workspace.events();
  assertNoGap(events, 1);
  assertEditsChain(events);
  await server.stop();
  const archived = readArchive(workspace.folder());
  assert.deepEqual(archived.slice(0, events.length), events, 'the archive holds the log');
});

test('a task that was running when the server died runs again', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  const [running] = await workspace.submit(
    'claude',
    rehearse(pause(2000), writeFile('after.txt', 'after\n'), say('done')),
  );
  const [queued] = await workspace.submit(
    'claude',
    rehearse(writeFile('queued.txt', 'q\n'), say('ok')),
  );
  await workspace.inState(running.id, 'running');
  await server.kill();
  await server.start();
  const ended = await workspace.finished([running, queued]);
  assert.deepEqual(
    ended.map(({ state }) => state),
    ['succeeded', 'succeeded'],
  );
  assert.equal(await workspace.text('after.txt'), 'after\n');
  assert.equal(await workspace.text('queued.txt'), 'q\n');
  const events = await workspace.events();
  const requeued = events.find(({ type, task }) => type === 'task_requeued' && task === running.id);
  assert.ok(requeued, 'the log says that it was queued again');
  assert.ok(requeued.data.reason);
});

test('a stop in order loses nothing and exits 0', async (t) => {
  const server = await Server.start(t);
  const workspace = await Workspace.provision(server);
  await workspace.create('kept.txt', 'kept\n');
  const before = await workspace.events();
  const exit = await server.restart();
  assert.deepEqual(exit, { code: 0, signal: null });
  assert.equal(await workspace.text('kept.txt'), 'kept\n');
  assert.deepEqual((await workspace.events()).slice(0, before.length), before);
});

test('two servers do not share one data folder', async (t) => {
  const server = await Server.start(t);
  const other = await coditect(['serve', '--listen', '127.0.0.1:0', '--data', server.data]);
  assert.equal(other.code, 1, other.stderr);
  assert.match(other.stderr, /^coditect: .+/m);
  assert.match(other.stderr, /^hint: .+/m);
});
