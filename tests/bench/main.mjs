// How long a user waits: percentiles of single calls against the release binary, one at a time.
//
//   node bench/main.mjs [FILTER]     prints a table; nothing is asserted

import { Server, temporaryFolder } from '../lib/server.mjs';
import { rehearse, say } from '../lib/rehearsal.mjs';
import { Workspace } from '../lib/workspace.mjs';

const kRounds = Number(process.env.BENCH_ROUNDS ?? 200);
const kSlowRounds = Math.max(10, Math.floor(kRounds / 10));

function percentile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

/// Times `work(round)`; `prepare(round)` runs before each, unmeasured.
async function measure(name, rounds, work, prepare = () => undefined) {
  const times = [];
  for (let round = 0; round < rounds; ++round) {
    const ready = await prepare(round);
    const started = performance.now();
    await work(round, ready);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const columns = [0.5, 0.9, 0.99].map((share) => percentile(times, share).toFixed(2).padStart(9));
  console.log(`${name.padEnd(44)} ${String(rounds).padStart(6)} ${columns.join(' ')}`);
}

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
};

const measured = (rounds, work, prepare) => ({ rounds, work, prepare });

async function attach(workspace) {
  const socket = await workspace.open();
  await socket.attach();
  socket.cut();
}

const filter = process.argv[2] ?? '';
const server = new Server(temporaryFolder());
await server.start();
try {
  console.log(`${'milliseconds'.padEnd(44)} rounds       p50       p90       p99`);
  for (const [name, begin] of Object.entries(benches)) {
    if (!name.includes(filter)) continue;
    const { rounds, work, prepare } = await begin(server);
    await measure(name, rounds, work, prepare);
  }
} finally {
  await server.stop();
}
