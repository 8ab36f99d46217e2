// The thread of a StoreWatcher: notes when each bundle of a node appears in a store's folder.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';

import { kEvents, readIndex } from './bundle-index.mjs';

const kPollMs = 2;
const kNumberDigits = 12;
/// A store's folder ends each object with this many bytes of its own (docs/formats/objects.md).
const kObjectTrailerBytes = 71;

const { folder } = workerData;
const bundles = [];
const existing = readdirSync(folder).map((name) => Number.parseInt(name, 10));
let next = Math.max(0, ...existing) + 1;

function take() {
  for (;;) {
    const file = path.join(folder, `${String(next).padStart(kNumberDigits, '0')}.bundle`);
    if (!existsSync(file)) return;
    const seenAt = Date.now();
    const bytes = readFileSync(file).subarray(0, -kObjectTrailerBytes);
    const entries = readIndex(bytes).entries.filter(({ kind }) => kind === kEvents);
    const events = entries.map(({ workspace, first, last }) => ({ workspace, first, last }));
    bundles.push({ number: next++, seenAt, bytes: bytes.length, events });
  }
}

const timer = setInterval(take, kPollMs);
parentPort.once('message', () => {
  clearInterval(timer);
  take();
  parentPort.postMessage(bundles);
});
parentPort.postMessage('ready');
