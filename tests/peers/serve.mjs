// Starts a peer: what the tests with several of them, and those with one, have in common.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import net from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { kPeers, programOf } from './peers.mjs';

export const kBucket = 'coditect-test';
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
