// Starts a peer: what the tests with several of them, and those with one, have in common.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { kPeers, programOf } from './peers.mjs';

export const kBucket = 'coditect-test';
/// Of the server that startS3() starts.
export const kS3Keys = {
  AWS_ACCESS_KEY_ID: 'coditect',
  AWS_SECRET_ACCESS_KEY: 'coditect-secret',
};
const kReadyMs = 30_000;

export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/// Starts a peer and returns once something listens on its port.
export async function start(program, args, port) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const deadline = Date.now() + kReadyMs;
  for (;;) {
    const socket = net.connect(port, '127.0.0.1');
    const reached = await Promise.race([
      once(socket, 'connect').then(
        () => true,
        () => false,
      ),
      sleep(1_000, false),
    ]);
    socket.destroy();
    if (reached) return child;
    if (child.exitCode !== null || Date.now() > deadline) {
      child.kill('SIGKILL');
      throw new Error(`${program} does not start`);
    }
    await sleep(50);
  }
}

/// A server of Google's JSON API on a port of its own, with the bucket and nothing in it.
export async function startGcs() {
  const port = await freePort();
  const args = ['-backend', 'memory', '-scheme', 'http', '-host', '127.0.0.1'];
  args.push('-port', String(port), '-log-level', 'error');
  const child = await start(programOf(kPeers.gcs), args, port);
  const made = await fetch(`http://127.0.0.1:${port}/storage/v1/b?project=test`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name: kBucket }),
  });
  if (!made.ok) throw new Error(`no bucket: HTTP ${made.status}`);
  return { child, port };
}

/// A server of S3's protocol on a port of its own; the bucket's objects are files in `objects`.
export async function startS3(folder) {
  const port = await freePort();
  const objects = path.join(folder, 'objects', kBucket);
  const metadata = path.join(folder, 'metadata');
  mkdirSync(objects, { recursive: true });
  mkdirSync(metadata);
  const args = ['--port', `127.0.0.1:${port}`, '--access', kS3Keys.AWS_ACCESS_KEY_ID];
  args.push('--secret', kS3Keys.AWS_SECRET_ACCESS_KEY, '--keep-alive', '--quiet');
  args.push('posix', '--sidecar', metadata, path.dirname(objects));
  const child = await start(programOf(kPeers.s3), args, port);
  return { child, port, objects };
}
