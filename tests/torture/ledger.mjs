// What was sent to one workspace, what of it was answered, and whether its log agrees.

import assert from 'node:assert/strict';

import { assertNoGap } from '../lib/socket.mjs';

/// A refusal of these kinds says that nothing has changed; after any other error the change may
/// stand or not.
const kNothingChanged = new Set(['conflict', 'locked', 'denied', 'invalid', 'not_found']);

/// An event as text to compare. Sums of money in their first twelve digits: the server's reader of
/// JSON may be off by the last bit of a fraction, so that an answer and a line differ there.
export function textOf(event) {
  return JSON.stringify(event, (name, value) => {
    return name === 'cost_usd' && value !== null ? value.toPrecision(12) : value;
  });
}

/// Fails unless `events` begin with the events `known`.
export function assertBegins(events, known, what) {
  known.forEach((event, i) => {
    const found = events[i] && textOf(events[i]);
    assert.equal(found, textOf(event), `${what}: event ${i + 1}`);
  });
}

export const kLoseNothing = { by: 'nobody', after: Infinity };

/// What an event stands for in the ledger; undefined for one that nobody here asked for.
export function keyOf({ type, data, task, actor }) {
  if (type === 'file_edit' && actor.startsWith('user:')) {
    if (data.op === 'move') return `move ${data.from} ${data.path}`;
    if (data.op === 'remove') return `remove ${data.path}`;
    return `${data.op} ${data.path} ${data.hash}`;
  }
  if (type === 'lock_acquired') return `lock ${data.path} ${data.token}`;
  if (type === 'task_queued') return `task ${task}`;
  if (type === 'agent_message' && actor.startsWith('user:')) return `say ${data.text}`;
  return undefined;
}

export class Ledger {
  #entries = [];
  #seen = [];

  constructor(name) {
    this.name = name;
    this.lost = 0;
  }

  get acknowledged() {
    return this.#entries.filter(({ ackedAt }) => ackedAt !== undefined);
  }

  get sent() {
    return this.#entries.length;
  }

  get length() {
    return this.#seen.length;
  }

  /// Notes that `node` is asked for the change `key`, and later how `answer` went. A `key` that
  /// only the answer tells is a function of it. Resolves to the answer; rejects as `answer` does.
  async note(key, node, answer) {
    const entry = { node: node.name, sentAt: performance.now() };
    if (typeof key === 'string') entry.key = key;
    this.#entries.push(entry);
    try {
      const result = await answer;
      entry.ackedAt = performance.now();
      entry.key ??= key(result);
      entry.seq = result.seq;
      return result;
    } catch (error) {
      entry.refusal = error.kind;
      throw error;
    }
  }

  /// Holds the workspace's `events`, which were asked for at `askedAt`, against what was answered
  /// and shown. `mayLose` says what may be missing, with all that came after it: what the node `by`
  /// acknowledged after the moment `after`, and the same of a second one, `also`.
  check(events, askedAt, mayLose = kLoseNothing) {
    assertNoGap(events, 1);
    this.#checkShown(events, mayLose);
    const found = indexOf(this.name, events);
    const answered = this.acknowledged.filter((entry) => entry.ackedAt < askedAt && !entry.lost);
    for (const entry of answered) checkAnswered(this.name, entry, found, mayLose);
    this.lost += answered.filter(({ lost }) => lost).length;
    checkLostAreLast(this.name, answered);
    checkRefused(this.name, this.#entries, found);
    checkOrder(
      this.name,
      answered.filter(({ lost, seq }) => !lost && seq !== undefined),
    );
    this.#seen = events.map((event, i) => this.#shown(textOf(event), i));
  }

  /// What a reader has been shown stays as it was.
  #checkShown(events, mayLose) {
    const changed = this.#seen.findIndex(
      ({ text }, i) => text !== (events[i] && textOf(events[i])),
    );
    if (changed < 0) return;
    const shown = this.#seen[changed];
    const now = events[changed] && textOf(events[changed]);
    assert.ok(
      shown.at > mayLose.after,
      `${this.name}: was shown ${shown.text}, and now it is ${now}`,
    );
  }

  #shown(text, index) {
    const earlier = this.#seen[index];
    return earlier?.text === text ? earlier : { text, at: performance.now() };
  }
}

/// {key: seq}. Nothing happens twice.
function indexOf(name, events) {
  const found = new Map();
  for (const event of events) {
    const key = keyOf(event);
    if (key === undefined) continue;
    const earlier = found.get(key);
    assert.equal(earlier, undefined, `${name}: '${key}' at ${earlier} and ${event.seq}`);
    found.set(key, event.seq);
  }
  return found;
}

function checkAnswered(name, entry, found, mayLose) {
  const at = found.get(entry.key);
  if (at !== undefined) {
    const what = `${name}: '${entry.key}' was acknowledged at another number`;
    assert.equal(at, entry.seq ?? at, what);
    return;
  }
  const age = `${Math.round(mayLose.after - entry.ackedAt)} ms before what ${mayLose.by} may lose`;
  const what = `'${entry.key}', seq ${entry.seq}, acknowledged by ${entry.node}, is gone`;
  const lost = ({ by, after }) => entry.node === by && entry.ackedAt > after;
  const allowed = lost(mayLose) || (mayLose.also !== undefined && lost(mayLose.also));
  assert.ok(allowed, `${name}: ${what} (${age})`);
  entry.lost = true;
}

function checkRefused(name, entries, found) {
  for (const { key, refusal } of entries) {
    if (!kNothingChanged.has(refusal) || !found.has(key)) continue;
    assert.fail(`${name}: '${key}' was refused as ${refusal} and is in the log`);
  }
}

/// What is lost is an end of the log: nothing that the same node acknowledged after it is there.
function checkLostAreLast(name, answered) {
  const first = new Map();
  for (const { lost, node, seq } of answered) {
    if (lost && seq !== undefined) first.set(node, Math.min(seq, first.get(node) ?? Infinity));
  }
  for (const { lost, node, seq, key } of answered) {
    const gone = first.get(node) ?? Infinity;
    if (!lost) assert.ok(!(seq > gone), `${name}: ${gone} is lost, not '${key}' at ${seq}`);
  }
}

/// What was answered before something else was sent has the smaller number, whichever node
/// answered: a node that has been replaced and goes on would break this.
function checkOrder(name, entries) {
  const byAnswer = entries.toSorted((a, b) => a.ackedAt - b.ackedAt);
  let next = 0;
  let last = { seq: 0 };
  for (const entry of entries.toSorted((a, b) => a.sentAt - b.sentAt)) {
    for (; byAnswer[next]?.ackedAt < entry.sentAt; ++next) {
      if (byAnswer[next].seq > last.seq) last = byAnswer[next];
    }
    const before = `'${last.key}' at ${last.seq} by ${last.node}`;
    const after = `'${entry.key}' at ${entry.seq} by ${entry.node}`;
    assert.ok(entry.seq > last.seq, `${name}: ${before} came before ${after}`);
  }
}
