// A node is killed and its disk removed: until another one serves its workspaces.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { request } from '../lib/http.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { note, report } from './figures.mjs';
import { provisionMany, together } from './load.mjs';
import { copied, nodeOf, site } from './nodes.mjs';

const kWorkspaces = 100;
const kPollMs = 10;
const kLimitMs = 120_000;
const kFile = 'kept.txt';
const kText = 'kept\n';

/// The leases in the store's folder: node to the line of JSON that holds its lease.
function leases(store) {
  const folder = path.join(store, 'objects/leases');
  const read = (name) => JSON.parse(readFileSync(path.join(folder, name), 'utf8').split('\n')[0]);
  return Object.fromEntries(readdirSync(folder).map((name) => [name, read(name)]));
}

/// When (milliseconds from now on) somebody else holds the lease of the lost node.
async function leaseTaken(store, name, killedAt) {
  const { epoch } = leases(store)[name];
  while (leases(store)[name].epoch === epoch) {
    if (performance.now() - killedAt > kLimitMs) throw new Error('nobody took the lease');
    await sleep(kPollMs);
  }
  return performance.now() - killedAt;
}

/// When each workspace is served by `second`: its file is read there.
async function served(second, workspaces, killedAt) {
  const waiting = new Map(workspaces.map((workspace) => [workspace.id, workspace]));
  const times = [];
  while (waiting.size > 0) {
    if (performance.now() - killedAt > kLimitMs) throw new Error(`${waiting.size} are not back`);
    const { json } = await request(second, 'GET', '/workspaces?limit=1000');
    for (const { id } of json.workspaces) {
      const workspace = waiting.get(id);
      if (workspace === undefined) continue;
      const text = await new Workspace(second, workspace.answer).text(kFile).catch(() => undefined);
      if (text !== kText) continue;
      waiting.delete(id);
      times.push(performance.now() - killedAt);
    }
    await sleep(kPollMs);
  }
  return times;
}

export async function measureTakeover() {
  const place = site();
  const first = nodeOf(place, 'first');
  const second = nodeOf(place, 'second');
  try {
    await first.start();
    const [name] = readdirSync(path.join(place.store, 'objects/leases'));
    const workspaces = await provisionMany(first, kWorkspaces);
    await together(8, kWorkspaces, (index) => workspaces[index].create(kFile, kText));
    await copied(first);
    await second.start();
    await sleep(2_000);
    const killedAt = performance.now();
    await first.kill();
    rmSync(first.folder, { recursive: true });
    const [lease, times] = await Promise.all([
      leaseTaken(place.store, name, killedAt),
      served(second, workspaces, killedAt),
    ]);
    note(`a node with ${kWorkspaces} workspaces is killed and its disk removed; another one runs`);
    const waited = 'no clock is trusted: up to 12 s after the last renewal that was seen';
    report('takeover: waiting for the lease to end', lease / 1000, 's', undefined, {
      beside: waited,
    });
    report('takeover: first workspace, from the lease on', (times[0] - lease) / 1000, 's');
    report('takeover: all workspaces, from the lease on', (times.at(-1) - lease) / 1000, 's');
    report('takeover: first workspace, from the kill on', times[0] / 1000, 's');
    report('takeover: all workspaces, from the kill on', times.at(-1) / 1000, 's');
  } finally {
    await Promise.all([first.stop(), second.stop()]);
  }
}
