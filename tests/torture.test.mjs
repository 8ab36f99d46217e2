// The torture program for a minute or so: with a seed that is always the same, and with another one
// each time. `make torture MINUTES=120` goes on for hours.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { kSeed } from './lib/random.mjs';
import { whyNoS3 } from './torture/store.mjs';

const kProgram = path.join(path.dirname(fileURLToPath(import.meta.url)), 'torture/main.mjs');
const kFixedSeed = 20261121;
const kMinutes = 1.1;
const kPatienceMs = 280_000;
const kShownLines = 400;
/// Faults after which no node serves again what it has served before and lost.
const kOneWay = 'kill,lost_disk,claimants,failed_sync,disk_full,power_loss,clock_jump';
const kStorms = ['--only', 'storm,cut,kill', '--seed', String(kFixedSeed), '--minutes', '0.7'];
const kPower = ['--only', 'power_loss', '--seed', String(kFixedSeed), '--minutes', '0.3'];

/// Runs the program. Its account of the run goes to the diagnostics. Returns {code, lines}.
async function run(t, ...args) {
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
  return { code, lines };
}

/// The same; a failure shows what it was, and what went before.
async function torture(t, ...args) {
  const { code, lines } = await run(t, ...args);
  const from = Math.max(0, lines.indexOf('== FAILED'));
  assert.equal(code, 0, lines.slice(from, from + kShownLines).join('\n'));
}

// Each waits for leases most of its time; more than two at once would wait for one another.
describe('torture', { concurrency: true }, () => {
  describe('with the seed of every run', () => {
    test('passes', async (t) => {
      await torture(t, '--seed', String(kFixedSeed), '--only', kOneWay);
    });

    test('fails where no sync does anything', async (t) => {
      const { code, lines } = await run(t, ...kPower, '--disks-lie');
      const leftOut = lines.find((line) => line.includes('LEFT OUT: power_loss'));
      if (leftOut) return t.skip(leftOut);
      assert.equal(code, 1, 'a loss of power was not found out');
      const [, folder] = lines.at(-1).match(/kept in (.*)$/);
      rmSync(folder, { recursive: true, force: true });
      const failure = lines[lines.findIndex((line) => line === '== FAILED') + 1];
      assert.match(failure, /^AssertionError/);
    });
  });

  describe('with others', () => {
    const skip = whyNoS3();
    if (skip) console.error(`torture: !!! NOT TESTED on S3: ${skip} !!!`);
    test('passes on a store that is cut off and answers 429', { skip }, async (t) => {
      await torture(t, '--store', 's3', ...kStorms);
    });

    // A story that is drawn anew may find what nobody knew of: that is told, and becomes a seed of
    // its own and an issue; it does not fail the change that happened to be tested.
    const todo = 'a new story each time: look into what it tells';
    test('passes a new story', { todo }, async (t) => {
      await torture(t, '--seed', String(kSeed));
    });
  });
});
