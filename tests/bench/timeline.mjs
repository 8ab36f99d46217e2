// Seeking in a long session: how long it takes to see the workspace as it was at any moment.
//
//   node bench/timeline.mjs     prints a table; nothing is asserted but that the answers are right
//
// The log is filled through the public interface: 64 callers lock, write and unlock files of a
// project of 2,000, and agents do tasks in between. BENCH_EVENTS says how many events (100,000;
// 1,000,000 with BENCH_FULL=1), BENCH_FILES how many files, BENCH_JSON names a file for figures.
// BENCH_FOLDER is the folder of a server that has been filled before (its data in data/).

import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { request } from '../lib/http.mjs';
import { rehearse, say, writeFile } from '../lib/rehearsal.mjs';
import { Server, temporaryFolder } from '../lib/server.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { kFull, note, noteLoad, percentile, printHead, report, save, usage } from './figures.mjs';

const kEvents = Number(process.env.BENCH_EVENTS ?? (kFull ? 1_000_000 : 100_000));
const kFiles = Number(process.env.BENCH_FILES ?? 2_000);
const kCallers = 64;
const kSockets = 4;
const kSeeks = 500;
const kTargetMs = 100;
const kTasks = Math.min(400, Math.floor(kEvents / 1_000));
const kAgents = ['claude', 'gemini', 'codex', 'kimi'];
const kChatTypes = ['agent_message', 'tool_call', 'task_finished', 'task_retrying'];

const nameOf = (index) => `part${Math.floor(index / 100)}/file${index}.txt`;
const textOf = (index, round) =>
  `file ${index}\n${'a line that stays as it is\n'.repeat(10)}round ${round}\n`;

let seed = 42;
function random() {
  seed = (seed * 16_807) % 2_147_483_647;
  return seed / 2_147_483_647;
}

function origin() {
  const root = temporaryFolder();
  for (let index = 0; index < kFiles; ++index) {
    const file = path.join(root, nameOf(index));
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, textOf(index, 0));
  }
  return root;
}

/// One caller: lock, write, unlock, over and over, each in files of its own; tells how far it is.
async function writeOn(socket, caller, versions, log) {
  for (let round = 1; log.head < kEvents; ++round) {
    const index = (caller + round * kCallers) % (kFiles - (kFiles % kCallers));
    const file = nameOf(index);
    const lock = { path: file, mode: 'write', timeout_ms: 60_000 };
    const { token } = await socket.call('locks.acquire', lock);
    const written = await socket.call('files.write', {
      path: file,
      text: textOf(index, round),
      base_version: versions.get(file),
      lock: token,
    });
    versions.set(file, written.version);
    log.head = Math.max(log.head, written.seq);
    await socket.call('locks.release', { path: file, token });
  }
}

async function fill(workspace) {
  const sockets = await Promise.all(Array.from({ length: kSockets }, () => workspace.open()));
  const { entries } = await workspace.call('files.tree', { depth: 9 });
  const versions = new Map(entries.map((entry) => [entry.path, entry.version]));
  const log = { head: 0 };
  const began = performance.now();
  const callers = Array.from({ length: kCallers }, (_, caller) =>
    writeOn(sockets[caller % kSockets], caller, versions, log),
  );
  const tasks = [];
  for (let index = 0; index < kTasks; ++index) {
    const agent = kAgents[index % kAgents.length];
    const prompt = rehearse(
      writeFile(`notes/${index}.md`, `note ${index}\n`),
      say(`Note ${index}.`),
    );
    tasks.push(...(await workspace.submit(agent, prompt)));
    const due = (kEvents * (index + 1)) / (kTasks + 1);
    while (log.head < due) await new Promise((resolve) => setTimeout(resolve, 200));
  }
  await Promise.all(callers);
  await workspace.finished(tasks);
  await Promise.all(sockets.map((socket) => socket.cut()));
  const seconds = (performance.now() - began) / 1000;
  note(`${kEvents} events of 64 callers and ${kTasks} tasks in ${seconds.toFixed(0)} s`);
}

let server;

/// How long the calls take, and how much of a processor the server needs for one: that says what
/// they cost whatever else the machine does.
async function measured(name, target, work) {
  const times = [];
  const cpuMs = usage(server).cpuMs;
  for (let round = 0; round < kSeeks; ++round) {
    const began = performance.now();
    await work(round);
    times.push(performance.now() - began);
  }
  const each = (usage(server).cpuMs - cpuMs) / kSeeks;
  times.sort((a, b) => a - b);
  report(`${name}, processor time`, each, 'ms');
  report(`${name}, p50`, percentile(times, 0.5), 'ms');
  const slowest = times.at(-1);
  report(`${name}, p99`, percentile(times, 0.99), 'ms', target, {
    beside: `slowest ${slowest.toFixed(0)} ms`,
  });
}

async function seek(workspace) {
  const socket = await workspace.open();
  const head = await workspace.head();
  assert.ok(process.env.BENCH_FOLDER || head >= kEvents);
  const anywhere = () => 1 + Math.floor(random() * head);
  const began = performance.now();
  await socket.call('timeline.at', { seq: head });
  report('the first look, the database behind', performance.now() - began, 'ms');
  let bytes = 0;
  await measured('timeline.at, anywhere', kTargetMs, async () => {
    const seq = anywhere();
    const state = await socket.call('timeline.at', { seq });
    assert.equal(state.seq, seq);
    if (seq > 1_000) assert.ok(state.files.length >= kFiles);
    bytes = Math.max(bytes, JSON.stringify(state).length);
  });
  report('timeline.at, largest answer', bytes / 1024, 'KiB');
  const chat = { limit: 120, types: kChatTypes };
  await measured('a seek of the studio, anywhere', kTargetMs, async () => {
    const seq = anywhere();
    const [state, said, before, after] = await Promise.all([
      socket.call('timeline.at', { seq }),
      socket.call('timeline.range', { before: seq + 1, ...chat }),
      socket.call('timeline.range', { before: seq + 1, limit: 100 }),
      socket.call('timeline.range', { from: seq + 1, limit: 100 }),
    ]);
    assert.equal(state.seq, seq);
    assert.equal(before.events.at(-1).seq, seq);
    assert.ok(after.events.length > 0 || seq > head - 1);
    assert.ok(said.events.every((event) => event.seq <= seq));
  });
  let here = Math.floor(head / 2);
  await measured('timeline.at, one step on', kTargetMs, async () => {
    const state = await socket.call('timeline.at', { seq: here + 1, since: here });
    assert.equal(state.since, here);
    here += 1;
  });
  await measured('timeline.file_at, any file anywhere', kTargetMs, async () => {
    const index = Math.floor(random() * kFiles);
    const from = 1_000 + Math.floor(random() * (head - 1_000));
    const file = await socket.call('timeline.file_at', { path: nameOf(index), seq: from });
    assert.ok(file.text.startsWith(`file ${index}\n`));
  });
  for (const [what, more] of [
    ['by agent', { by: 'agent' }],
    ['by type', { by: 'type' }],
    ['of a file', { by: 'type', path: nameOf(7) }],
  ]) {
    await measured(`timeline.density, ${what}`, kTargetMs, async () => {
      const { buckets, to } = await socket.call('timeline.density', { buckets: 300, ...more });
      assert.ok(buckets.length > 200 && to === head);
    });
  }
  const database = path.join(workspace.folder(), 'databases/parsed_sessions.db');
  report('the database of the timeline', statSync(database).size / 2 ** 20, 'MiB');
  await socket.cut();
}

/// The long session: that of BENCH_FOLDER, or a new one.
async function longSession(root) {
  if (!process.env.BENCH_FOLDER) {
    const workspace = await Workspace.provision(server, { kind: 'path', path: root });
    await fill(workspace);
    return workspace;
  }
  const { json } = await request(server, 'GET', '/workspaces');
  return new Workspace(server, json.workspaces[0]);
}

const root = origin();
const folder = process.env.BENCH_FOLDER ?? temporaryFolder();
server = await Server.start(undefined, { folder });
try {
  printHead();
  noteLoad();
  const workspace = await longSession(root);
  noteLoad();
  await seek(workspace);
  save();
} finally {
  await server.stop();
  rmSync(root, { recursive: true, force: true });
}
