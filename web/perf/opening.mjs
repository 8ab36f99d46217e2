// From a link to a screen that can be used: connected, the tree and the chat's box there.

import { median } from '../../tests/bench/figures.mjs';
import { within } from './budget.mjs';
import { call, isLive, provision, withBrowser } from './studio.mjs';

const kTimes = 7;

export async function measureOpening() {
  const workspace = await provision('opening');
  for (let at = 0; at < 40; at++) {
    await call(workspace, 'files.create', { path: `src/file-${at}.ts`, text: 'export {};\n' });
  }
  await withBrowser(async (_page, context) => {
    for (const cached of [false, true]) {
      const times = [];
      for (let time = 0; time < kTimes; time++) {
        const page = await context.newPage();
        const tools = await context.newCDPSession(page);
        await tools.send('Network.enable');
        await tools.send('Network.setCacheDisabled', { cacheDisabled: !cached });
        await page.goto(workspace.link, { waitUntil: 'commit' });
        await isLive(page);
        await page.getByTestId('file-src/file-0.ts').waitFor();
        await page.getByTestId('composer-input').waitFor();
        times.push(await page.evaluate(() => performance.now()));
        await page.close();
      }
      const name = cached ? 'first usable screen, cached' : 'first usable screen, nothing cached';
      within(name, median(times), 'ms', 1_000);
    }
  });
}
