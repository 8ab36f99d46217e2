// 10,000 events a minute: none is lost or comes twice, and the heap stays where it is.

import { setTimeout as sleep } from 'node:timers/promises';

import { kFull, note, report } from '../../tests/bench/figures.mjs';
import { atMost } from './budget.mjs';
import { call, callAll, isLive, provision, withBrowser } from './studio.mjs';

const kMinutes = kFull ? 10 : 1;
const kTickMs = 100;
const kWritesATick = 17; // one event each: 10,200 a minute
const kFiles = 50;

export async function measureEvents() {
  const workspace = await provision('events');
  const versions = await callAll(
    workspace,
    Array.from({ length: kFiles }, (_, at) => [
      'files.create',
      { path: `f/${at}.txt`, text: `${at}\n` },
    ]),
  ).then((made) => made.map(({ version }) => version));
  await withBrowser(async (page, context) => {
    const seen = [];
    page.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => {
        const { method, params } = JSON.parse(String(payload));
        if (method === 'event') seen.push(params.event.seq);
      });
    });
    await page.goto(workspace.link);
    await isLive(page);
    await page.getByTestId('dock-log').click();
    const tools = await context.newCDPSession(page);
    const heap = async () => {
      await tools.send('HeapProfiler.collectGarbage');
      return (await tools.send('Runtime.getHeapUsage')).usedSize / 2 ** 20;
    };
    const before = await heap();
    const started = Date.now();
    let written = 0;
    for (let tick = 0; tick < (kMinutes * 60_000) / kTickMs; tick++) {
      await writeSome(workspace, versions, tick);
      written += kWritesATick;
      await sleep(Math.max(0, started + (tick + 1) * kTickMs - Date.now()));
    }
    const minutes = (Date.now() - started) / 60_000;
    const { head } = await call(workspace, 'workspace.attach', {});
    const shown = page.getByTestId(`event-${head}`);
    await shown.waitFor({ timeout: 10_000 });
    const missed = seen.filter((seq, at) => at > 0 && seq !== seen[at - 1] + 1).length;
    note(`${written} writes in ${minutes.toFixed(1)} min; the last event is on the screen`);
    report('events a minute', seen.length / minutes, '/min', undefined);
    atMost('events lost, repeated or out of order', missed, '', 0);
    atMost('growth of the heap', Math.max(0, (await heap()) - before), 'MB', 200);
  });
}

async function writeSome(workspace, versions, tick) {
  const files = Array.from(
    { length: kWritesATick },
    (_, at) => (tick * kWritesATick + at) % kFiles,
  );
  const written = await callAll(
    workspace,
    files.map((file) => [
      'files.write',
      { path: `f/${file}.txt`, text: `${file} ${tick}\n`, base_version: versions[file] },
    ]),
  );
  written.forEach(({ version }, at) => {
    versions[files[at]] = version;
  });
}
