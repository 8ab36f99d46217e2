// Runs a command against a fresh server with simulated models, and ends with the command's exit
// code. The command finds the server through CODITECT_URL and CODITECT_TOKEN.
//
//   node with-server.mjs COMMAND ARG...

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { Server, temporaryFolder } from './lib/server.mjs';

const [command, ...args] = process.argv.slice(2);
if (command === undefined) {
  console.error('with-server: which command?');
  process.exit(2);
}
const folder = temporaryFolder();
// Browser tests see what is done about waits for locks without waiting for it as long as people do.
writeFileSync(
  path.join(folder, 'coditect.toml'),
  '[locks]\nmessage_after_s = 1\nask_after_s = 2\n',
);
const server = new Server(folder);
await server.start();
const env = { ...process.env, CODITECT_URL: server.url, CODITECT_TOKEN: server.token };
const child = spawn(command, args, { env, stdio: 'inherit' });
const [code] = await once(child, 'exit');
await server.stop();
if (code !== 0) console.error(`The end of the server's log:\n${server.tail()}`);
process.exitCode = code ?? 1;
