// A server whose agents ask models of the test's own.

import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { Server, temporaryFolder } from './server.mjs';

/// Keys as the vendors' own look; none of them may show anywhere.
export const kKeys = {
  ANTHROPIC_API_KEY: 'sk-ant-api03-faults-0123456789abcdef',
  OPENAI_API_KEY: 'sk-proj-faults-0123456789abcdef',
  GEMINI_API_KEY: 'AIzaSy-faults-0123456789abcdef',
  MOONSHOT_API_KEY: 'sk-faults-moonshot-0123456789abcdef',
};

/// coditect.toml that defines `agents`: {name: {key: value}}.
function toml(agents) {
  const tables = Object.entries(agents).map(([name, keys]) => {
    const lines = Object.entries(keys).map(([key, value]) => `${key} = ${JSON.stringify(value)}`);
    return `[agents.${name}]\n${lines.join('\n')}\n`;
  });
  return tables.join('\n');
}

/// Starts a server with these agents and no others.
export function startConfigured(t, agents, env = {}) {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, 'coditect.toml'), toml(agents));
  // What the machine's own proxy is must not matter.
  const quiet = { HTTPS_PROXY: '', https_proxy: '', NO_PROXY: '', no_proxy: '' };
  return Server.start(t, { folder, models: 'configured', env: { ...kKeys, ...quiet, ...env } });
}
