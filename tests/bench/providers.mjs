// What stands between a task and its model: how soon the first byte is sent, what a thousand
// streams at once cost, and how fast a stream is parsed. The official SDKs do the same beside it.
//
//   node bench/providers.mjs [first-byte|streams|sse]     nothing is asserted
//
// BENCH_JSON names a file that receives the figures as well.

import { measureFirstByte } from './first-byte.mjs';
import { noteLoad, printHead, save } from './figures.mjs';
import { measureParsing } from './sse.mjs';
import { measureStreams } from './streams.mjs';

const benches = { 'first-byte': measureFirstByte, streams: measureStreams, sse: measureParsing };

const filter = process.argv[2] ?? '';
printHead();
noteLoad();
for (const [name, measure] of Object.entries(benches)) {
  if (name.includes(filter)) await measure();
}
save();
