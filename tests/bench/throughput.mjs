// Acknowledged events a second with the copying off, on, and waited for.

import { hammer, cheapEvent, provisionMany } from './load.mjs';
import { kFull, median, note, report, usage } from './figures.mjs';
import { nodeOf, site } from './nodes.mjs';

const kWriters = 64;
const kWorkspaces = 16;
const kRounds = kFull ? 5 : 3;
const kRoundMs = kFull ? 4_000 : 1_500;
const kFileBytes = 4096;

const kKinds = [
  { name: 'small events', call: cheapEvent },
  {
    name: 'files of 4 KiB',
    call: (socket, round, writer) => {
      const path = `w${writer}/${Date.now()}-${round}.txt`;
      return socket.call('files.create', { path, text: 'x'.repeat(kFileBytes) });
    },
  },
];

async function writers(server, durability) {
  const workspaces = await provisionMany(server, kWorkspaces, durability);
  const each = Array.from({ length: kWriters }, (_, index) => workspaces[index % kWorkspaces]);
  return Promise.all(each.map((workspace) => workspace.open()));
}

/// Rounds of all modes by turns, so that what else the machine does falls on all of them.
async function compare({ name, call }, modes) {
  for (const mode of modes) Object.assign(mode, { rates: [], cpu: [] });
  for (let round = 0; round < kRounds; ++round) {
    for (const { server, sockets, rates, cpu } of modes) {
      const before = usage(server).cpuMs;
      const rate = await hammer(sockets, kRoundMs, call);
      rates.push(rate);
      cpu.push(((usage(server).cpuMs - before) * 1000) / ((rate * kRoundMs) / 1000));
    }
  }
  const off = median(modes[0].rates);
  for (const { title, rates, cpu } of modes) {
    const rate = median(rates);
    const beside = `${(rate / off).toFixed(2)} of off; ${median(cpu).toFixed(0)} us CPU an event`;
    report(`${name}, ${title}`, rate, '/s', undefined, { beside, rates, cpu_us: median(cpu) });
  }
}

export async function measureThroughput() {
  const place = site();
  const off = nodeOf(place, 'off', { copied: false });
  const on = nodeOf(place, 'on');
  try {
    await Promise.all([off.start(), on.start()]);
    note(`${kWriters} writers, ${kWorkspaces} workspaces; median of ${kRounds} rounds by turns`);
    const modes = [
      { title: 'not copied', server: off, sockets: await writers(off, 'local') },
      { title: 'copied', server: on, sockets: await writers(on, 'local') },
      { title: 'answered once copied', server: on, sockets: await writers(on, 'replicated') },
    ];
    for (const kind of kKinds) await compare(kind, modes);
  } finally {
    await Promise.all([off.stop(), on.stop()]);
  }
}
