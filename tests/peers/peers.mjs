// Programs of other people that the stores and what is in them are tested with: which, in which
// version, and where they are installed. They are built from their sources by Go's ordinary client,
// once.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kInstallMs = 1_200_000;

// Pinned: docs/decisions/0012-real-peers-in-tests.md says what is known of these versions.
export const kPeers = {
  gcs: { name: 'fake-gcs-server', module: 'github.com/fsouza/fake-gcs-server', version: 'v1.56.1' },
  s3: {
    name: 'versitygw',
    module: 'github.com/versity/versitygw/cmd/versitygw',
    version: 'v1.8.0',
  },
  fuse: {
    name: 'gcsfuse',
    module: 'github.com/googlecloudplatform/gcsfuse/v3',
    version: 'v3.11.4',
  },
};

/// What the benchmarks are compared with; the tests need none of it.
export const kRivals = {
  litestream: {
    name: 'litestream',
    module: 'github.com/benbjohnson/litestream/cmd/litestream',
    version: 'v0.5.18',
  },
};

function folderOf(peer) {
  return path.join(kRoot, '.tools/peers', `${peer.name}-${peer.version}`);
}

/// The program of an installed peer; undefined where it is not installed.
export function programOf(peer) {
  const program = path.join(folderOf(peer), peer.name);
  return existsSync(program) ? program : undefined;
}

/// Builds what is missing. Returns the names of the peers that cannot be had here.
export function install(wanted = kPeers) {
  const missing = [];
  for (const peer of Object.values(wanted)) {
    if (programOf(peer)) continue;
    console.error(`peers: building ${peer.name} ${peer.version}; this takes some minutes, once`);
    const built = spawnSync('go', ['install', `${peer.module}@${peer.version}`], {
      env: { ...process.env, GOBIN: folderOf(peer), GOTOOLCHAIN: 'local', GOFLAGS: '-mod=mod' },
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: kInstallMs,
    });
    if (built.status === 0 && programOf(peer)) continue;
    const why = built.error?.message ?? built.stderr?.toString().trim().split('\n').at(-1);
    console.error(`peers: SKIPPED: ${peer.name} ${peer.version} cannot be built here: ${why}`);
    missing.push(peer.name);
  }
  return missing;
}
