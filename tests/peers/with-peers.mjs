// Runs a command while the peers serve: node tests/peers/with-peers.mjs COMMAND [ARGUMENT...]
//
// The command finds in its environment CODITECT_PEER_GCS_PORT and CODITECT_PEER_S3_PORT (of
// 127.0.0.1; the bucket is coditect-test) and CODITECT_PEER_S3_FOLDER, where that bucket's objects
// are files.
// Exit: the command's; 77 where no peer can be had.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { install, kPeers, programOf } from './peers.mjs';
import { startGcs, startS3 } from './serve.mjs';

const kSkipped = 77;

async function startFake() {
  const { child, port } = await startGcs();
  return { child, env: { CODITECT_PEER_GCS_PORT: String(port) } };
}

async function startS3Peer(folder) {
  const { child, port, objects } = await startS3(folder);
  const env = { CODITECT_PEER_S3_PORT: String(port), CODITECT_PEER_S3_FOLDER: objects };
  return { child, env };
}

const missing = install();
const [command, ...commandArgs] = process.argv.slice(2);
const started = [];
const folder = mkdtempSync(path.join(os.tmpdir(), 'coditect-peers-'));
let code = 1;
try {
  if (programOf(kPeers.gcs)) started.push(await startFake());
  if (programOf(kPeers.s3)) started.push(await startS3Peer(folder));
  if (started.length === 0) {
    console.error('peers: !!! SKIPPED: no peer can be had here !!!');
    code = kSkipped;
  } else {
    if (missing.length > 0) console.error(`peers: !!! NOT TESTED against ${missing.join()} !!!`);
    const env = Object.assign({}, process.env, ...started.map((peer) => peer.env));
    const child = spawn(command, commandArgs, { stdio: 'inherit', env });
    [code] = await once(child, 'exit');
  }
} finally {
  for (const { child } of started) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
}
process.exit(code ?? 1);
