// Load on a server: many writers over WebSockets, each change answered only when it is durable.

import { setTimeout as sleep } from 'node:timers/promises';

import { request } from '../lib/http.mjs';
import { Workspace } from '../lib/workspace.mjs';

const kTickMs = 2;
/// Under way at once in an open loop: beyond it the server does not keep up and calls are left out.
const kUnderWayMax = 4000;
const kProvisionsAtOnce = 8;

export async function provision(server, durability = 'local') {
  const data = { name: durability, source: { kind: 'empty' }, durability };
  const answer = await request(server, 'POST', '/workspaces/provision', { data });
  if (answer.status !== 201) throw new Error(answer.text);
  return new Workspace(server, answer.json);
}

export async function provisionMany(server, count, durability) {
  const workspaces = [];
  await together(kProvisionsAtOnce, count, async () => {
    workspaces.push(await provision(server, durability));
  });
  return workspaces;
}

/// Does `work(0)` to `work(count - 1)`, `width` of them at a time.
export async function together(width, count, work) {
  let next = 0;
  const lane = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: width }, lane));
}

/// The cheapest change that is an event: `{seq}` is its answer.
export function cheapEvent(socket, round) {
  const limit_usd = 5 + (round % 1000);
  return socket.call('cost.set_budget', { scope: 'agent:claude', limit_usd });
}

/// A closed loop: every socket makes one call after the other for `ms`. Returns how many calls were
/// answered a second.
export async function hammer(sockets, ms, call) {
  const started = performance.now();
  let count = 0;
  await Promise.all(
    sockets.map(async (socket, writer) => {
      for (let round = 0; performance.now() - started < ms; ++round) {
        await call(socket, round, writer);
        ++count;
      }
    }),
  );
  return (count / (performance.now() - started)) * 1000;
}

/// An open loop: `rate` calls a second for `ms`, spread over the sockets in turn. Returns
/// `{rate, acknowledged}`: the rate reached, and of each answer the writer, the event's number, and
/// when (epoch, ms) it was sent and answered.
export async function steady(sockets, rate, ms, call) {
  const acknowledged = [];
  const started = performance.now();
  let sent = 0;
  let failure;
  const one = async (writer, round) => {
    const sentAt = Date.now();
    const { seq } = await call(sockets[writer], round, writer);
    acknowledged.push({ writer, seq, sentAt, at: Date.now() });
  };
  const fail = (error) => (failure ??= error);
  let skipped = 0;
  for (let elapsed = 0; elapsed < ms; elapsed = performance.now() - started) {
    if (failure) throw failure;
    const due = Math.floor((rate * elapsed) / 1000) - skipped;
    const allowed = Math.min(due, acknowledged.length + kUnderWayMax);
    for (; sent < allowed; ++sent) one(sent % sockets.length, sent).catch(fail);
    skipped += due - allowed > 0 ? due - allowed : 0;
    await sleep(kTickMs);
  }
  while (acknowledged.length < sent && !failure) await sleep(kTickMs);
  if (failure) throw failure;
  return { rate: (sent / (performance.now() - started)) * 1000, acknowledged };
}
