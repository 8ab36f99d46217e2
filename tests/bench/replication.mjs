// What copying everything to an object store costs, how far behind it is, and how fast what was
// lost is back: the release binary from outside, with a store in a folder of the same disk.
//
//   node bench/replication.mjs [FILTER]     prints a table beside targets and Litestream's figures
//
// No target is asserted; a figure that cannot be had is said, and the exit code is 1.
//
// BENCH_FULL=1 measures with a million events and for longer; BENCH_EVENTS sets their number.
// BENCH_JSON names a file that receives the figures as well.

import { measureCopying } from './copying.mjs';
import { kFull, note, noteLoad, printHead, save } from './figures.mjs';
import { measureRestore } from './restore.mjs';
import { measureTakeover } from './takeover.mjs';
import { measureThroughput } from './throughput.mjs';

const sections = {
  throughput: measureThroughput,
  copying: measureCopying,
  restore: measureRestore,
  takeover: measureTakeover,
};

const filter = process.argv[2] ?? '';
printHead();
note(kFull ? 'the full measurement' : 'the short measurement; BENCH_FULL=1 for the full one');
for (const [name, measure] of Object.entries(sections)) {
  if (!name.includes(filter)) continue;
  console.log(`\n== ${name}`);
  noteLoad();
  try {
    await measure();
  } catch (error) {
    note(`!!! FAILED: ${name}: ${error.stack} !!!`);
    process.exitCode = 1;
  }
  noteLoad();
}
save();
