// How old the newest event in a store is, seen from outside: by when bundles appear in its folder.

import { once } from 'node:events';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { Worker } from 'node:worker_threads';

const kSampleMs = 10;

/// The folder of the bundles of the only node of a store, in its last epoch.
function logFolder(store) {
  const nodes = path.join(store, 'objects/nodes');
  const [node] = readdirSync(nodes);
  const epochs = readdirSync(path.join(nodes, node)).filter((name) => /^\d+$/.test(name));
  return path.join(nodes, node, epochs.sort().at(-1), 'log');
}

/// Watches in a thread of its own, so that the load does not delay it.
export class StoreWatcher {
  static async start(store) {
    const file = new URL('./store-watcher-thread.mjs', import.meta.url);
    const worker = new Worker(file, { workerData: { folder: logFolder(store) } });
    await once(worker, 'message');
    return new StoreWatcher(worker);
  }

  constructor(worker) {
    this.worker = worker;
  }

  /// The bundles since the start: `[{number, seenAt, bytes, events: [{workspace, first, last}]}]`.
  async stop() {
    this.worker.postMessage('stop');
    const [bundles] = await once(this.worker, 'message');
    await this.worker.terminate();
    return bundles;
  }
}

/// For each acknowledged event the milliseconds from its answer until its bundle was seen,
/// ascending; throws when one is in no bundle. Sets `storedAt` of each.
export function exposures(acknowledged, workspaces, bundles) {
  const covered = new Map(workspaces.map(({ id }) => [id, []]));
  for (const { seenAt, events } of bundles) {
    for (const { workspace, last } of events) covered.get(workspace)?.push({ last, seenAt });
  }
  for (const event of acknowledged) {
    const { id } = workspaces[event.writer];
    const bundle = covered.get(id).find(({ last }) => last >= event.seq);
    if (bundle === undefined) {
      throw new Error(`event ${event.seq} of ${id} was acknowledged and is not in the store`);
    }
    event.storedAt = bundle.seenAt;
  }
  const waited = acknowledged.map(({ at, storedAt }) => Math.max(0, storedAt - at));
  return waited.sort((a, b) => a - b);
}

/// At every moment of the load, sampled: the milliseconds since the newest event that is in the
/// store was acknowledged; ascending. Needs what `exposures` has set.
export function newestAges(acknowledged, bundles) {
  const newest = new Map();
  for (const { at, storedAt } of acknowledged) {
    newest.set(storedAt, Math.max(at, newest.get(storedAt) ?? 0));
  }
  const end = acknowledged.reduce((last, { at }) => Math.max(last, at), 0);
  const seen = bundles.filter(({ seenAt }) => newest.has(seenAt));
  const ages = [];
  seen.forEach(({ seenAt }, index) => {
    const until = Math.min(end, seen[index + 1]?.seenAt ?? end);
    for (let now = seenAt; now < until; now += kSampleMs) {
      ages.push(Math.max(0, now - newest.get(seenAt)));
    }
  });
  return ages.sort((a, b) => a - b);
}
