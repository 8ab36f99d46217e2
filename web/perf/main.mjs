// The studio's budgets, measured in Chromium against a real server with simulated models:
//
//   node tests/with-server.mjs node web/perf/main.mjs [PART…]     about three minutes
//   BENCH_FULL=1 …                                                10 min of events, 30 s offline
//
// Parts: bundle, lighthouse, opening, typing, events, reconnect. Ends with 1 when a budget is
// exceeded that does not depend on how busy the machine is, and says which: what the page weighs
// and loses, and times that are far below theirs. The other times are figures beside their targets.
// BENCH_JSON names a file that receives them.

import { note, noteLoad, printHead, save } from '../../tests/bench/figures.mjs';
import { broken } from './budget.mjs';
import { measureBundle } from './bundle.mjs';
import { measureEvents } from './events.mjs';
import { measureLighthouse } from './lighthouse.mjs';
import { measureOpening } from './opening.mjs';
import { measureReconnect } from './reconnect.mjs';
import { measureTyping } from './typing.mjs';

const parts = {
  bundle: measureBundle,
  lighthouse: measureLighthouse,
  opening: measureOpening,
  typing: measureTyping,
  events: measureEvents,
  reconnect: measureReconnect,
};

const wanted = process.argv.slice(2);
for (const name of wanted) {
  if (!(name in parts)) {
    console.error(`perf: no part '${name}'; there are: ${Object.keys(parts).join(', ')}`);
    process.exit(2);
  }
}
printHead();
noteLoad();
for (const [name, measure] of Object.entries(parts)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  note(name);
  await measure();
}
save();
if (broken.length > 0) {
  console.error(`perf: over budget: ${broken.join('; ')}`);
  process.exit(1);
}
