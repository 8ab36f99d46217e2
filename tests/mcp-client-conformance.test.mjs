// The protocol's own conformance kit against our client (server/testing/mcp/client): the scenarios
// of both revisions, and of the kit's earlier generation.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';

import { cleanEnvironment, kBinary, temporaryFolder } from './lib/server.mjs';
import { installed, kFolder, missing, newNode } from './mcp/node.mjs';

const kClient = path.join(path.dirname(kBinary), 'mcp_conformance_client');
const kNode = newNode(kFolder);
const kKit = installed(kFolder, '@modelcontextprotocol', 'conformance', 'dist', 'index.js');
const kEarlierKit = installed(kFolder, 'conformance-0.1', 'dist', 'index.js');
const kSkip = missing([kNode, kKit, kEarlierKit]);
const kRunMs = 240_000;
const kExpected = path.join(kFolder, 'client-expected-failures.yml');

/// Runs a kit; {code, output}.
async function run(kit, args) {
  assert.ok(existsSync(kClient), `${kClient} is missing; tools/test build-release builds it`);
  const all = ['client', '--command', kClient, '--timeout', '60000', ...args];
  all.push('--expected-failures', kExpected, '--output-dir', temporaryFolder());
  const child = spawn(kNode, [kit, ...all], {
    env: cleanEnvironment({ NO_COLOR: '1' }),
    timeout: kRunMs,
  });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => output.push(text));
  const [code] = await once(child, 'close');
  return { code, output: Buffer.concat(output).toString() };
}

for (const { name, kit, args, scenarios, checks } of [
  {
    name: '2026-07-28',
    kit: kKit,
    args: ['--requirements', '2026-07-28'],
    scenarios: 31,
    checks: 400,
  },
  {
    name: '2025-11-25',
    kit: kKit,
    args: ['--requirements', '2025-11-25'],
    scenarios: 16,
    checks: 230,
  },
  { name: 'kit 0.1', kit: kEarlierKit, args: ['--suite', 'all'], scenarios: 18, checks: 180 },
]) {
  test(`the client passes the conformance kit: ${name}`, { skip: kSkip }, async () => {
    const { code, output } = await run(kit, args);
    const end = output.slice(output.indexOf('=== SUITE SUMMARY ==='));
    assert.equal(code, 0, end);
    const passed = [...end.matchAll(/^✓ ([\w/-]+): (\d+) passed, 0 failed/gm)];
    assert.ok(passed.length >= scenarios, `${passed.length} scenarios\n${end}`);
    const sum = passed.reduce((all, [, , count]) => all + Number(count), 0);
    assert.ok(sum >= checks, `${sum} checks\n${end}`);
  });
}
