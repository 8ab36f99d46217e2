// The torture program: random work on several nodes with one store, and random faults.
//
//   node tests/torture/main.mjs [--seed N] [--minutes M] [--only FAULT[,FAULT...]]
//       [--store file|s3] [--disks-lie]
//
// A world (world.mjs) is a store in a folder and three nodes with a folder each, all run from the
// release binary. Writers (writers.mjs) change files, take locks, send messages and submit tasks,
// and note what was answered (ledger.mjs). Fault after fault is drawn (faults.mjs); after each one
// everything is compared with what was promised (checks.mjs). The seed gives the same draws again,
// not the same moments: the machine takes part. A run that fails prints the seed and what happened,
// and leaves its folders.
//
// What is proven where:
// - here: whole processes, real kills, real takeovers, a real disk that is full, a loss of power
//   (power_loss.mjs; with --disks-lie, where no sync does anything, it must fail), clocks that
//   jump, and with --store s3 a store that answers 429 for a while;
// - server/src/storage/replication/simulation: lease, log and takeover in simulated time, thousands
//   of schedules with clock jumps and lost, late and repeated requests, and the negative controls:
//   without the epoch's check and with other rules broken the simulation must find it;
// - server/src/storage/journal: power loss (any page that was not synced old, new or torn; names
//   lost), and that a journal without its sync is found out;
// - server/src/storage/objects: storms of 429, cut, late, repeated and reordered answers.

import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { checkFork, checkRestore, finish, look, lookAt, settleQuietly } from './checks.mjs';
import { kFaults } from './faults.mjs';
import { Draw, sleep } from './random.mjs';
import { stopInOrder } from './stop.mjs';
import { kStores } from './store.mjs';
import { World } from './world.mjs';

const kEventsMax = 4_000;
const kRestMs = [300, 1_500];

function options() {
  const { values } = parseArgs({
    options: {
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      minutes: { type: 'string', default: '1.5' },
      only: { type: 'string' },
      store: { type: 'string', default: 'file' },
      'disks-lie': { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',') ?? Object.keys(kFaults);
  for (const name of only) {
    if (!(name in kFaults)) {
      throw new Error(`no fault '${name}'; there are: ${Object.keys(kFaults).join(', ')}`);
    }
  }
  const Store = kStores[values.store];
  if (!Store) throw new Error(`no store '${values.store}'; there are: ${Object.keys(kStores)}`);
  const { seed, minutes, 'disks-lie': disksLie } = values;
  return { seed: Number(seed), minutes: Number(minutes), only, Store, disksLie };
}

/// What happened, printed as it happens and kept for a failure.
function diary() {
  const began = performance.now();
  const lines = [];
  const say = (text) => {
    const line = `${((performance.now() - began) / 1000).toFixed(1).padStart(7)} s  ${text}`;
    lines.push(line);
    console.log(line);
  };
  return { lines, say };
}

/// A workspace that has become long gives way to a new one.
async function replaceLong(world, draw) {
  const long = world.subjects.filter(({ ledger }) => ledger.length > kEventsMax);
  for (const subject of long) {
    world.say(`${subject.name} ends after ${subject.ledger.length} events`);
    await finish(world, subject, draw);
    subject.open(); // so that its writers see that it is retired, and end
    world.subjects.splice(world.subjects.indexOf(subject), 1);
    await world.provision(draw.of(world.live), subject.durability);
  }
}

/// One workspace, drawn, is restored and forked beside the others' work.
async function copyOne(world, draw) {
  const subject = draw.of(world.subjects);
  await settleQuietly(world, subject);
  const events = await lookAt(world, subject);
  await checkRestore(world, subject, events);
  if (draw.chance(0.5)) await checkFork(world, subject, events, draw);
  subject.open();
}

async function torture(world, faults, minutes) {
  const draw = new Draw(world.seed, 'faults');
  const until = performance.now() + minutes * 60_000;
  const counts = {};
  await world.start();
  let deck = [];
  while (performance.now() < until) {
    if (deck.length === 0) deck = draw.shuffled(faults);
    const name = deck.pop();
    world.say(name);
    counts[name] = (counts[name] ?? 0) + 1;
    await kFaults[name](world, draw);
    await look(world);
    await copyOne(world, draw);
    await replaceLong(world, draw);
    await sleep(draw.between(...kRestMs));
  }
  world.say('the last look');
  const events = new Map();
  await Promise.all(
    world.subjects.map(async (subject) => {
      events.set(subject, await finish(world, subject, draw));
    }),
  );
  await stopInOrder(world, events);
  return counts;
}

async function main() {
  const wanted = options();
  const { seed, minutes, only, Store } = wanted;
  console.log(
    `torture: --seed ${seed} --minutes ${minutes} --only ${only.join(',')} on ${Store.name}`,
  );
  const { lines, say } = diary();
  const world = new World(seed, say, wanted);
  for (const missing of world.missing) console.log(`torture: LEFT OUT: ${missing}`);
  const absent = world.missing.map((text) => text.split(':')[0]);
  const faults = only.filter((name) => !absent.includes(name));
  try {
    if (faults.length === 0) throw new Error('no fault is left');
    const failed = new Promise((resolve, reject) => (world.fail = reject));
    const counts = await Promise.race([torture(world, faults, minutes), failed]);
    await world.end();
    console.log(`torture: seed ${seed}: faults ${JSON.stringify(counts)}`);
    console.log(`torture: seed ${seed}: work ${JSON.stringify(world.counts)}`);
    world.remove();
  } catch (error) {
    world.keepStacks();
    report(world, lines, error, await keep(world));
    process.exitCode = 1;
  }
  process.exit();
}

async function keep(world) {
  await world.end().catch((error) => console.log(`torture: while ending: ${error.message}`));
  return world.keep();
}

/// The failure first: whoever prints a part of this prints its beginning.
function report(world, lines, error, folder) {
  console.log(`\n== FAILED\n${error.stack}`);
  console.log(`\n== what happened\n${lines.join('\n')}`);
  for (const { name, log } of world.nodes) {
    writeFileSync(path.join(folder, `${name}.log`), `${log.join('\n')}\n`);
    console.log(`\n== ${name}, the end of its log\n${log.slice(-60).join('\n')}`);
  }
  console.log(`\ntorture: seed ${world.seed} FAILED; its folders are kept in ${folder}`);
}

await main();
