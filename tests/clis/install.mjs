// Installs the real programs that speak the Agent Client Protocol, once, beside this file: they are
// large, so that is not part of setting up.

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

export const kFolder = path.dirname(fileURLToPath(import.meta.url));
const kLimitMs = 240_000;

/// "" once they are installed, else why they are not. CODITECT_TEST_CLIS=no says not to try.
export function installClis() {
  const lock = readFileSync(path.join(kFolder, 'package-lock.json'));
  const want = createHash('sha256').update(lock).digest('hex');
  const stamp = path.join(kFolder, 'node_modules/.installed-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === want) return '';
  if (process.env.CODITECT_TEST_CLIS === 'no') return 'CODITECT_TEST_CLIS is no';
  const args = ['ci', '--prefix', kFolder, '--ignore-scripts', '--no-audit', '--no-fund'];
  const done = spawnSync('npm', args, { cwd: kFolder, timeout: kLimitMs, encoding: 'utf8' });
  if (done.status !== 0) {
    const why = done.error?.message ?? done.stderr.trim().split('\n').slice(-3).join(' ');
    return `npm ci in tests/clis: ${why}`;
  }
  writeFileSync(stamp, want);
  return '';
}
