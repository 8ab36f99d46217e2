// An export of a workspace's files, mounted with the real gcsfuse from a server that speaks as
// Google's does.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

import { kPeers, programOf } from './peers.mjs';
import { kBucket } from './serve.mjs';

const kMountedMs = 30_000;
const kLogKept = 20;
const kMayAdminister = 21n; // CAP_SYS_ADMIN

/// Whether the kernel lets this process mount: root in a container is often not let.
function mayMount() {
  if (process.getuid() !== 0) return true; // fusermount3 may
  const [, effective] = readFileSync('/proc/self/status', 'utf8').match(/CapEff:\s+(\w+)/);
  return ((BigInt(`0x${effective}`) >> kMayAdminister) & 1n) === 1n;
}

/// Why nothing can be mounted here; undefined where it can.
export function whyNotMounted() {
  for (const peer of [kPeers.gcs, kPeers.fuse]) {
    if (!programOf(peer)) return `${peer.name} is not installed: node tests/peers/install.mjs`;
  }
  if (spawnSync('fusermount3', ['--version']).status !== 0) return 'there is no fusermount3';
  if (!mayMount()) return 'this process may not mount file systems';
  try {
    closeSync(openSync('/dev/fuse', 'r+'));
  } catch (error) {
    return `no file system may be mounted here: ${error.message}`;
  }
  return undefined;
}

function isMounted(folder) {
  return statSync(folder).dev !== statSync(`${folder}/..`).dev;
}

/// A folder of the bucket, read-only at `at`. Mounts that stay away from the store for `ttlSeconds`
/// see changes as late.
export class Mount {
  constructor({ port, prefix, at, ttlSeconds = 0 }) {
    Object.assign(this, { port, prefix, at, ttlSeconds, log: [] });
  }

  async start() {
    mkdirSync(this.at, { recursive: true });
    // What a mount of Google's own storage does without: the last three are for the emulator.
    const args = ['--foreground', '--implicit-dirs', '-o', 'ro', '--only-dir', this.prefix];
    args.push('--metadata-cache-ttl-secs', String(this.ttlSeconds));
    args.push('--metadata-cache-negative-ttl-secs', String(this.ttlSeconds));
    args.push('--anonymous-access', '--enable-hns=false', '--experimental-enable-json-read');
    args.push('--custom-endpoint', `http://127.0.0.1:${this.port}/storage/v1/`);
    args.push('--log-severity', 'warning', kBucket, this.at);
    const child = spawn(programOf(kPeers.fuse), args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = (chunk) => (this.log = [...this.log, chunk.toString()].slice(-kLogKept));
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    this.child = child;
    this.exited = once(child, 'exit');
    process.on('exit', this.orphan);
    const deadline = Date.now() + kMountedMs;
    while (!isMounted(this.at)) {
      if (child.exitCode !== null || Date.now() > deadline) {
        await this.stop();
        throw new Error(`gcsfuse does not mount:\n${this.log.join('')}`);
      }
      await sleep(20);
    }
  }

  /// Whatever ends this process, no mount outlives it.
  orphan = () => {
    spawnSync('fusermount3', ['-u', '-z', this.at]);
    this.child.kill('SIGKILL');
  };

  async stop() {
    if (this.child === undefined) return;
    process.off('exit', this.orphan);
    spawnSync('fusermount3', ['-u', '-z', this.at]);
    const late = setTimeout(() => this.child.kill('SIGKILL'), kMountedMs);
    if (this.child.exitCode === null && this.child.signalCode === null) await this.exited;
    clearTimeout(late);
  }
}
