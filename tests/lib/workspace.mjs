// A workspace as its user sees it.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import path from 'node:path';

import { request } from './http.mjs';
import { batch, call } from './rpc.mjs';
import { Socket } from './socket.mjs';

const kTaskMs = 120_000;
const kPollMs = 25;
const kPage = 1000;
export const kFinished = new Set(['succeeded', 'failed', 'cancelled']);
// A session renews itself by being used, so these come at any time.
const kSessionEvent = /^session_/;

export class Workspace {
  constructor(server, answer) {
    this.server = server;
    this.id = answer.id;
    this.answer = answer;
  }

  static async provision(server, source = { kind: 'empty' }, name = 'a workspace') {
    const answer = await request(server, 'POST', '/workspaces/provision', {
      data: { name, source },
    });
    assert.equal(answer.status, 201, answer.text);
    return new Workspace(server, answer.json);
  }

  call(method, params) {
    return call(this.server, this.id, method, params);
  }

  batch(calls) {
    return batch(this.server, this.id, calls);
  }

  /// One of GET, POST …/wake, DELETE on the workspace itself.
  http(method, rest = '', options = {}) {
    return request(this.server, method, `/workspaces/${this.id}${rest}`, options);
  }

  open(options) {
    return Socket.open(this.server, this.id, options);
  }

  /// Every event from `from` on, as the log holds it now.
  async events(from = 1) {
    const all = [];
    for (;;) {
      const { events } = await this.call('timeline.range', { from, limit: kPage });
      all.push(...events);
      if (events.length === 0) return all;
      from = events.at(-1).seq + 1;
    }
  }

  async head() {
    const socket = await this.open();
    const { head } = await socket.attach();
    await socket.cut();
    return head;
  }

  /// What happened after `head`, apart from the session's own renewals.
  async changesSince(head) {
    return (await this.events(head + 1)).filter((event) => !kSessionEvent.test(event.type));
  }

  read(file) {
    return this.call('files.read', { path: file });
  }

  async text(file) {
    return (await this.read(file)).text;
  }

  create(file, text) {
    return this.call('files.create', { path: file, text });
  }

  /// Writes on top of whatever version is there.
  async write(file, text) {
    const { version } = await this.read(file);
    return this.call('files.write', { path: file, text, base_version: version });
  }

  async submit(agent, prompt, more = {}) {
    const { tasks } = await this.call('tasks.submit', { agent, prompt, ...more });
    return tasks;
  }

  task(id) {
    return this.call('tasks.get', { id });
  }

  /// The tasks, once all of them have ended.
  finished(tasks) {
    return Promise.all(tasks.map(({ id }) => this.#finishedOne(id)));
  }

  async #finishedOne(id) {
    return this.#until(id, (task) => kFinished.has(task.state), 'end');
  }

  /// The task, once its state is `state`.
  inState(id, state) {
    return this.#until(id, (task) => task.state === state, `be ${state}`);
  }

  /// The task, once a call of its model is under way: it runs some moments before that, in which
  /// what is said to it is part of its first call.
  async asksItsModel(id) {
    const task = await this.inState(id, 'running');
    const reserved = async () =>
      (await this.events()).some((event) => event.type === 'budget_reserved' && event.task === id);
    await eventually(reserved, `task ${id} asks its model`, kTaskMs);
    return task;
  }

  async #until(id, fits, what) {
    const until = Date.now() + kTaskMs;
    for (;;) {
      const task = await this.task(id);
      if (fits(task)) return task;
      assert.ok(!kFinished.has(task.state), `task ${id} did not ${what}: ${JSON.stringify(task)}`);
      assert.ok(Date.now() < until, `task ${id} did not ${what}: ${JSON.stringify(task)}`);
      await new Promise((resolve) => setTimeout(resolve, kPollMs));
    }
  }

  /// Submits one task and returns it when it has succeeded.
  async run(agent, prompt, more) {
    const [task] = await this.finished(await this.submit(agent, prompt, more));
    assert.equal(task.state, 'succeeded', JSON.stringify(task));
    return task;
  }

  /// Where the workspace lives on disk: the folder with projects/, databases/ and sessions/.
  folder() {
    const found = findFolder(this.server.data, this.id);
    assert.ok(found, `no folder of ${this.id} under the data folder`);
    return found;
  }

  projects() {
    return path.join(this.folder(), 'projects');
  }
}

function findFolder(folder, name) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory()) continue;
    const inside = path.join(folder, entry.name);
    if (entry.name === name) return inside;
    const found = findFolder(inside, name);
    if (found) return found;
  }
  return undefined;
}

/// Asks until `look` returns something true; for what the server does by itself, such as noticing a
/// change on disk.
export async function eventually(look, what, limitMs = 20_000) {
  const until = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found) return found;
    assert.ok(Date.now() < until, `${what}: not within ${limitMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, kPollMs));
  }
}
