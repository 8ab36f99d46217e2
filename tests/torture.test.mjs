// The torture program for a minute or so: with a seed that is always the same, and with another one
// each time. `make torture MINUTES=120` goes on for hours.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { kSeed } from './lib/random.mjs';

const kProgram = path.join(path.dirname(fileURLToPath(import.meta.url)), 'torture/main.mjs');
const kFixedSeed = 20261121;
const kMinutes = 1.1;
const kPatienceMs = 280_000;
const kTailLines = 60;
/// Faults after which no node serves again what it has served before and lost.
const kOneWay = 'kill,lost_disk,claimants,failed_sync,disk_full';

/// Runs the program. Its account of the run goes to the diagnostics; a failure shows its end.
async function torture(t, ...args) {
  const child = spawn(process.execPath, [kProgram, '--minutes', String(kMinutes), ...args]);
  t.after(() => child.kill('SIGTERM'));
  const out = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => out.push(chunk));
  const late = setTimeout(() => child.kill('SIGTERM'), kPatienceMs);
  const code = await new Promise((resolve) => child.on('close', resolve));
  clearTimeout(late);
  const lines = Buffer.concat(out).toString().trim().split('\n');
  for (const line of lines.filter((text) => text.startsWith('torture:'))) t.diagnostic(line);
  assert.equal(code, 0, lines.slice(-kTailLines).join('\n'));
}

// Each waits for leases most of its time.
describe('torture', { concurrency: true }, () => {
  test('with the seed of every run', async (t) => {
    await torture(t, '--seed', String(kFixedSeed), '--only', kOneWay);
  });

  // A story that is drawn anew may find what nobody knew of: that is told, and becomes a seed of
  // its own and an issue; it does not fail the change that happened to be tested.
  const todo = 'a new story each time: look into what it tells';
  test('with a seed of its own, all faults', { todo }, async (t) => {
    await torture(t, '--seed', String(kSeed));
  });
});
