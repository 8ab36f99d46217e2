// What all vendors' tests share: the prompts, and how long a call took.

import assert from 'node:assert/strict';

import { pause, rehearse, say, tool } from '../lib/rehearsal.mjs';

const kNodeMin = 22;
assert.ok(
  Number(process.versions.node.split('.')[0]) >= kNodeMin,
  `the SDKs need Node ${kNodeMin}, this is ${process.version}; tools/setup installs one`,
);

export const kText = 'Grüße! One, two, three — and a 🚀 on the way.';
export const kUsage = { input: 1200, cache_read: 1000, cache_write: 50, output: 80, reasoning: 20 };

export const kSpeak = rehearse(say(kText), { usage: kUsage });

/// What the tools of kWork answer; the test returns them to the model.
export const kFiles = { 'a.txt': 'alpha', 'b.txt': 'beta' };

/// One call, then two in parallel, then a last word.
export const kWork = rehearse(
  say('I look.'),
  tool('list_files', { path: '' }),
  {
    tools: Object.keys(kFiles).map((path) => tool('read_file', { path, lines: [1, 2], deep: {} })),
  },
  say('Both are read.'),
);

export const kParameters = {
  type: 'object',
  properties: { path: { type: 'string' } },
  required: ['path'],
};
export const kToolNames = ['list_files', 'read_file'];

/// Plays the tools of kWork and keeps what they were called with.
export function toolbox() {
  const calls = [];
  const run = (name, input) => {
    calls.push({ name, ...input });
    return name === 'list_files' ? Object.keys(kFiles).join('\n') : kFiles[input.path];
  };
  return { calls, run };
}

export const kWorkCalls = [
  { name: 'list_files', path: '' },
  ...Object.keys(kFiles).map((path) => ({ name: 'read_file', path, lines: [1, 2], deep: {} })),
];

export const kWaitMs = 600;
export const failing = (fail, ...steps) => rehearse({ fail }, ...steps, say('At last.'));
export const kBusy = failing({ status: 429, retry_after: kWaitMs / 1000, message: 'Too fast.' });

/// Long enough to be left in the middle.
export const kLong = rehearse(say('The beginning.'), pause(60_000), say('The end.'));
export const kSlow = rehearse(pause(60_000), say('The end.'));

export const kBroken = rehearse(
  { stream_error: { status: 529, message: 'Overloaded right now.' } },
  say('Words that are not finished because something goes wrong meanwhile.'),
);
export const kDropped = rehearse(
  { drop: 'mid-stream' },
  say('Words that are not finished because the connection breaks meanwhile.'),
);

/// Makes calls that wait for their whole answer and aborts them, until the simulator has noticed
/// one: it cannot notice one that was aborted before it had the request.
export async function abortWhileWaiting(simulator, left, { call, assertAborted }) {
  simulator.forget();
  for (const ms of [200, 1_000, 5_000]) {
    const aborter = new AbortController();
    const asked = call(aborter.signal);
    setTimeout(() => aborter.abort(), ms);
    await assertAborted(asked);
    if (await simulator.says(left, ms)) return;
  }
  assert.fail('the simulator never noticed that its client had left');
}

/// [what `work` resolves to, the milliseconds it took].
export async function timed(work) {
  const started = performance.now();
  const value = await work();
  return [value, performance.now() - started];
}

/// A number in a header, checked to be one.
export function numberIn(headers, name) {
  const text = headers.get(name);
  assert.match(text ?? '', /^\d+$/, `${name}: ${text}`);
  return Number(text);
}
