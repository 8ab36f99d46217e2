// Back after the network was away: connected, and everything that happened meanwhile on the screen.

import { setTimeout as sleep } from 'node:timers/promises';

import { kFull, median } from '../../tests/bench/figures.mjs';
import { within } from './budget.mjs';
import { callAll, isLive, provision, withBrowser } from './studio.mjs';

const kOfflineMs = kFull ? 30_000 : 6_000;
const kTimes = kFull ? 5 : 3;
const kMeanwhile = 500;

export async function measureReconnect() {
  const workspace = await provision('reconnect');
  const times = [];
  await withBrowser(async (page, context) => {
    await page.goto(workspace.link);
    await isLive(page);
    await page.getByTestId('dock-log').click();
    for (let time = 0; time < kTimes; time++) {
      await context.setOffline(true);
      await page.evaluate(() => window.dispatchEvent(new Event('offline')));
      await sleep(kOfflineMs);
      const made = await makeEvents(workspace, time);
      const started = performance.now();
      await context.setOffline(false);
      await page.getByTestId(`event-${made}`).waitFor();
      await isLive(page);
      times.push(performance.now() - started);
    }
  });
  const details = { beside: `${kOfflineMs / 1_000} s away, ${kMeanwhile} events meanwhile` };
  within('all there again after the network is back', median(times), 'ms', 1_000, details);
}

/// The number of the last event.
async function makeEvents(workspace, time) {
  const created = await callAll(
    workspace,
    Array.from({ length: 100 }, (_, at) => [
      'files.create',
      { path: `m/${time}-${at}.txt`, text: 'x'.repeat(100) },
    ]),
  );
  let versions = created.map(({ version }) => version);
  for (let round = 1; round < kMeanwhile / 100; round++) {
    const written = await callAll(
      workspace,
      versions.map((version, at) => [
        'files.write',
        { path: `m/${time}-${at}.txt`, text: `${round}`, base_version: version },
      ]),
    );
    versions = written.map(({ version }) => version);
  }
  return Math.max(...versions);
}
