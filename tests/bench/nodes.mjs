// Nodes of a benchmark: servers with a store of their own, and what their /metrics say.

import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { request } from '../lib/http.mjs';
import { Server, temporaryFolder } from '../lib/server.mjs';

const kQuiet = ['--log-level', 'warning'];
const kCopyLimitMs = 120_000;
const kCopyPollMs = 20;

/// A folder with a store in it, and room for nodes that share the store.
export function site() {
  const folder = temporaryFolder();
  const store = path.join(folder, 'store');
  return { folder, store, url: `file://${store}` };
}

/// A node of the site, or without any store, that is not started yet.
export function nodeOf({ folder, url }, name, { copied = true } = {}) {
  const home = path.join(folder, name);
  mkdirSync(home);
  const args = copied ? ['--store', url] : ['--no-store'];
  return new Server(home, { args: [...args, ...kQuiet] });
}

/// All figures of /metrics by name; those with labels are left out.
export async function metrics(server) {
  const { status, text } = await request(server, 'GET', '/metrics');
  if (status !== 200) throw new Error(`/metrics: HTTP ${status}`);
  const lines = text.matchAll(/^(coditect_\w+) (\S+)$/gm);
  return Object.fromEntries([...lines].map(([, name, value]) => [name, Number(value)]));
}

/// Waits until `quietMs` have passed with at most `puts` requests that change the store.
export async function settled(server, { quietMs, puts, limitMs }) {
  const until = Date.now() + limitMs;
  let before = await metrics(server);
  for (;;) {
    await sleep(quietMs);
    const now = await metrics(server);
    const more = now.coditect_store_puts_total - before.coditect_store_puts_total;
    if (more <= puts) return true;
    if (Date.now() > until) return false;
    before = now;
  }
}

/// Waits until the store has every event that is durable.
export async function copied(server) {
  const until = Date.now() + kCopyLimitMs;
  for (;;) {
    const now = await metrics(server);
    const { coditect_replication_events_total: there, coditect_journal_records: all } = now;
    if (there >= all) return;
    if (Date.now() > until) throw new Error(`${there} of ${all} events are in the store`);
    await sleep(kCopyPollMs);
  }
}
