// How long `coditect restore` takes: one large workspace, many small ones; Litestream beside it.

import { randomBytes } from 'node:crypto';
import { cpSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { coditect } from '../lib/command.mjs';
import { endedChildrenCpuMs, kFull, median, note, percentile, report } from './figures.mjs';
import { measureLitestream } from './litestream.mjs';
import { cheapEvent, provision, provisionMany, together } from './load.mjs';
import { copied, nodeOf, site } from './nodes.mjs';

const kEvents = Number(process.env.BENCH_EVENTS ?? (kFull ? 1_000_000 : 100_000));
/// One event in so many is a new file.
const kEventsPerFile = 200;
const kFileBytes = 3000;
const kSockets = 4;
const kCallsOfSocket = 60;
const kRestores = 3;
const kSmall = kFull ? 1000 : 150;
const kSmallFiles = 3;
const kTargetMs = 3000;
/// Databases are copied at most every 30 s.
const kPagesMs = 33_000;

let restores = 0;

/// Restores into a new folder and checks how much came back. Returns the milliseconds, those of the
/// processor, and the command's own report. Nothing is removed in between: for minutes after a
/// removal ext4 looks for inodes that were not freed recently, which is a quarter of the work.
async function restore({ folder, url }, id, events) {
  const data = path.join(folder, `restored-${++restores}`);
  const args = ['restore', '--store', url, '--workspace', id, '--data', data, '--json'];
  const before = endedChildrenCpuMs();
  const started = performance.now();
  const { code, stdout, stderr } = await coditect(args);
  const ms = performance.now() - started;
  const cpuMs = endedChildrenCpuMs() - before;
  if (code !== 0) throw new Error(`restore of ${id}: ${stderr}`);
  const answer = JSON.parse(stdout);
  if (answer.events < events) throw new Error(`${answer.events} of ${events} events came back`);
  return { ms, cpuMs, answer };
}

async function build(server, workspace) {
  const sockets = await Promise.all(Array.from({ length: kSockets }, () => workspace.open()));
  const text = () => randomBytes((kFileBytes * 3) / 4).toString('base64');
  let made = 0;
  const write = async (socket) => {
    while (made < kEvents) {
      const index = made++;
      if (index % kEventsPerFile !== 0) await cheapEvent(socket, index);
      else await socket.call('files.create', { path: `d${index % 97}/${index}.txt`, text: text() });
    }
  };
  const lanes = Array.from({ length: kSockets * kCallsOfSocket }, (_, lane) => lane);
  await Promise.all(lanes.map((lane) => write(sockets[lane % kSockets])));
  const databases = await databaseNames(workspace);
  const sql = 'select count(*) from sqlite_master';
  for (const database of databases) await workspace.call('sql.query', { database, sql });
  for (const socket of sockets) await socket.close();
}

async function databaseNames(workspace) {
  const names = readdirSync(path.join(workspace.folder(), 'databases'));
  return names.filter((name) => name.endsWith('.db')).map((name) => name.slice(0, -3));
}

function databaseBytes(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith('.db'));
  return names.reduce((sum, name) => sum + statSync(path.join(folder, name)).size, 0);
}

async function restoreLarge(place, workspace, when) {
  const rounds = [];
  for (let round = 0; round < kRestores; ++round) {
    rounds.push(await restore(place, workspace.id, kEvents));
  }
  const [{ answer }] = rounds;
  const megabytes = databaseBytes(path.join(answer.folder, 'databases')) / 1e6;
  const rebuilt = answer.databases_rebuilt.length;
  const cpuMs = median(rounds.map((round) => round.cpuMs));
  const what = `${cpuMs} ms of CPU; ${answer.events} events, ${megabytes.toFixed(0)} MB of databases`;
  const times = rounds.map(({ ms }) => ms);
  report(`restore, ${when}`, median(times), 'ms', kTargetMs, {
    beside: `${what}, ${answer.files} files, ${rebuilt} databases rebuilt`,
    times,
    cpu_ms: cpuMs,
  });
  return path.join(answer.folder, 'databases');
}

async function measureLarge() {
  const place = site();
  const server = nodeOf(place, 'node');
  try {
    await server.start();
    const workspace = await provision(server);
    const started = performance.now();
    await build(server, workspace);
    const seconds = (performance.now() - started) / 1000;
    note(`${kEvents} events made in ${seconds.toFixed(0)} s through the public interface`);
    await copied(server);
    await restoreLarge(place, workspace, 'while it is at work');
    if (kFull) {
      await sleep(kPagesMs);
      await restoreLarge(place, workspace, 'half a minute later');
    }
    await workspace.http('POST', '/sleep');
    await copied(server);
    await sleep(kFull ? kPagesMs : 5_000);
    const databases = await restoreLarge(place, workspace, 'asleep');
    const kept = path.join(place.folder, 'databases');
    cpSync(databases, kept, { recursive: true });
    await server.stop();
    await measureLitestream(kept, place.folder);
  } finally {
    await server.stop();
  }
}

async function measureSmall() {
  const place = site();
  const server = nodeOf(place, 'node');
  try {
    await server.start();
    const workspaces = await provisionMany(server, kSmall);
    await together(16, kSmall * kSmallFiles, (index) => {
      return workspaces[index % kSmall].create(`f${index}.txt`, `${index}\n`);
    });
    await copied(server);
    await server.kill();
    const times = [];
    for (const { id } of workspaces) times.push((await restore(place, id, kSmallFiles)).ms);
    const total = times.reduce((sum, ms) => sum + ms, 0) / 1000;
    times.sort((a, b) => a - b);
    const beside = `${kSmall} one after the other took ${total.toFixed(1)} s`;
    report('restore of a small workspace, p50', percentile(times, 0.5), 'ms', undefined, {
      beside,
      total_s: total,
      count: kSmall,
    });
    report('restore of a small workspace, p99', percentile(times, 0.99), 'ms');
    report('restore of 1,000 small ones', (total / kSmall) * 1000, 's', undefined, {
      beside: kSmall === 1000 ? 'measured' : `extrapolated from ${kSmall}`,
    });
  } finally {
    await server.stop();
  }
}

export async function measureRestore() {
  note('a process for each restore; the store is in the page cache');
  await measureLarge();
  await measureSmall();
}
