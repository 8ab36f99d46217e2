// Litestream, a program that copies SQLite databases as they change, on the same databases and the
// same disk.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { install, kRivals, programOf } from '../peers/peers.mjs';
import { endedChildrenCpuMs, kFull, median, note, report, usage } from './figures.mjs';

const kRestores = 3;
const kWrites = kFull ? 30 : 8;
const kPollMs = 2;
const kLimitMs = 60_000;
const kBusyMs = 5_000;
const kBusyPauseMs = 10;

/// All files below `folder`; empty where it does not exist yet.
function files(folder) {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, path: at, name }) => {
      return path.join(parentPath ?? at, name);
    });
}

function configure(databases, folder) {
  const replicaOf = (name) => path.join(folder, 'replica', name);
  const entries = databases.map((file) => {
    const replica = `    replica:\n      type: file\n      path: ${replicaOf(path.basename(file))}\n`;
    return `  - path: ${file}\n${replica}`;
  });
  const config = path.join(folder, 'litestream.yml');
  writeFileSync(config, `logging:\n  level: error\ndbs:\n${entries.join('')}`);
  return { config, replicaOf };
}

/// Waits until `folder` has files and neither their number nor their sizes have changed for `ms`.
async function quiet(folder, ms) {
  const until = Date.now() + kLimitMs;
  let before = '';
  for (;;) {
    const sizes = files(folder).map((file) => `${file} ${statSync(file).size}`);
    if (sizes.length > 0 && sizes.join() === before) return;
    if (Date.now() > until) throw new Error('litestream does not come to rest');
    before = sizes.join();
    await sleep(ms);
  }
}

/// One write after the other, each until its file is in the replica: milliseconds, ascending.
async function lags(write, replica) {
  const times = [];
  for (let round = 0; round < kWrites; ++round) {
    await sleep(Math.random() * 1000);
    const before = files(replica).length;
    const started = performance.now();
    write();
    while (files(replica).length === before) {
      if (performance.now() - started > kLimitMs) throw new Error('litestream copies nothing');
      await sleep(kPollMs);
    }
    times.push(performance.now() - started);
  }
  return times.sort((a, b) => a - b);
}

async function measureCopy(child, database, replica) {
  const shell = spawn('sqlite3', [database], { stdio: ['pipe', 'ignore', 'inherit'] });
  try {
    shell.stdin.write('pragma busy_timeout = 5000; create table bench (at integer, text text);\n');
    await quiet(replica, 2_000);
    const write = () => shell.stdin.write("insert into bench values (1, 'one event of a log');\n");
    const times = await lags(write, replica);
    const beside = `longest ${times.at(-1).toFixed(0)} of ${kWrites}; ours: answered until in the store`;
    report('Litestream: written until in the store, p50', median(times), 'ms', undefined, {
      beside,
    });
    const before = usage({ process: child }).cpuMs;
    const until = performance.now() + kBusyMs;
    let count = 0;
    for (; performance.now() < until; ++count) {
      write();
      await sleep(kBusyPauseMs);
    }
    const cpu = ((usage({ process: child }).cpuMs - before) * 1000) / kBusyMs;
    const rows = `${((count * 1000) / kBusyMs).toFixed(0)} rows a second into one database`;
    report('Litestream: processor', cpu, 'ms/s', undefined, { beside: rows });
  } finally {
    shell.stdin.end();
    await once(shell, 'exit');
  }
}

function restoreAll(program, databases, replicaOf, folder) {
  const times = [];
  const before = endedChildrenCpuMs();
  for (let round = 0; round < kRestores; ++round) {
    const out = path.join(folder, 'out');
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out);
    const started = performance.now();
    for (const file of databases) {
      const name = path.basename(file);
      const args = ['restore', '-o', path.join(out, name), `file://${replicaOf(name)}`];
      const { status, stderr } = spawnSync(program, args);
      if (status !== 0) throw new Error(`litestream restore ${name}: ${stderr}`);
    }
    times.push(performance.now() - started);
  }
  return { ms: median(times), cpuMs: (endedChildrenCpuMs() - before) / kRestores };
}

async function measure(program, databases, home) {
  const { config, replicaOf } = configure(databases, home);
  const child = spawn(program, ['replicate', '-config', config], { stdio: 'ignore' });
  const gone = once(child, 'exit');
  try {
    const megabytes = databases.reduce((sum, file) => sum + statSync(file).size, 0) / 1e6;
    await quiet(path.join(home, 'replica'), 2_000);
    const first = usage({ process: child }).cpuMs;
    const what = `${databases.length} databases, ${megabytes.toFixed(0)} MB`;
    report('Litestream: processor for the first copy', first, 'ms', undefined, { beside: what });
    const largest = databases.reduce((a, b) => (statSync(a).size > statSync(b).size ? a : b));
    if (spawnSync('sqlite3', ['-version']).status === 0) {
      await measureCopy(child, largest, replicaOf(path.basename(largest)));
    } else {
      note('!!! SKIPPED: how far Litestream is behind: there is no sqlite3 to write with !!!');
    }
    await quiet(path.join(home, 'replica'), 2_000);
  } finally {
    child.kill('SIGTERM');
    await gone;
  }
  const { ms, cpuMs } = restoreAll(program, databases, replicaOf, home);
  report('Litestream: restore of the databases alone', ms, 'ms', undefined, {
    beside: `${cpuMs.toFixed(0)} ms of CPU; ours: restore, with log and files`,
    cpu_ms: cpuMs,
  });
}

/// Copies and restores the databases in `folder`; `scratch` takes everything else.
export async function measureLitestream(folder, scratch) {
  const rival = kRivals.litestream;
  if (install({ rival }).length > 0) {
    note('!!! SKIPPED: Litestream cannot be had here: NOTHING to compare with !!!');
    return;
  }
  const home = path.join(scratch, 'litestream');
  mkdirSync(home);
  const names = readdirSync(folder).filter((name) => name.endsWith('.db'));
  const databases = names.map((name) => path.join(folder, name));
  note(`${rival.name} ${rival.version}, the databases of the workspace that was asleep`);
  await measure(programOf(rival), databases, home);
}
