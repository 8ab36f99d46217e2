// The protocol's own conformance kit against our protocol core, with the fixtures that it asks for
// by name (server/testing/mcp): the suites of both revisions, and the kit's earlier generation.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { test } from 'node:test';

import { cleanEnvironment, kBinary, temporaryFolder } from './lib/server.mjs';
import { installed, kFolder, missing, newNode } from './mcp/node.mjs';

const kFixtures = path.join(path.dirname(kBinary), 'mcp_fixture_server');
const kNode = newNode(kFolder);
const kKit = installed(kFolder, '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
const kEarlierKit = installed(kFolder, 'conformance-0.1', 'dist', 'index.js');
const kSkip = missing([kNode, kKit, kEarlierKit]);
const kRunMs = 240_000;

/// Starts the fixtures; their URL. They end when the test does.
async function fixtures(t) {
  assert.ok(existsSync(kFixtures), `${kFixtures} is missing; tools/test build-release builds it`);
  const child = spawn(kFixtures, { stdio: ['pipe', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  t.after(async () => {
    child.stdin.end();
    const [code] = await exited;
    assert.equal(code, 0, 'the fixtures end in order');
  });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return url;
}

/// Runs a kit; {code, output}.
async function run(kit, args) {
  const child = spawn(kNode, [kit, 'server', ...args, '--output-dir', temporaryFolder()], {
    env: cleanEnvironment({ NO_COLOR: '1' }),
    timeout: kRunMs,
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(text));
  const [code] = await once(child, 'close');
  return { code, output: Buffer.concat(output).toString() };
}

/// The scenarios of the summary, with their passed and failed checks.
function summary(output) {
  const lines = output.slice(output.indexOf('=== SUMMARY ===')).split('\n');
  const found = lines.map((line) => line.match(/^([✓✗]) ([\w-]+): (\d+) passed, (\d+) failed/));
  return found.filter(Boolean).map(([, mark, scenario, passed, failed]) => {
    return { scenario, good: mark === '✓' && failed === '0', passed: Number(passed) };
  });
}

const kExpected = ['--expected-failures', path.join(kFolder, 'expected-failures.yml')];
const kRuns = [
  {
    name: '2026-07-28',
    kit: kKit,
    args: ['--requirements', '2026-07-28', ...kExpected],
    extension: /^tasks-/,
    scenarios: 40,
    checks: 140,
  },
  {
    name: '2025-11-25',
    kit: kKit,
    args: ['--requirements', '2025-11-25'],
    scenarios: 33,
    checks: 80,
  },
  { name: 'kit 0.1', kit: kEarlierKit, args: ['--suite', 'all'], scenarios: 32, checks: 45 },
];

for (const { name, kit, args, extension, scenarios, checks } of kRuns) {
  test(`the conformance kit passes: ${name}`, { skip: kSkip }, async (t) => {
    const url = await fixtures(t);
    const { code, output } = await run(kit, ['--url', url, ...args]);
    // What failed as expected is listed, with its reason, in expected-failures.yml.
    const ran = summary(output).filter(({ scenario }) => !extension?.test(scenario));
    const failed = ran.filter(({ good }) => !good).map(({ scenario }) => scenario);
    assert.deepEqual(failed, [], output);
    assert.equal(code, 0, output);
    assert.ok(ran.length >= scenarios, `${ran.length} scenarios ran:\n${output}`);
    const passed = ran.reduce((sum, each) => sum + each.passed, 0);
    assert.ok(passed >= checks, `${passed} checks passed:\n${output}`);
  });
}
