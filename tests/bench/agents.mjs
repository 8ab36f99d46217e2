// What agents' work costs: a lock over the socket beside a bare echo on it, a tool's round trip, a
// command's sandbox, and a thousand loops in one process.
//
//   node bench/agents.mjs     prints a table; nothing is asserted
//
// BENCH_JSON names a file that receives the figures as well.

import {
  kAgents,
  pause,
  readFile,
  rehearse,
  runCommand,
  say,
  writeFile,
} from '../lib/rehearsal.mjs';
import { Server } from '../lib/server.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { kFull, noteLoad, percentile, printHead, report, save, usage } from './figures.mjs';

const kRounds = kFull ? 5_000 : 1_000;
const kCalls = 30;
const kTasks = 5;
const kLoops = 1_000;
const kLoopPauseMs = 4_000;

function percentiles(name, times, details) {
  times.sort((a, b) => a - b);
  report(`${name}, p50`, percentile(times, 0.5), 'ms', undefined, details);
  report(`${name}, p99`, percentile(times, 0.99), 'ms', undefined, details);
  return percentile(times, 0.99);
}

async function timed(rounds, work, after = () => undefined) {
  const times = [];
  for (let round = 0; round < rounds; ++round) {
    const began = performance.now();
    const result = await work(round);
    times.push(performance.now() - began);
    await after(result);
  }
  return times;
}

/// A ping is answered by the same socket of the same server, and by nothing behind it.
async function locks(server) {
  const workspace = await Workspace.provision(server);
  await workspace.create('f.txt', 'x\n');
  const socket = await workspace.open();
  await socket.attach();
  const echo = () =>
    new Promise((resolve) => {
      socket.socket.once('pong', resolve);
      socket.socket.ping();
    });
  const wanted = { path: 'f.txt', mode: 'write' };
  const bare = percentiles('peer: a bare echo on the socket', await timed(kRounds, echo));
  const acquire = () => socket.call('locks.acquire', wanted);
  const release = ({ token }) => socket.call('locks.release', { path: 'f.txt', token });
  const times = await timed(kRounds, acquire, release);
  const beside = `durable before it is answered; the echo's p99 is ${bare.toFixed(2)} ms`;
  percentiles('acquire a lock over the socket', times, { beside });
  await socket.close();
}

/// From the event that says that a call began to the one that has its result, both durable.
async function tools(server) {
  const workspace = await Workspace.provision(server);
  await workspace.create('f.txt', 'x\n'.repeat(200));
  const calls = {
    'read_file, from call to result': () => readFile('f.txt'),
    'write_file, from call to result': (call) => writeFile('w.txt', `${call}\n`),
    'run_command (true), from call to result': () => runCommand('true'),
  };
  for (const [name, call] of Object.entries(calls)) {
    const times = [];
    for (let task = 0; task < kTasks; ++task) {
      const steps = Array.from({ length: kCalls }, (_, index) => call(`${task} ${index}`));
      // A look at another file between them: the same call again and again is a circle.
      const apart = steps.flatMap((step, index) => [
        step,
        writeFile(`apart/${index % 3}.txt`, `${task} ${index}\n`),
      ]);
      const { id } = await workspace.run('claude', rehearse(...apart, say('done')));
      times.push(...durations(await workspace.events(), id, steps[0].tool, 'w.txt'));
    }
    percentiles(name, times);
  }
}

function durations(events, task, tool, path) {
  const began = new Map();
  const times = [];
  for (const { type, ts, data, task: of } of events) {
    if (type !== 'tool_call' || of !== task || data.tool !== tool) continue;
    if (data.phase === 'started') {
      if (tool !== 'write_file' || data.input.path === path) began.set(data.id, Date.parse(ts));
    } else if (began.has(data.id)) {
      times.push(Date.parse(ts) - began.get(data.id));
    }
  }
  return times;
}

/// Four agents in each of 250 workspaces, all under way at once.
async function loops(server) {
  const workspaces = [];
  for (let index = 0; index < kLoops / kAgents.length; ++index) {
    workspaces.push(await Workspace.provision(server));
  }
  const before = usage(server);
  const began = performance.now();
  const file = (agent) => writeFile(`${agent}.txt`, `by ${agent}\n`);
  const submitted = await Promise.all(
    workspaces.map((workspace) =>
      Promise.all(
        kAgents.map((agent) => {
          const prompt = rehearse(pause(kLoopPauseMs), file(agent), readFile('x'), say('done'));
          return workspace.submit(agent, prompt);
        }),
      ),
    ),
  );
  report('1,000 tasks submitted', performance.now() - began, 'ms');
  const during = usage(server);
  await Promise.all(
    workspaces.map(async (workspace, index) => {
      const ended = await workspace.finished(submitted[index].flat());
      if (ended.some(({ state }) => state !== 'succeeded')) throw new Error('a task failed');
    }),
  );
  const after = usage(server);
  const seconds = (performance.now() - began) / 1000;
  report('1,000 agent loops, until all have ended', seconds, 's', undefined, {
    beside: `each waits ${kLoopPauseMs / 1000} s for its model`,
  });
  report('processor for one loop', (after.cpuMs - before.cpuMs) / kLoops, 'ms');
  report('memory for one loop', (during.kilobytes - before.kilobytes) / kLoops, 'KB');
}

const server = await Server.start();
try {
  printHead();
  noteLoad();
  await locks(server);
  await tools(server);
  await loops(server);
  save();
} finally {
  await server.stop();
}
