// How long a user waits: percentiles of single calls against the release binary, one at a time;
// then what a workspace costs while nobody looks.
//
//   node bench/main.mjs [FILTER]     prints a table beside the targets; nothing is asserted
//
// BENCH_JSON names a file that receives the figures as well.

import { setTimeout as sleep } from 'node:timers/promises';

import { Server, temporaryFolder } from '../lib/server.mjs';
import { rehearse, say } from '../lib/rehearsal.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { percentile, printHead, report, save, usage } from './figures.mjs';
import { settled } from './nodes.mjs';

const kRounds = Number(process.env.BENCH_ROUNDS ?? 200);
const kSlowRounds = Math.max(10, Math.floor(kRounds / 10));
/// Nothing happens once what was provisioned is in the store: then the lease alone is renewed.
const kAtRest = { quietMs: 11_000, puts: 5, limitMs: 90_000 };

/// Times `work(round)`; `prepare(round)` runs before each, unmeasured. The p99 is what the target
/// is about.
async function measure(name, { rounds, work, prepare = () => undefined, target }) {
  const times = [];
  for (let round = 0; round < rounds; ++round) {
    const ready = await prepare(round);
    const started = performance.now();
    await work(round, ready);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const p50 = percentile(times, 0.5);
  report(`${name}, p50`, p50, 'ms');
  report(`${name}, p99`, percentile(times, 0.99), 'ms', target, { rounds, p50 });
}

/// Milliseconds that the p99 of each stays below, from the product's requirements.
const targets = {
  'provision, empty': 50,
  'connect and attach, live': 20,
  'connect and attach, asleep': 100,
  'select over a database that is behind': 50,
  'submit a task, until it has started': 500,
  'an event, until 100 subscribers have it': 100,
};

const benches = {
  'provision, empty': (server) => measured(kRounds, () => Workspace.provision(server)),
  'create a file, acknowledged as durable': async (server) => {
    const workspace = await Workspace.provision(server);
    return measured(kRounds, (round) => workspace.create(`f${round}.txt`, 'x'.repeat(4096)));
  },
  'read a file': async (server) => {
    const workspace = await Workspace.provision(server);
    await workspace.create('f.txt', 'x'.repeat(4096));
    return measured(kRounds, () => workspace.read('f.txt'));
  },
  'acquire and release a lock': async (server) => {
    const workspace = await Workspace.provision(server);
    return measured(kRounds, async () => {
      const lock = { path: 'f.txt', mode: 'write', timeout_ms: 1000 };
      const { token } = await workspace.call('locks.acquire', lock);
      await workspace.call('locks.release', { path: 'f.txt', token });
    });
  },
  'connect and attach, live': async (server) => {
    const workspace = await Workspace.provision(server);
    return measured(kRounds, () => attach(workspace));
  },
  'connect and attach, asleep': async (server) => {
    const workspace = await Workspace.provision(server);
    return measured(
      kSlowRounds,
      () => attach(workspace),
      () => workspace.http('POST', '/sleep'),
    );
  },
  'select over a database that is behind': async (server) => {
    const workspace = await Workspace.provision(server);
    const query = { database: 'workspace_idx', sql: 'select count(*) from sqlite_master' };
    return measured(
      kRounds,
      () => workspace.call('sql.query', query),
      (round) => workspace.create(`q${round}.txt`, 'q\n'),
    );
  },
  'submit a task, until it has started': async (server) => {
    const workspace = await Workspace.provision(server);
    const socket = await workspace.open();
    await socket.attach();
    return measured(kSlowRounds, async () => {
      const [task] = await workspace.submit('claude', rehearse(say('done')));
      await socket.waitForEvent((event) => event.type === 'task_started' && event.task === task.id);
      return task;
    });
  },
  'an event, until 100 subscribers have it': async (server) => {
    const workspace = await Workspace.provision(server);
    const sockets = [];
    for (let index = 0; index < 100; ++index) {
      const socket = await workspace.open();
      await socket.attach();
      sockets.push(socket);
    }
    return measured(kSlowRounds, async (round) => {
      const { seq } = await workspace.create(`s${round}.txt`, 'x\n');
      await Promise.all(sockets.map((socket) => socket.waitForEvent((event) => event.seq === seq)));
    });
  },
};

const measured = (rounds, work, prepare) => ({ rounds, work, prepare });

/// What a workspace costs awake and asleep, and what the server costs while nothing happens.
async function measureIdle() {
  const server = new Server(temporaryFolder());
  await server.start();
  try {
    const count = kRounds;
    const before = usage(server).kilobytes;
    const workspaces = [];
    for (let index = 0; index < count; ++index) workspaces.push(await Workspace.provision(server));
    const awake = usage(server).kilobytes;
    report('memory of a workspace, awake', (awake - before) / count, 'KB', 400, { count });
    for (const workspace of workspaces) await workspace.http('POST', '/sleep');
    await settled(server, kAtRest);
    const cpu = usage(server).cpuMs;
    await sleep(10_000);
    const after = usage(server);
    report('processor while nothing happens', (after.cpuMs - cpu) / 10, 'ms/s', 5);
    const asleep = Math.max(0, after.kilobytes - before) / count;
    // An upper bound: the allocator keeps what the awake ones used.
    report('memory of a workspace, asleep (upper bound)', asleep, 'KB', undefined, { count });
  } finally {
    await server.stop();
  }
}

async function attach(workspace) {
  const socket = await workspace.open();
  await socket.attach();
  socket.cut();
}

const filter = process.argv[2] ?? '';
const server = new Server(temporaryFolder());
await server.start();
try {
  printHead();
  for (const [name, begin] of Object.entries(benches)) {
    if (!name.includes(filter)) continue;
    await measure(name, { ...(await begin(server)), target: targets[name] });
  }
} finally {
  await server.stop();
}
if ('idle'.includes(filter)) await measureIdle();
save();
