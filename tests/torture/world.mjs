// One store, a few nodes that share it, and the workspaces that they serve.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  closeSync,
  constants,
  cpSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { request } from '../lib/http.mjs';
import { Server } from '../lib/server.mjs';
import { buildLibrary, mountSmallDisk, unmount } from './disk.mjs';
import { PowerLoss } from './power_loss.mjs';
import { Draw } from './random.mjs';
import { Subject } from './subject.mjs';
import { startWriters } from './writers.mjs';

const kNodes = 3;
const kSmallDisk = 'c';
const kDebuggerMs = 60_000;

/// A server that may be frozen or gone. A new disk makes it another node with another name.
export class Node extends Server {
  constructor(world, letter) {
    const home = path.join(world.folder, letter);
    mkdirSync(home, { recursive: true });
    super(home, { args: ['--store', world.store.url] });
    this.letter = letter;
    this.disk = 1;
    this.failSync = path.join(world.folder, `fail-sync-${letter}`);
    // What is taken back is kept on the same disk, for which the small one has no room.
    const keeps = world.powerLoss.library && letter !== kSmallDisk;
    if (keeps) {
      const log = path.join(world.folder, `power-${letter}`);
      this.power = new PowerLoss(this.data, log, world.disksLie);
    }
    this.clock = path.join(world.folder, `clock-${letter}`);
    this.shiftClock(0);
    const libraries = [
      world.failingSync.library,
      world.shiftedClock.library,
      this.power && world.powerLoss.library,
    ];
    this.env = {
      ...world.store.env,
      LD_PRELOAD: libraries.filter(Boolean).join(':'),
      TORTURE_FAIL_SYNC: this.failSync,
      TORTURE_CLOCK: this.clock,
      ...this.power?.environment,
    };
    this.frozen = false;
  }

  get name() {
    return `${this.letter}${this.disk}`;
  }

  get running() {
    const child = this.process;
    return child !== undefined && child.exitCode === null && child.signalCode === null;
  }

  get live() {
    return this.running && !this.frozen;
  }

  freeze() {
    process.kill(this.pid, 'SIGSTOP');
    this.frozen = true;
  }

  thaw() {
    process.kill(this.pid, 'SIGCONT');
    this.frozen = false;
  }

  /// Its wall clock is off by so many seconds from now on.
  shiftClock(seconds) {
    const shift = Buffer.alloc(8);
    shift.writeBigInt64LE(BigInt(seconds));
    // In place: the process has the file mapped.
    const file = openSync(this.clock, constants.O_WRONLY | constants.O_CREAT);
    writeSync(file, shift, 0, shift.length, 0);
    closeSync(file);
  }

  /// The disk with all that is on it; what is mounted stays.
  loseDisk() {
    for (const name of readdirSync(this.folder)) {
      rmSync(path.join(this.folder, name), { recursive: true, force: true });
    }
    this.power?.forget();
    ++this.disk;
  }
}

export class World {
  constructor(seed, say, { minutes, Store, disksLie }) {
    this.seed = seed;
    this.minutes = minutes;
    this.disksLie = disksLie;
    this.say = say;
    this.folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'coditect-torture-')));
    this.store = new Store(this.folder);
    this.nodes = [];
    this.subjects = [];
    this.writers = [];
    /// Called with what ends the run from outside of its course.
    this.fail = () => {};
    this.made = 0;
    this.letters = 0;
    /// When the last fault began: what a local workspace acknowledged much earlier is kept.
    this.downAt = performance.now();
    this.counts = { lost: 0, acknowledged: 0, sent: 0, looks: 0, restores: 0, forks: 0, tasks: 0 };
    this.missing = [];
    this.failingSync = this.#library('failed_sync', 'failing_sync.cpp');
    this.powerLoss = this.#library('power_loss', 'power_loss.cpp');
    this.shiftedClock = this.#library('clock_jump', 'shifted_clock.cpp');
    if (this.store.noStorm) this.missing.push(`storm: ${this.store.noStorm}`);
    this.noSmallDisk = mountSmallDisk(path.join(this.folder, kSmallDisk), minutes);
    if (this.noSmallDisk) this.missing.push(`disk_full: no small disk: ${this.noSmallDisk}`);
  }

  #library(fault, source) {
    const built = buildLibrary(source, this.folder);
    if (built.problem) this.missing.push(`${fault}: ${source} cannot be built: ${built.problem}`);
    return built;
  }

  async start() {
    await this.store.start();
    for (let i = 0; i < kNodes; ++i) await this.addNode().start();
    const [a, b, c] = this.nodes;
    await this.provision(a, 'replicated');
    await this.provision(a, 'local', { kind: 'template', name: 'cpp' });
    await this.provision(b, 'local');
    await this.provision(c, 'replicated');
  }

  addNode() {
    const node = new Node(this, String.fromCharCode('a'.charCodeAt(0) + (this.letters++ % 26)));
    this.nodes.push(node);
    return node;
  }

  /// The node with the small disk, if there is one.
  get small() {
    return this.noSmallDisk ? undefined : this.nodes.find(({ letter }) => letter === kSmallDisk);
  }

  get live() {
    return this.nodes.filter((node) => node.live);
  }

  /// Nodes that serve something, as of the last look.
  get owners() {
    return this.live.filter((node) => this.subjectsOf(node).length > 0);
  }

  subjectsOf(node) {
    return this.subjects.filter(({ settledOn }) => settledOn === node.name);
  }

  async provision(node, durability, source = { kind: 'empty' }) {
    const name = `w${++this.made}`;
    const data = { name, source, durability };
    const answer = await request(node, 'POST', '/workspaces/provision', { data });
    assert.equal(answer.status, 201, `${name} on ${node.name}: ${answer.text}`);
    const subject = new Subject(name, durability, node, answer.json);
    this.subjects.push(subject);
    const draw = new Draw(this.seed, `writers of ${name}`);
    const writers = startWriters(this, subject, draw);
    writers.catch((error) => this.fail(error));
    this.writers.push(writers.catch(() => {}));
    return subject;
  }

  /// A length for a fault in seconds; in a long run some are minutes.
  seconds(draw, from, to) {
    const long = this.minutes > 10 && draw.chance(0.1);
    return draw.between(from, long ? to * 8 : to);
  }

  /// Ends everything; no check.
  async end() {
    for (const subject of this.subjects) subject.retired = true;
    for (const subject of this.subjects) subject.open();
    await Promise.all(this.nodes.map((node) => node.kill()));
    await Promise.all(this.writers);
    this.store.end();
  }

  /// What each server's threads are at, for somebody to look at; where a debugger is there.
  keepStacks() {
    for (const node of this.nodes.filter(({ process }) => process !== undefined)) {
      const file = path.join(this.folder, `${node.name}.stacks`);
      const attach = ['-p', String(node.process.pid), '-batch', '-ex', 'thread apply all bt 40'];
      const { stdout, error } = spawnSync('gdb', attach, { timeout: kDebuggerMs });
      writeFileSync(file, error ? `no stacks: ${error.message}\n` : stdout);
    }
  }

  remove() {
    unmount(path.join(this.folder, kSmallDisk));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }

  /// Leaves everything for somebody to look at; what is on the small disk too.
  keep() {
    const small = path.join(this.folder, kSmallDisk);
    if (!this.noSmallDisk) {
      cpSync(small, `${small}.kept`, { recursive: true });
      unmount(small);
    }
    return this.folder;
  }
}
