// From a task's place in the queue to the first byte that its provider gets.
//
// The provider is the simulator behind a relay in this process, which notes when a connection's
// first byte arrives. Both ends are read from the machine's real-time clock: the `ts` of the event
// task_queued, and this process's own clock, which is set by it beforehand.

import { once } from 'node:events';
import net from 'node:net';

import { kAgents, rehearse, say } from '../lib/rehearsal.mjs';
import { Simulator } from '../lib/simulator.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { percentile, report } from './figures.mjs';
import { serverOf } from './models.mjs';

const kRounds = Number(process.env.BENCH_ROUNDS ?? 200);
const kEdges = 20;
const kTargetMs = 10;

/// What is to be added to performance.now() to get milliseconds of the real-time clock. That clock
/// is read in whole milliseconds, so it is looked at until it moves: the smallest difference is
/// that of the look that came first after a move.
function realTimeOffset() {
  let least = Infinity;
  for (let edge = 0; edge < kEdges; ++edge) {
    const before = Date.now();
    let now;
    do now = Date.now();
    while (now === before);
    least = Math.min(least, performance.now() - now);
  }
  return -least;
}

const timeOf = (ts) => {
  const [, whole, fraction] = ts.match(/^(.*)\.(\d{6})Z$/);
  return Date.parse(`${whole}Z`) + Number(fraction) / 1000;
};

class Relay {
  #server;
  #waiting = [];

  static async start(to) {
    const relay = new Relay();
    const { hostname, port } = new URL(to);
    relay.#server = net.createServer((socket) => {
      const onward = net.connect({ host: hostname, port: Number(port), noDelay: true });
      socket.once('data', () => relay.#waiting.shift()?.(performance.now()));
      socket.pipe(onward).pipe(socket);
      socket.on('error', () => onward.destroy());
      onward.on('error', () => socket.destroy());
    });
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    relay.url = `http://127.0.0.1:${relay.#server.address().port}`;
    return relay;
  }

  /// When the next connection's first byte arrives, by performance.now().
  nextByte() {
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  stop() {
    this.#server.close();
  }
}

async function measureOne(workspace, socket, agent, relay, offset) {
  const byte = relay.nextByte();
  const called = performance.now();
  const { tasks } = await socket.call('tasks.submit', { agent, prompt: rehearse(say('Done.')) });
  const arrived = await byte;
  const { id } = tasks[0];
  const ofTask = (type) => (event) => event.type === type && event.task === id;
  const queued = await socket.waitForEvent(ofTask('task_queued'), 'the queued task');
  const finished = await socket.waitForEvent(ofTask('task_finished'), 'the end of the task');
  if (finished.data.state !== 'succeeded') throw new Error(JSON.stringify(finished));
  return { fromQueue: arrived + offset - timeOf(queued.ts), fromCall: arrived - called };
}

export async function measureFirstByte() {
  const simulator = await Simulator.start();
  const relay = await Relay.start(simulator.url);
  const server = await serverOf(relay.url);
  try {
    const workspace = await Workspace.provision(server);
    const socket = await workspace.open();
    await socket.attach();
    const offset = realTimeOffset();
    const rounds = [];
    for (let round = -kAgents.length; round < kRounds; ++round) {
      const agent = kAgents[(round + kAgents.length) % kAgents.length];
      const times = await measureOne(workspace, socket, agent, relay, offset);
      if (round >= 0) rounds.push(times); // the first of each agent only warms up
    }
    const sorted = (name) => rounds.map((times) => times[name]).sort((a, b) => a - b);
    const fromQueue = sorted('fromQueue');
    const fromCall = sorted('fromCall');
    const p50 = percentile(fromQueue, 0.5);
    report('queued, until the provider has a byte, p50', p50, 'ms');
    report(
      'queued, until the provider has a byte, p99',
      percentile(fromQueue, 0.99),
      'ms',
      kTargetMs,
      {
        rounds: kRounds,
        p50,
        beside: `from the call that queues it: ${percentile(fromCall, 0.99).toFixed(2)} ms`,
      },
    );
    socket.cut();
  } finally {
    await server.stop();
    relay.stop();
    await simulator.stop();
  }
}
