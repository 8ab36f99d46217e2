// Servers of the studio whose workspaces are connected to MCP servers.

import { chmodSync, copyFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Server, temporaryFolder } from '../server.mjs';

const kHere = path.dirname(fileURLToPath(import.meta.url));

/// The raw server in a folder of its own, which is all that its sandbox shows of the machine beside
/// the `more` folders.
export async function startStudio(t, more = []) {
  const programs = temporaryFolder();
  copyFileSync(path.join(kHere, 'raw-server.mjs'), path.join(programs, 'raw-server.mjs'));
  chmodSync(path.join(programs, 'raw-server.mjs'), 0o755);
  const folder = temporaryFolder();
  const folders = JSON.stringify([programs, ...more]);
  writeFileSync(path.join(folder, 'coditect.toml'), `[mcp]\nprograms = ${folders}\n`);
  // What the machine's own proxy is must not matter.
  const env = { HTTPS_PROXY: '', https_proxy: '', NO_PROXY: '', no_proxy: '' };
  return Server.start(t, { folder, env });
}

export const raw = (...args) => ({ command: ['raw-server.mjs', ...args] });

export const setServer = (workspace, name, server) =>
  workspace.call('mcp.set_server', { name, server });

/// The finished calls of tools of a task, in order: {tool, ok, output}.
export function callsOf(events, task) {
  return events
    .filter(({ type, data }) => type === 'tool_call' && data.phase === 'finished')
    .filter((event) => event.task === task.id)
    .map(({ data }) => data);
}
