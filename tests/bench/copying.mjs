// What copying a thousand workspaces costs, and how far behind the copy is.

import { setTimeout as sleep } from 'node:timers/promises';

import { cheapEvent, provisionMany, steady, together } from './load.mjs';
import { kFull, note, percentile, report, usage } from './figures.mjs';
import { copied, metrics, nodeOf, settled, site } from './nodes.mjs';
import { exposures, newestAges, StoreWatcher } from './store-watcher.mjs';

const kWorkspaces = 1000;
const kRate = 10_000;
const kActive = 10;
const kIdleMs = kFull ? 120_000 : 15_000;
/// Changed pages of databases leave every 30 s.
const kActiveMs = kFull ? 120_000 : 33_000;
const kLoadMs = kFull ? 60_000 : 20_000;
const kWarmUpMs = 4_000;
/// A rate counts as reached from here on; else the load goes on with less than the box can do.
const kReached = 0.97;
const kBelowLimit = 0.8;
const kSettled = { quietMs: 11_000, puts: 6, limitMs: kFull ? 240_000 : 120_000 };
const kDrainMs = 4_000;
const kOpensAtOnce = 20;

/// List prices of Google Cloud Storage, standard class, 2026: dollars.
const kPrice = { thousandChanges: 0.005, thousandReads: 0.0004, gigabyteMonth: 0.02 };
const kDayMs = 86_400_000;

/// What the store was asked for while `work` was done, as if it went on for a day.
async function perDay(server, name, work) {
  const before = { ...(await metrics(server)), cpuMs: usage(server).cpuMs };
  const started = performance.now();
  const result = await work();
  const ms = performance.now() - started;
  const after = { ...(await metrics(server)), cpuMs: usage(server).cpuMs };
  const daily = (metric) => ((after[metric] - before[metric]) / ms) * kDayMs;
  const puts = daily('coditect_store_puts_total');
  const lists = daily('coditect_store_lists_total');
  const gets = daily('coditect_store_gets_total');
  const gigabytes = daily('coditect_store_bytes_up_total') / 1e9;
  const changes = ((puts + lists) / 1000) * kPrice.thousandChanges;
  const reads = (gets / 1000) * kPrice.thousandReads;
  const kept = gigabytes * kPrice.gigabyteMonth;
  const dollars = `$${changes.toFixed(3)} puts and lists, $${reads.toFixed(3)} gets`;
  const window = `${(ms / 1000).toFixed(0)} s measured`;
  report(`${name}: PUTs`, puts, '/day', undefined, { lists, gets, beside: window });
  report(`${name}: sent`, gigabytes * 1000, 'MB/day', undefined, {
    beside: `$${kept.toFixed(3)} for each month that all of a day is kept`,
  });
  report(`${name}: requests`, changes + reads, '$/day', undefined, { beside: dollars });
  const cpu = (after.cpuMs - before.cpuMs) / (ms / 1000);
  report(`${name}: processor`, cpu, 'ms/s');
  return result;
}

/// The rate that the load goes on with: kRate where the box can do it, else somewhat less than what
/// it can, because at the very limit every queue grows.
async function findRate(sockets) {
  const { rate } = await steady(sockets, kRate, kWarmUpMs, cheapEvent);
  if (rate >= kRate * kReached) return kRate;
  const chosen = Math.floor(rate * kBelowLimit);
  note(`10,000 events/s are OUT OF REACH here: ${rate.toFixed(0)}/s; going on with ${chosen}/s`);
  return chosen;
}

async function measureLoad(server, store, workspaces) {
  const sockets = [];
  await together(kOpensAtOnce, workspaces.length, async (index) => {
    sockets[index] = await workspaces[index].open();
  });
  const wanted = await findRate(sockets);
  await sleep(kDrainMs);
  const watcher = await StoreWatcher.start(store);
  const { rate, acknowledged } = await perDay(server, `${wanted}/s over 1,000`, async () => {
    const reached = await steady(sockets, wanted, kLoadMs, cheapEvent);
    await copied(server);
    return reached;
  });
  const bundles = await watcher.stop();
  report('rate reached', rate, '/s');
  const waits = acknowledged.map(({ at, sentAt }) => at - sentAt).sort((a, b) => a - b);
  report('durable answer at that rate, p50', percentile(waits, 0.5), 'ms');
  report('durable answer at that rate, p99', percentile(waits, 0.99), 'ms', 100);
  const exposed = exposures(acknowledged, workspaces, bundles);
  const ages = newestAges(acknowledged, bundles);
  const size = { bundles: bundles.length, events: acknowledged.length };
  report('age of the newest event in the store, p50', percentile(ages, 0.5), 'ms', undefined, size);
  report('age of the newest event in the store, p99', percentile(ages, 0.99), 'ms', undefined);
  report('answered until in the store, p50', percentile(exposed, 0.5), 'ms');
  report('answered until in the store, p99', percentile(exposed, 0.99), 'ms');
  report('answered until in the store, longest', exposed.at(-1), 'ms');
  note(`${size.events} events in ${size.bundles} bundles; each was found in one, from outside`);
}

export async function measureCopying() {
  const place = site();
  const server = nodeOf(place, 'node');
  try {
    await server.start();
    const started = performance.now();
    const workspaces = await provisionMany(server, kWorkspaces, 'local');
    const seconds = (performance.now() - started) / 1000;
    note(`${kWorkspaces} workspaces provisioned in ${seconds.toFixed(1)} s`);
    const price = `$${kPrice.thousandChanges}/1,000 puts and lists, $${kPrice.thousandReads}/1,000`;
    note(`GCS list prices of 2026: ${price} gets, $${kPrice.gigabyteMonth}/GB and month`);
    if (!(await settled(server, kSettled))) note('the store is STILL BUSY with the provisioning');
    await perDay(server, 'idle, 1,000 workspaces', () => sleep(kIdleMs));
    const few = await Promise.all(workspaces.slice(0, kActive).map((each) => each.open()));
    await perDay(server, '10 active at 1/s', () => steady(few, kActive, kActiveMs, cheapEvent));
    for (const socket of few) await socket.close();
    await measureLoad(server, place.store, workspaces);
  } finally {
    await server.stop();
  }
}
