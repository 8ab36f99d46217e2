// The end of a run: every node stops in order, and its disk holds what it served.

import assert from 'node:assert/strict';
import path from 'node:path';

import { readArchive } from '../lib/log.mjs';
import { assertVerified } from './checks.mjs';
import { assertBegins } from './ledger.mjs';

const kInOrder = { code: 0, signal: null };

/// Stops all nodes at once, so that none takes over from another. `events` holds those of each
/// workspace.
export async function stopInOrder(world, events) {
  const folders = new Map();
  for (const subject of events.keys()) {
    folders.set(subject, subject.on(subject.owner).folder());
  }
  const exits = await Promise.all(world.nodes.map((node) => node.stop()));
  exits.forEach((exit, i) => {
    assert.deepEqual(exit, kInOrder, `${world.nodes[i].name} ends:\n${world.nodes[i].tail()}`);
  });
  for (const node of world.nodes) await assertVerified(path.join(node.folder, 'data'));
  for (const [subject, known] of events) {
    const archived = readArchive(folders.get(subject));
    assertBegins(archived, known, `${subject.name}: the archive`);
  }
}
