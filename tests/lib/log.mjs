// What is true of every workspace's log, whatever happened in it.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const kZeroHash = '0'.repeat(64);

export function sha256(bytes) {
  return createHash('sha256').update(bytes).digest('hex');
}

/// Each change of a file starts from the content that the change before it left.
export function assertEditsChain(events) {
  const hashes = new Map();
  for (const { seq, type, data } of events) {
    if (type !== 'file_edit') continue;
    if (data.before !== undefined && hashes.has(data.path) && data.op === 'write') {
      assert.equal(data.before, hashes.get(data.path), `${data.path} at seq ${seq}`);
    }
    if (data.op === 'move') hashes.delete(data.from);
    hashes.set(data.path, data.hash);
  }
}

/// Locks exclude one another: a writer has the path to itself, and every lock ends once.
/// `stillHeld` says how many may be open at the end.
export function assertLocksPair(events, stillHeld = 0) {
  const held = new Map();
  for (const { seq, type, data } of events) {
    if (type === 'lock_acquired') {
      const others = [...held.values()].filter((lock) => lock.path === data.path);
      const clash = others.find((lock) => lock.mode === 'write' || data.mode === 'write');
      assert.equal(clash, undefined, `seq ${seq}: ${data.path} is held by ${clash?.holder}`);
      assert.ok(!held.has(data.token), `seq ${seq}: token ${data.token} is used twice`);
      held.set(data.token, data);
    }
    if (type === 'lock_released') {
      assert.ok(held.delete(data.token), `seq ${seq}: ${data.token} is released but not held`);
    }
  }
  assert.equal(held.size, stillHeld, `locks left: ${JSON.stringify([...held.values()])}`);
}

/// The archive on disk: whole lines, numbered without a gap, each naming the hash of the one
/// before. Returns the events.
export function readArchive(workspaceFolder) {
  const sessions = path.join(workspaceFolder, 'sessions');
  const files = readdirSync(sessions).filter((name) => name.endsWith('.jsonl'));
  const events = [];
  let before = kZeroHash;
  for (const name of files.sort()) {
    const text = readFileSync(path.join(sessions, name), 'utf8');
    assert.ok(text === '' || text.endsWith('\n'), `${name} ends in the middle of a line`);
    for (const line of text.split('\n').filter(Boolean)) {
      const event = JSON.parse(line);
      assert.equal(event.seq, events.length + 1, `${name}: sequence`);
      assert.equal(event.prev, before, `${name}: seq ${event.seq} names another line before it`);
      before = sha256(line);
      events.push(event);
    }
  }
  return events;
}
