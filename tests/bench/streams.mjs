// A thousand answers streamed at once: into our server, where each is a task of an agent, and into
// one Node process with the vendors' SDKs. The simulator is a process of its own each time.
//
// Each answer says a word and then nothing until all of them are open: they then go on at the same
// time, and what is measured begins there, so that what it takes to begin a task is not in it.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';

import { kAgents, pause, rehearse, say } from '../lib/rehearsal.mjs';
import { Simulator } from '../lib/simulator.mjs';
import { kFull, note, report, usage } from './figures.mjs';
import { provisionMany, together } from './load.mjs';
import { serverOf } from './models.mjs';

const kFolder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../sdk');
const kNode = path.join(kFolder, 'node_modules/.bin/node');
const kStreams = Number(process.env.BENCH_STREAMS ?? 1000);
const kLookMs = 50;
const kSubmitsAtOnce = 16;
const kQuietMsMin = 5_000; // from the first request until the answers go on
const kQuietMsMax = 60_000;
const kWord = 'a few words'; // one event, for every vendor

const kModes = [
  {
    name: 'paced',
    about: '8 events a second in each',
    count: kFull ? 240 : 120,
    steps: (count) => Array.from({ length: count }, () => [pause(125), say(kWord)]).flat(),
  },
  {
    name: 'at full speed',
    about: 'as fast as the slower side goes',
    count: kFull ? 900 : 450,
    steps: (count) => Array.from({ length: count }, () => say(kWord)),
  },
];

/// Makes the prompts of answers that go on together, whenever each is asked for.
function prompting(steps, quietMs) {
  const goOn = performance.now() + quietMs;
  return () => {
    const ms = Math.round(goOn - performance.now());
    if (ms < 0) throw new Error('not all answers were asked for before the first goes on');
    return rehearse(say('Ready.'), pause(ms), ...steps);
  };
}

/// The connections that are open to `port` of this machine.
function connectionsTo(port) {
  const wanted = port.toString(16).toUpperCase().padStart(4, '0');
  const kEstablished = '01';
  let count = 0;
  for (const line of readFileSync('/proc/net/tcp', 'utf8').split('\n').slice(1)) {
    const [, , remote, state] = line.trim().split(/\s+/);
    if (state === kEstablished && remote.endsWith(`:${wanted}`)) ++count;
  }
  return count;
}

const portOf = (simulator) => Number(new URL(simulator.url).port);

/// Waits until all streams are open and then until `isOver()`. Returns what `child` used in
/// between. Ends with whatever `failed` is rejected with.
async function watch(child, simulator, { before, isOver, failed, quietMs }) {
  const port = portOf(simulator);
  const look = () => Promise.race([sleep(kLookMs), failed]);
  const begun = performance.now();
  for (let open = 0; open < kStreams; open = connectionsTo(port)) {
    const elapsed = performance.now() - begun;
    if (elapsed > quietMs) throw new Error(`only ${open} streams are open after ${elapsed} ms`);
    await look();
  }
  const openMs = performance.now() - begun;
  const start = usage({ process: child });
  const simulatorStart = usage(simulator);
  let peak = start.kilobytes;
  let last = start;
  while (!isOver()) {
    last = usage({ process: child });
    peak = Math.max(peak, last.kilobytes);
    await look();
  }
  const spoken = performance.now() - begun - quietMs;
  return {
    openMs,
    ms: spoken,
    cpuMs: last.cpuMs - start.cpuMs,
    simulatorCpuMs: usage(simulator).cpuMs - simulatorStart.cpuMs,
    peakMb: peak / 1024,
    grownMb: (peak - before.kilobytes) / 1024,
  };
}

async function throughServer(steps, expected) {
  const simulator = await Simulator.start();
  const server = await serverOf(simulator.url);
  try {
    const workspaces = await provisionMany(server, kStreams / kAgents.length, 'local');
    const submitAll = (prompt) => {
      return together(kSubmitsAtOnce, kStreams, (index) => {
        const workspace = workspaces[Math.floor(index / kAgents.length)];
        return workspace.submit(kAgents[index % kAgents.length], prompt());
      });
    };
    // Databases that a workspace's first task opens are not what a stream costs. How long this
    // takes says how long the answers have to wait for one another on this machine.
    const begun = performance.now();
    await submitAll(() => rehearse(say('Warm.')));
    await together(kSubmitsAtOnce, workspaces.length, (index) => allSucceeded(workspaces[index]));
    const warmMs = performance.now() - begun;
    const quietMs = Math.min(kQuietMsMax, Math.max(kQuietMsMin, 2 * warmMs));
    const before = usage(server);
    const work = submitAll(prompting(steps, quietMs));
    // Our server has a connection for each request.
    const isOver = () => connectionsTo(portOf(simulator)) === 0;
    const failed = work.then(() => new Promise(() => {}));
    const figures = await watch(server.process, simulator, { before, isOver, failed, quietMs });
    await work;
    await together(kSubmitsAtOnce, workspaces.length, (index) =>
      heardAll(workspaces[index], expected),
    );
    return { ...figures, quietMs };
  } finally {
    await server.stop();
    await simulator.stop();
  }
}

async function allSucceeded(workspace) {
  const { tasks } = await workspace.call('tasks.list');
  for (const task of await workspace.finished(tasks)) {
    if (task.state !== 'succeeded') throw new Error(JSON.stringify(task));
  }
}

/// Fails unless every task of the workspace succeeded and every answer is there to its last word.
async function heardAll(workspace, expected) {
  await allSucceeded(workspace);
  const said = (await workspace.events()).filter(({ type }) => type === 'agent_message');
  const whole = said.filter(({ data }) => data.text === expected);
  if (whole.length !== kAgents.length) throw new Error(`${whole.length} whole answers`);
}

async function throughSdk(steps, expected, quietMs) {
  const simulator = await Simulator.start();
  const child = spawn(kNode, ['load.mjs', simulator.url, `${kStreams}`], {
    cwd: kFolder,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data'); // it has loaded the SDKs
    const before = usage({ process: child });
    // All requests leave at once, so one prompt does for all of them.
    child.stdin.end(JSON.stringify({ prompt: prompting(steps, quietMs)(), expected }));
    let over = false;
    child.stdout.once('data', () => (over = true)); // all answers are heard
    const failed = once(child, 'exit').then(([code]) => {
      throw new Error(`the SDKs' process ended with ${code}`);
    });
    failed.catch(() => {}); // that it is ended below is no failure
    return await watch(child, simulator, { before, isOver: () => over, failed, quietMs });
  } finally {
    child.kill('SIGKILL');
    await simulator.stop();
  }
}

export async function measureStreams() {
  if (!existsSync(kNode)) throw new Error(`${kNode} is missing; make setup`);
  for (const { name, about, count, steps } of kModes) {
    note(`${kStreams} streams at once, ${name}: ${about}, ${count} events in each`);
    const expected = ['Ready.', ...Array.from({ length: count }, () => kWord)].join('\n');
    const ours = await throughServer(steps(count), expected);
    const theirs = await throughSdk(steps(count), expected, ours.quietMs);
    const events = count * kStreams;
    const both = (title, unit, figure, digits = 0) => {
      const beside = `SDKs in Node: ${figure(theirs).toFixed(digits)} ${unit}`;
      report(`${name}, ${title}`, figure(ours), unit, undefined, { beside, sdk: figure(theirs) });
    };
    both('events', '/s', ({ ms }) => (events / ms) * 1000);
    both('processor for an event', 'us', ({ cpuMs }) => (cpuMs * 1000) / events, 1);
    both('processor', '%', ({ cpuMs, ms }) => (cpuMs / ms) * 100);
    both(
      'processor of the simulator',
      '%',
      ({ simulatorCpuMs, ms }) => (simulatorCpuMs / ms) * 100,
    );
    both('memory, peak', 'MB', ({ peakMb }) => peakMb);
    both('memory, grown by the streams', 'MB', ({ grownMb }) => grownMb);
    both('all streams open after', 'ms', ({ openMs }) => openMs);
  }
}
