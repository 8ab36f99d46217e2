// A server whose agents are programs that speak the Agent Client Protocol.

import { copyFileSync, chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { Server, temporaryFolder } from '../server.mjs';

const kAgent = path.join(path.dirname(fileURLToPath(import.meta.url)), 'agent.mjs');

/// The scripted agent in a folder of its own, which is all that its sandbox shows of the machine.
export function scriptedAgent() {
  const folder = temporaryFolder();
  copyFileSync(kAgent, path.join(folder, 'scripted-agent.mjs'));
  chmodSync(path.join(folder, 'scripted-agent.mjs'), 0o755);
  return folder;
}

const value = (what) => {
  if (Array.isArray(what) || typeof what !== 'object') return JSON.stringify(what);
  return `{${Object.entries(what)
    .map(([key, each]) => ` ${key} = ${value(each)}`)
    .join(',')} }`;
};

/// `agents`: {name: {key: value}} of coditect.toml, each a scripted agent where nothing else is
/// said.
export function startPrograms(t, agents, { env = {}, args = [], more = '' } = {}) {
  const folder = temporaryFolder();
  const programs = scriptedAgent();
  const tables = Object.entries(agents).map(([name, keys]) => {
    const all = { provider: 'acp', command: ['scripted-agent.mjs'], programs, ...keys };
    const lines = Object.entries(all).map(([key, each]) => `${key} = ${value(each)}`);
    return `[agents.${name}]\n${lines.join('\n')}\n`;
  });
  writeFileSync(path.join(folder, 'coditect.toml'), `${more}\n${tables.join('\n')}`);
  const quiet = { HTTPS_PROXY: '', https_proxy: '', NO_PROXY: '', no_proxy: '' };
  return Server.start(t, { folder, models: 'configured', env: { ...quiet, ...env }, args });
}

/// A prompt that the scripted agent plays.
export function script(...steps) {
  const lines = steps.map((step) => JSON.stringify(step)).join('\n');
  return `Play this script.\n\n\`\`\`script\n${lines}\n\`\`\`\n`;
}
