// The command line, run as a user runs it.

import { spawn } from 'node:child_process';

import { cleanEnvironment, kBinary } from './server.mjs';

const kCommandMs = 120_000;

/// Runs `coditect ARGS` and resolves to {code, signal, stdout, stderr}. With a `server`, the
/// command finds it as a user's would, through the environment.
export function coditect(args, { server, env = {}, cwd, input = '', timeoutMs = kCommandMs } = {}) {
  const where = server ? { CODITECT_URL: server.url, CODITECT_TOKEN: server.token } : {};
  const child = spawn(kBinary, args, { cwd, env: cleanEnvironment({ ...where, ...env }) });
  const out = [];
  const err = [];
  child.stdout.on('data', (chunk) => out.push(chunk));
  child.stderr.on('data', (chunk) => err.push(chunk));
  child.stdin.on('error', () => child.stdin.destroy());
  child.stdin.end(input);
  const late = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(late);
      const stdout = Buffer.concat(out).toString();
      resolve({ code, signal, stdout, stderr: Buffer.concat(err).toString() });
    });
  });
}
