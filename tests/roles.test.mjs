// What an agent is called for, as coditect.toml says it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { startConfigured } from './lib/configured.mjs';
import { Workspace } from './lib/workspace.mjs';

test('an agent has the role of the configuration, and others have none', async (t) => {
  const agent = { provider: 'anthropic', model: 'claude-opus-5-5' };
  const server = await startConfigured(t, {
    claude: { ...agent, role: 'reviewer' },
    kimi: agent,
  });
  const workspace = await Workspace.provision(server);
  const { agents } = await workspace.call('agents.list');
  assert.deepEqual(
    agents.map(({ name, role }) => [name, role]),
    [
      ['claude', 'reviewer'],
      ['kimi', undefined],
    ],
  );
});
