// Who serves each workspace, and whether everything that was promised about it holds.

import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';

import { coditect } from '../lib/command.mjs';
import { request } from '../lib/http.mjs';
import { assertLocksPair, readArchive, sha256 } from '../lib/log.mjs';
import { eventually, kFinished, Workspace } from '../lib/workspace.mjs';
import { assertBegins, kLoseNothing } from './ledger.mjs';
import { sleep } from './random.mjs';
import { filesAfter, filesBelow } from './subject.mjs';
import { isAnswer } from './writers.mjs';

const kSettleMs = 90_000;
const kSettlePollMs = 500;
const kShippedMs = 30_000;
const kDiskMs = 15_000;
const kVerifyMs = 600_000;
const kTasksMs = 120_000;
/// What a local workspace may lose with its node. The rest is in the store.
const kLossMs = 3_000;
/// Where agents write; they work on while a look is taken.
const kAgentsFolder = /^(agents|notes)\//;

let probes = 0;

/// Asks every live node for a change. Returns those that acknowledged it.
async function acknowledgers(world, subject) {
  const asked = world.live.map(async (node) => {
    const file = `probes/${++probes}.txt`;
    const text = `${probes}\n`;
    try {
      const key = `create ${file} ${sha256(text)}`;
      await subject.change(key, 'files.create', { path: file, text }, node);
      return node;
    } catch (error) {
      if (!isAnswer(error)) throw error;
      return undefined;
    }
  });
  return (await Promise.all(asked)).filter(Boolean);
}

/// Waits until each workspace is served, by one node.
export async function settle(world) {
  await Promise.all(world.subjects.map((subject) => settleOne(world, subject)));
}

async function settleOne(world, subject) {
  const until = Date.now() + kSettleMs;
  for (;;) {
    const serving = await acknowledgers(world, subject);
    const names = serving.map(({ name }) => name).join(' and ');
    assert.ok(serving.length < 2, `${names} both acknowledge changes of ${subject.name}`);
    if (serving.length === 1) {
      subject.owner = serving[0];
      return;
    }
    const what = `${subject.name} (${subject.id}) is served by nobody after ${kSettleMs} ms`;
    assert.ok(Date.now() < until, what);
    await sleep(kSettlePollMs);
  }
}

/// Stops the work on a workspace, and finds who serves it: a writer whose call failed meanwhile has
/// turned to another node.
export async function settleQuietly(world, subject) {
  await subject.quiet();
  await settleOne(world, subject);
}

/// Settles, stops the work, holds every workspace against its ledger, and goes on.
export async function look(world) {
  await settle(world);
  await Promise.all(world.subjects.map((subject) => subject.quiet()));
  await settle(world);
  await Promise.all(world.subjects.map((subject) => lookAt(world, subject)));
  for (const subject of world.subjects) subject.open();
}

/// A taker that was killed and did not come back in time, as on a machine where verifying its disk
/// takes long, is replaced in its turn: its last moments are lost as those of any other.
function lostByTaker(world, subject) {
  const down = world.takerDown;
  if (down === undefined || subject.owner === down.node) return undefined;
  return { by: down.name, after: down.at - kLossMs };
}

/// The log and the files of a workspace that is quiet. Returns its events.
export async function lookAt(world, subject) {
  const workspace = subject.on(subject.owner);
  const askedAt = performance.now();
  const events = await workspace.events();
  const moved = subject.settledOn !== subject.owner.name;
  const mayLose =
    subject.durability === 'local' && moved
      ? { by: subject.settledOn, after: world.downAt - kLossMs, also: lostByTaker(world, subject) }
      : kLoseNothing;
  subject.ledger.check(events, askedAt, mayLose);
  subject.settledOn = subject.owner.name;
  const outside = events.find(({ actor }) => actor === 'user:outside');
  assert.equal(outside, undefined, `${subject.name}: nobody writes past the server`);
  await assertFiles(subject, workspace.projects(), () => workspace.events(), kAgentsFolder);
  ++world.counts.looks;
  return events;
}

/// The folder holds what the log says, as soon as the last change is in place.
async function assertFiles(subject, folder, readEvents, leaveOut = /^$/) {
  let difference;
  const same = async () => {
    const wanted = filesAfter(subject.base, await readEvents());
    difference = differenceOf(wanted, filesBelow(folder), leaveOut);
    return difference === undefined;
  };
  await eventually(same, `${subject.name}: files as logged`, kDiskMs).catch(() => {
    assert.fail(`${subject.name}: ${difference} (in ${folder})`);
  });
}

function differenceOf(wanted, found, leaveOut) {
  for (const [file, hash] of wanted) {
    if (leaveOut.test(file)) continue;
    if (!found.has(file)) return `${file} is missing`;
    if (found.get(file) !== hash) return `${file} has hash ${found.get(file)}, not ${hash}`;
  }
  for (const file of found.keys()) {
    if (!wanted.has(file) && !leaveOut.test(file)) return `${file} is there, and in no event`;
  }
  return undefined;
}

/// `coditect verify` finds nothing in a folder that no process uses.
export async function assertVerified(folder) {
  // It reads everything, on a machine that is busy, and a run of an hour leaves gigabytes.
  const { code, signal, stdout, stderr } = await coditect(['verify', folder], {
    timeoutMs: kVerifyMs,
  });
  assert.equal(code, 0, `verify ${folder}: ${signal ?? ''} ${stdout}${stderr}`);
}

/// A copy out of the store has the same events and the same files. The workspace is quiet.
export async function checkRestore(world, subject, events) {
  const data = path.join(world.folder, `restored-${subject.name}`, 'data');
  const store = ['--store', world.store.url];
  const { env } = world.store;
  const args = ['restore', ...store, '--workspace', subject.id, '--data', data, '--json'];
  await eventually(
    async () => {
      rmSync(path.dirname(data), { recursive: true, force: true });
      const { code, stdout, stderr } = await coditect(args, { env });
      assert.equal(code, 0, `restore of ${subject.name}: ${stdout}${stderr}`);
      return JSON.parse(stdout).through_seq >= events.at(-1).seq;
    },
    `${subject.name} is in the store through ${events.at(-1).seq}`,
    kShippedMs,
  );
  await assertVerified(data);
  const folder = new Workspace({ data }, subject.answer).folder();
  const archived = readArchive(folder);
  assertBegins(archived, events, `${subject.name}, restored`);
  await assertFiles(subject, path.join(folder, 'projects'), () => archived);
  rmSync(path.dirname(data), { recursive: true, force: true });
  ++world.counts.restores;
}

/// A fork at a moment of the past has the events and the files of that moment.
export async function checkFork(world, subject, events, draw) {
  const last = 1 + Math.floor(draw.between(events.length / 2, events.length - 1));
  const source = { kind: 'workspace', id: subject.id, through_seq: last };
  const data = { name: `fork of ${subject.name}`, source };
  const answer = await request(subject.owner, 'POST', '/workspaces/provision', { data });
  assert.equal(answer.status, 201, `fork of ${subject.name} through ${last}: ${answer.text}`);
  const fork = new Workspace(subject.owner, answer.json);
  const forked = await fork.events();
  assertBegins(forked, events.slice(0, last), `fork of ${subject.name}`);
  assert.equal(forked[last].type, 'workspace_forked');
  await assertFiles(subject, fork.projects(), () => forked.slice(0, last));
  assert.equal((await fork.http('DELETE')).status, 200);
  ++world.counts.forks;
}

/// Every task that was promised comes to an end.
async function assertTasksEnd(subject) {
  const known = new Set((await subject.on(subject.owner).events()).map(({ task }) => task));
  const left = new Set(subject.tasks.filter((id) => known.has(id)));
  const total = left.size;
  await eventually(
    async () => {
      for (const id of left) {
        const { state } = await subject.on(subject.owner).task(id);
        if (!kFinished.has(state)) return false;
        left.delete(id);
      }
      return true;
    },
    `the tasks of ${subject.name} end`,
    kTasksMs,
  ).catch((error) => assert.fail(`${error.message}: ${[...left].slice(0, 5)}`));
  return total;
}

/// The last look at a workspace: its work is over, and everything about it is held against it.
export async function finish(world, subject, draw) {
  subject.retired = true;
  await settleQuietly(world, subject);
  world.counts.tasks += await assertTasksEnd(subject);
  const events = await lookAt(world, subject);
  await eventually(async () => {
    const { locks } = await subject.on(subject.owner).call('locks.list');
    return locks.length === 0;
  }, `the locks of ${subject.name} end`);
  assertLocksPair(await subject.on(subject.owner).events());
  await checkRestore(world, subject, events);
  await checkFork(world, subject, events, draw);
  world.counts.acknowledged += subject.ledger.acknowledged.length;
  world.counts.sent += subject.ledger.sent;
  world.counts.lost += subject.ledger.lost;
  return events;
}
