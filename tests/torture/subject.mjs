// One workspace under torture: its ledger, who serves it as far as is known, and a gate that stops
// the work on it for the time of a look.

import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { sha256 } from '../lib/log.mjs';
import { RpcError } from '../lib/rpc.mjs';
import { Workspace } from '../lib/workspace.mjs';
import { Ledger } from './ledger.mjs';
import { sleep } from './random.mjs';

const kAnswerMs = 4_000;
const kGatePollMs = 10;

/// No answer in time. It may still come, and is noted then.
class Silence extends RpcError {
  constructor(method) {
    super(method, { message: 'no answer', code: 0 });
  }
}

function inTime(answer, method) {
  let late;
  const silence = new Promise((resolve, reject) => {
    late = setTimeout(() => reject(new Silence(method)), kAnswerMs);
  });
  return Promise.race([answer, silence]).finally(() => clearTimeout(late));
}

export class Subject {
  #working = 0;
  #closed = false;

  constructor(name, durability, node, answer) {
    this.name = name;
    this.durability = durability;
    this.id = answer.id;
    this.answer = answer;
    this.ledger = new Ledger(`${name} (${answer.id}, ${durability})`);
    /// Whom the writers ask, and who served it at the last look.
    this.owner = node;
    this.settledOn = node.name;
    this.base = filesBelow(this.on(node).projects());
    this.tasks = [];
    this.retired = false;
  }

  on(node) {
    return new Workspace(node, this.answer);
  }

  /// Asks `node` for a change and notes what comes of it.
  change(key, method, params, node = this.owner) {
    const answer = this.on(node).call(method, params);
    const noted = this.ledger.note(key, node, answer);
    noted.catch(() => {});
    return inTime(noted, method);
  }

  /// Asks for something that changes nothing.
  ask(method, params, node = this.owner) {
    const answer = this.on(node).call(method, params);
    answer.catch(() => {});
    return inTime(answer, method);
  }

  /// Runs `step` while the gate is open.
  async work(step) {
    while (this.#closed) await sleep(kGatePollMs);
    ++this.#working;
    try {
      await step();
    } finally {
      --this.#working;
    }
  }

  /// Closes the gate and waits until nobody is at work.
  async quiet() {
    this.#closed = true;
    while (this.#working > 0) await sleep(kGatePollMs);
  }

  open() {
    this.#closed = false;
  }
}

/// {path: hash} of all files below `folder`; what the server keeps in no log is left out.
export function filesBelow(folder, prefix = '', found = new Map()) {
  for (const entry of readdirSync(path.join(folder, prefix), { withFileTypes: true })) {
    if (entry.name === '.git') continue;
    const name = path.posix.join(prefix, entry.name);
    if (entry.isDirectory()) filesBelow(folder, name, found);
    else if (entry.isFile()) found.set(name, sha256(readFileSync(path.join(folder, name))));
  }
  return found;
}

/// What `base` is after `events`.
export function filesAfter(base, events) {
  const files = new Map(base);
  for (const { type, data } of events) {
    if (type !== 'file_edit') continue;
    if (data.op === 'move') files.delete(data.from);
    if (data.op === 'remove') files.delete(data.path);
    else files.set(data.path, data.hash);
  }
  return files;
}
