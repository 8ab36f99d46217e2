// How fast an answer's stream is taken apart, by processor time: our parser and decoder, whose
// figures Google Benchmark has just written, beside the parser of Anthropic's SDK on those bytes.

import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

import { note, report } from './figures.mjs';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kOurs = path.join(kRoot, 'build/bench/providers_bench.json');
const kNode = path.join(kRoot, 'tests/sdk/node_modules/.bin/node');

export async function measureParsing() {
  if (!existsSync(kOurs)) {
    note(`parsing: ${kOurs} is missing; make bench writes it`);
    return;
  }
  const run = execFileSync(kNode, [path.join(kRoot, 'tests/sdk/parse.mjs')], { encoding: 'utf8' });
  const sdk = JSON.parse(run);
  const { benchmarks } = JSON.parse(readFileSync(kOurs, 'utf8'));
  for (const { prefix, title, theirs } of [
    { prefix: 'BM_ParseEvents', title: 'events cut out of a stream', theirs: sdk.events },
    { prefix: 'BM_DecodeAnswer', title: 'an answer decoded', theirs: sdk.answers },
  ]) {
    for (const { name, bytes_per_second } of benchmarks) {
      if (!name.startsWith(prefix)) continue;
      const piece = name.slice(prefix.length).replace('/', ', in pieces of ');
      const beside = `Anthropic's SDK in Node: ${theirs.toFixed(0)} MB/s`;
      report(`${title}${piece}`, bytes_per_second / 1e6, 'MB/s', undefined, {
        beside,
        sdk: theirs,
      });
    }
  }
}
