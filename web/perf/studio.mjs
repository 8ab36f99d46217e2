// A browser that is signed in, and workspaces to be looked at.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

import { chromium } from '@playwright/test';

export const kUrl = process.env.CODITECT_URL;
const kToken = process.env.CODITECT_TOKEN;
const kHeaders = { Authorization: `Bearer ${kToken}`, 'Content-Type': 'application/json' };

/// Runs `use` with a page of a browser whose only profile is signed in; `port` is for its tools.
export async function withBrowser(use, { port = 0, args = [] } = {}) {
  const profile = mkdtempSync(path.join(tmpdir(), 'coditect-perf-'));
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: process.env.CHROMIUM_PATH ?? '/usr/bin/chromium',
    viewport: { width: 1440, height: 900 },
    args: ['--no-sandbox', '--disable-background-networking', ...args].concat(
      port === 0 ? [] : [`--remote-debugging-port=${port}`],
    ),
  });
  try {
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(`${kUrl}/#token=${kToken}`);
    await page.getByTestId('workspaces').waitFor();
    return await use(page, context);
  } finally {
    await context.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

export async function provision(name) {
  const answer = await fetch(`${kUrl}/workspaces/provision`, {
    method: 'POST',
    headers: kHeaders,
    body: JSON.stringify({ name, source: { kind: 'empty' } }),
  });
  if (answer.status !== 201) throw new Error(`provisioning: ${await answer.text()}`);
  const { id } = await answer.json();
  return { id, link: `${kUrl}/#/workspaces/${id}` };
}

/// Calls the methods in one request; every call must be answered.
export async function callAll(workspace, calls) {
  const answer = await fetch(`${kUrl}/workspaces/${workspace.id}/rpc`, {
    method: 'POST',
    headers: kHeaders,
    body: JSON.stringify(
      calls.map(([method, params], id) => ({ jsonrpc: '2.0', id, method, params })),
    ),
  });
  const answers = await answer.json();
  return answers
    .toSorted((a, b) => a.id - b.id)
    .map(({ result, error }) => {
      if (error !== undefined) throw new Error(JSON.stringify(error));
      return result;
    });
}

export async function call(workspace, method, params) {
  return (await callAll(workspace, [[method, params]]))[0];
}

export async function isLive(page) {
  await page.locator('[data-testid="connection"][data-phase="connected"]').waitFor();
}

/// A prompt that the simulated model plays step by step.
export function rehearsal(steps) {
  const lines = steps.map((step) => JSON.stringify(step)).join('\n');
  return `Play it.\n\`\`\`rehearsal\n${lines}\n\`\`\``;
}
