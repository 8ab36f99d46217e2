// The stream of events: a client that loses its connection again and again misses nothing.

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';

import { generator, kSeed } from './lib/random.mjs';
import { kAgents, pause, rehearse, say } from './lib/rehearsal.mjs';
import { Server } from './lib/server.mjs';
import { assertNoGap } from './lib/socket.mjs';
import { Workspace } from './lib/workspace.mjs';

const kEvents = 1000;
const kCuts = 10;
const kBatch = 20;
let server;

before(async () => {
  server = await Server.start();
});
after(() => server?.stop());

/// Makes `count` events as fast as they are taken, some at a time.
async function makeEvents(workspace, count, progress) {
  for (let made = 0; made < count; made += kBatch) {
    const calls = Array.from({ length: kBatch }, (_, index) => {
      return ['files.create', { path: `made/${made + index}.txt`, text: `${made + index}\n` }];
    });
    for (const { error } of await workspace.batch(calls)) assert.equal(error, undefined);
    progress.made = made + kBatch;
  }
}

test('1,000 events reach a client that is cut off ten times', async (t) => {
  t.diagnostic(`SPINE_SEED=${kSeed}`);
  const random = generator();
  const workspace = await Workspace.provision(server);
  const start = await workspace.head();
  const progress = { made: 0 };
  const making = makeEvents(workspace, kEvents, progress);
  const seen = [];
  let cuts = 0;
  while (seen.length < kEvents || cuts < kCuts) {
    const socket = await workspace.open();
    await socket.attach({ resume_from: start + seen.length });
    const share = Math.floor(((cuts + random()) * kEvents) / kCuts);
    const enough = cuts < kCuts ? Math.min(share, kEvents) - seen.length : kEvents - seen.length;
    await socket.waitFor(() => socket.events.length >= enough, `${enough} events`);
    await socket.cut();
    assertNoGap(socket.events, start + seen.length + 1);
    assert.deepEqual(
      socket.notifications.filter(({ method }) => method === 'resync'),
      [],
    );
    seen.push(...socket.events);
    cuts++;
  }
  await making;
  assert.ok(cuts >= kCuts);
  const log = await workspace.events(start + 1);
  assert.deepEqual(seen, log.slice(0, seen.length), 'the stream is the log');
});

test('without resume_from the stream begins after the head that attach told', async () => {
  const workspace = await Workspace.provision(server);
  await workspace.create('before.txt', 'before\n');
  const socket = await workspace.open();
  const { head } = await socket.attach();
  await workspace.create('after.txt', 'after\n');
  await socket.waitForEvent(({ data }) => data.path === 'after.txt', 'the change');
  await socket.close();
  assertNoGap(socket.events, head + 1);
});

test('attach tells the whole picture', async () => {
  const workspace = await Workspace.provision(server);
  const { token } = await workspace.call('locks.acquire', {
    path: 'held.txt',
    mode: 'write',
    timeout_ms: 1000,
  });
  const tasks = await workspace.submit('claude', rehearse(pause(3000), say('done')));
  const socket = await workspace.open();
  const picture = await socket.attach();
  assert.equal(picture.workspace.id, workspace.id);
  assert.ok(Date.parse(picture.session.expires_at) > Date.now());
  assert.ok(picture.head >= 2);
  for (const agent of kAgents) {
    assert.ok(
      picture.agents.some(({ name }) => name === agent),
      `${agent} is there`,
    );
  }
  assert.ok(picture.locks.some((lock) => lock.path === 'held.txt'));
  assert.ok(picture.tasks.some(({ id }) => id === tasks[0].id));
  assert.notEqual(picture.cost, undefined);
  await workspace.call('tasks.cancel', { id: tasks[0].id });
  await workspace.call('locks.release', { path: 'held.txt', token });
  await socket.close();
});

test('two clients see the same events in the same order', async () => {
  const workspace = await Workspace.provision(server);
  const sockets = await Promise.all([workspace.open(), workspace.open()]);
  for (const socket of sockets) await socket.attach({ resume_from: 0 });
  await makeEvents(workspace, 100, {});
  const last = await workspace.head();
  for (const socket of sockets) {
    await socket.waitForEvent(({ seq }) => seq === last, `seq ${last}`);
    assertNoGap(socket.events, 1);
  }
  const [one, two] = sockets.map((socket) => socket.events.slice(0, last));
  assert.deepEqual(one, two);
  for (const socket of sockets) await socket.close();
});

test('a resume from beyond the head is refused or answered with a resync', async () => {
  const workspace = await Workspace.provision(server);
  const socket = await workspace.open();
  const refused = await socket.attach({ resume_from: 1_000_000 }).then(
    () => false,
    (error) => error.kind === 'invalid',
  );
  if (!refused) {
    await socket.waitFor(() => socket.notifications.some(({ method }) => method === 'resync'));
  }
  assert.deepEqual(socket.events, []);
  await socket.close();
});

for (const bad of [-1, 'ten', 1.5, null, {}]) {
  test(`resume_from ${JSON.stringify(bad)} is refused`, async () => {
    const workspace = await Workspace.provision(server);
    const socket = await workspace.open();
    await assert.rejects(socket.attach({ resume_from: bad }), { code: -32602 });
    await socket.close();
  });
}

test('more calls at once than a socket takes: each is answered, by its id', async () => {
  const workspace = await Workspace.provision(server);
  const socket = await workspace.open();
  const calls = Array.from({ length: 300 }, () => socket.call('agents.list', {}));
  const answers = await Promise.allSettled(calls);
  const refused = answers.filter(({ status }) => status === 'rejected');
  assert.ok(refused.length < answers.length, 'some are taken');
  for (const { reason } of refused) assert.equal(reason.kind, 'limit', String(reason));
  await socket.close();
});
