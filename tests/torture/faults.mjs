// What can happen to nodes and to their store. Each fault leaves a world that can settle; a look at
// all workspaces follows.

import assert from 'node:assert/strict';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { request } from '../lib/http.mjs';
import { eventually } from '../lib/workspace.mjs';
import { assertVerified, look, settle } from './checks.mjs';
import { fillDisk, freeDisk } from './disk.mjs';
import { sleep } from './random.mjs';
import { isAnswer } from './writers.mjs';

const kClaimants = 4;
const kNodesKept = 3;
/// A lease lasts ten seconds, of which the owner uses eight.
const kFencedMs = 8_000;
const kTakenMs = 12_000;
/// What is under way when the store goes.
const kGraceMs = 1_000;
const kZombieMs = 5_000;
const kRefusedMs = 20_000;
/// Seconds, a day and a half: past every lease, session and day of a budget.
const kClockJump = 130_000;

/// Between nothing and two seconds of work, then the moment from which things may be lost.
async function strike(world, draw) {
  await sleep(draw.between(100, 2_000));
  world.downAt = performance.now();
  world.takerDown = undefined;
}

/// A node that serves something, and the workspaces.
function victim(world, draw) {
  const node = draw.of(world.owners);
  world.say(`  ${node.name} serves ${world.subjectsOf(node).map(({ name }) => name)}`);
  return node;
}

/// kill -9, and a start on the same disk before anybody else may take over.
async function kill(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  await node.kill();
  await assertVerified(node.data);
  await node.start();
}

/// kill -9, and a start on the same disk when others have taken over.
async function killAndReturn(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  await node.kill();
  await settle(world);
  await assertVerified(node.data);
  await node.start();
}

/// The power goes, and comes back: what was not synced is lost, or half there.
async function powerLoss(world, draw) {
  const node = draw.of(world.owners.filter(({ power }) => power));
  if (node === undefined) return;
  world.say(`  ${node.name} serves ${world.subjectsOf(node).map(({ name }) => name)}`);
  await strike(world, draw);
  await node.kill();
  const { names, pages } = node.power.strike(draw);
  world.say(`  ${node.name} loses ${names} names and ${pages} pages that it had not synced`);
  await assertVerified(node.data);
  await node.start();
}

/// kill -9, and the disk is gone.
async function lostDisk(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  await node.kill();
  node.loseDisk();
  await settle(world);
  await node.start();
}

/// A node is replaced, comes back, and gets its workspaces again because the other one is lost:
/// what is on its disk and in its journal of them is old by then.
async function thereAndBack(world, draw) {
  await killAndReturn(world, draw);
  await look(world);
  await lostDisk(world, draw);
}

/// A disk is lost, and whoever takes over is killed while it does.
async function takerKilled(world, draw) {
  const node = victim(world, draw);
  const id = readFileSync(path.join(node.data, 'node/id'), 'utf8').trim();
  await strike(world, draw);
  await node.kill();
  node.loseDisk();
  const taking = ({ log }) => log.some((line) => /taking it over/.test(line) && line.includes(id));
  const taker = await eventually(() => world.live.find(taking), `${node.name} is replaced`, 60_000);
  await sleep(draw.between(0, 400));
  world.say(`  ${taker.name} takes over, and is killed`);
  world.takerDown = { node: taker, name: taker.name, at: performance.now() };
  await taker.kill();
  await assertVerified(taker.data);
  await taker.start();
  await settle(world);
  await node.start();
}

/// A node stands still until others have taken over, and goes on as if nothing had happened.
async function zombie(world, draw) {
  const node = victim(world, draw);
  const before = world.subjectsOf(node);
  await strike(world, draw);
  node.freeze();
  await settle(world);
  const thawedAt = performance.now();
  node.thaw();
  while (node.running && performance.now() - thawedAt < kZombieMs) {
    await Promise.all(before.map((subject) => assertRefuses(world, subject, node)));
  }
  world.say(`  ${node.name} ${node.running ? 'runs on, and refuses' : 'has ended by itself'}`);
  await node.kill();
  await node.start();
}

let refused = 0;

async function assertRefuses(world, subject, node) {
  const file = `refused/${++refused}.txt`;
  const params = { path: file, text: 'x\n' };
  let answer;
  try {
    answer = await subject.change(`refused ${file}`, 'files.create', params, node);
  } catch (error) {
    if (!isAnswer(error)) throw error;
    await sleep(100);
    return;
  }
  const who = `${node.name}, which must not,`;
  assert.fail(`${who} acknowledged ${JSON.stringify(answer)} of ${subject.name}`);
}

/// A node stands still, but not for long enough to be replaced.
async function hiccup(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  node.freeze();
  await sleep(draw.between(1_000, kFencedMs));
  node.thaw();
}

/// The wall clock of a node jumps, by hours in either direction, and back after a while.
async function clockJump(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  const seconds = Math.round(draw.between(-kClockJump, kClockJump));
  world.say(`  ${node.name} has its clock ${seconds} s off`);
  node.shiftClock(seconds);
  await sleep(draw.between(3_000, 14_000));
  await assertClockShifted(world.subjectsOf(node)[0], seconds);
  node.shiftClock(0);
}

async function assertClockShifted(subject, seconds) {
  const [newest] = (await subject.on(subject.owner).events()).slice(-1);
  const off = (Date.parse(newest.ts) - Date.now()) / 1_000 - seconds;
  assert.ok(Math.abs(off) < 10, `the clock is not off by ${seconds} s: ${newest.ts}`);
}

/// No node reaches the store.
async function cut(world, draw) {
  await withoutStore(world, draw, () => world.store.cut());
}

/// The store answers every request with 429.
async function storm(world, draw) {
  await withoutStore(world, draw, () => world.store.storm());
}

async function withoutStore(world, draw, begin) {
  await strike(world, draw);
  const cutAt = performance.now();
  await begin();
  await sleep(world.seconds(draw, 2, 22) * 1_000);
  const healedAt = performance.now();
  await world.store.heal();
  for (const { ledger, durability } of world.subjects) {
    const allowed = kGraceMs + (durability === 'replicated' ? 0 : kFencedMs);
    const late = ledger.acknowledged.find(
      ({ sentAt, ackedAt }) => sentAt > cutAt + allowed && ackedAt < healedAt,
    );
    assert.equal(late, undefined, `${ledger.name}: acknowledged without a store`);
  }
}

/// No node reaches the store, and one is killed meanwhile.
async function cutAndKill(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  await world.store.cut();
  await sleep(world.seconds(draw, 1, 12) * 1_000);
  await node.kill();
  await assertVerified(node.data);
  await world.store.heal();
  await node.start();
}

/// A disk is lost, and many nodes are started that all want what was on it.
async function claimants(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  await node.kill();
  node.loseDisk();
  const started = Array.from({ length: kClaimants }, () => world.addNode());
  await Promise.all([node, ...started].map((one) => one.start()));
  await settle(world);
  const serving = new Set(world.subjects.map(({ owner }) => owner));
  const spare = world.nodes.filter((one) => !serving.has(one) && one !== world.small);
  const left = spare.slice(0, Math.max(0, world.nodes.length - kNodesKept));
  await Promise.all(
    left.map(async (one) => {
      world.nodes.splice(world.nodes.indexOf(one), 1);
      const exit = await one.stop();
      assert.deepEqual(exit, { code: 0, signal: null }, `${one.name} ends: ${one.tail()}`);
      rmSync(one.folder, { recursive: true, force: true });
    }),
  );
}

/// Syncs of a journal fail: the node acknowledges nothing more, not even when they would succeed.
async function failedSync(world, draw) {
  const node = victim(world, draw);
  await strike(world, draw);
  writeFileSync(node.failSync, '');
  const subjects = world.subjectsOf(node);
  await eventually(
    async () => {
      const { json } = await request(node, 'GET', '/health');
      return json.journal !== 'ok';
    },
    `${node.name} notices that its journal failed`,
    kRefusedMs,
  );
  for (let i = 0; i < 10; ++i) {
    if (i === 5) rmSync(node.failSync);
    await Promise.all(subjects.map((subject) => assertRefuses(world, subject, node)));
  }
  await node.kill();
  await assertVerified(node.data);
  await node.start();
}

/// A disk is full for a while.
async function diskFull(world, draw) {
  const node = world.small;
  assert.ok(node.live, `${node.name} runs`);
  if (world.subjectsOf(node).length === 0) await world.provision(node, 'local');
  await strike(world, draw);
  const until = performance.now() + draw.between(4_000, 9_000);
  let taken = 0;
  while (performance.now() < until) {
    taken = fillDisk(node.folder);
    await sleep(100);
  }
  world.say(`  ${taken >> 20} MiB taken`);
  freeDisk(node.folder);
  const { json } = await request(node, 'GET', '/health');
  if (json.journal === 'ok') return;
  world.say(`  its journal has failed: ${json.journal}`);
  await node.kill();
  await assertVerified(node.data);
  await node.start();
}

export const kFaults = {
  kill,
  kill_and_return: killAndReturn,
  lost_disk: lostDisk,
  there_and_back: thereAndBack,
  taker_killed: takerKilled,
  zombie,
  hiccup,
  clock_jump: clockJump,
  cut,
  cut_and_kill: cutAndKill,
  storm,
  claimants,
  failed_sync: failedSync,
  power_loss: powerLoss,
  disk_full: diskFull,
};
