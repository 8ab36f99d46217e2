// How fast Anthropic's SDK takes a stream apart: {"events","answers"} in MB a second of processor
// time, on the bytes of server/src/providers/wire/sse_bench.cpp. `events` are only cut out, of
// `answers` the JSON is read.

import { Stream } from '@anthropic-ai/sdk/streaming';

const kDeltas = 5000;
const kPieceBytes = 16_384;
const kRounds = 30;

const kBytes = new TextEncoder().encode(
  'event: message_start\ndata: {"type":"message_start","message":{"id":"m"}}\n\n' +
    'event: content_block_start\ndata: {"type":"content_block_start","index":0,' +
    '"content_block":{"type":"text","text":""}}\n\n' +
    (
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,' +
      '"delta":{"type":"text_delta","text":" a few words"}}\n\n'
    ).repeat(kDeltas) +
    'event: message_stop\ndata: {"type":"message_stop"}\n\n',
);

function response() {
  const pieces = [];
  for (let at = 0; at < kBytes.length; at += kPieceBytes) {
    pieces.push(kBytes.subarray(at, at + kPieceBytes));
  }
  return new Response(ReadableStream.from(pieces));
}

const kWays = {
  events: () => Stream.rawEvents(response()),
  answers: () => Stream.fromSSEResponse(response(), new AbortController()),
};

/// The median of the rounds, the first few of which only warm up.
async function megabytesPerSecond(open) {
  const speeds = [];
  for (let round = 0; round < kRounds; ++round) {
    const started = process.cpuUsage();
    let count = 0;
    for await (const event of open()) if (event) ++count;
    if (count !== kDeltas + 3) throw new Error(`${count} events`);
    const { user, system } = process.cpuUsage(started);
    speeds.push(kBytes.length / (user + system));
  }
  return speeds.sort((a, b) => a - b)[Math.floor(kRounds / 2)];
}

const figures = {};
for (const [name, open] of Object.entries(kWays)) figures[name] = await megabytesPerSecond(open);
console.log(JSON.stringify(figures));
