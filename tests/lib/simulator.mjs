// The simulated model APIs as a process of their own.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

import { cleanEnvironment, kBinary, temporaryFolder } from './server.mjs';

const kReadyMs = 30_000;
const kLineMs = 20_000;

export class Simulator {
  /// Starts a simulator and ends it when the test ends, or with stop() where there is no test.
  static async start(t) {
    assert.ok(existsSync(kBinary), `${kBinary} is missing; make build`);
    const simulator = new Simulator(path.join(temporaryFolder(), 'ready.json'));
    t?.after(() => simulator.stop());
    await simulator.#ready();
    return simulator;
  }

  constructor(readyFile) {
    this.readyFile = readyFile;
    this.lines = [];
    const args = ['simulate-providers', '--listen', '127.0.0.1:0', '--ready-file', readyFile];
    this.process = spawn(kBinary, args, {
      env: cleanEnvironment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const orphan = () => this.process.kill('SIGKILL');
    process.on('exit', orphan);
    this.process.on('exit', () => process.off('exit', orphan));
    this.exited = once(this.process, 'exit');
    for (const output of [this.process.stdout, this.process.stderr]) {
      output.on('data', (chunk) => this.lines.push(...chunk.toString().split('\n')));
    }
  }

  async #ready() {
    const until = Date.now() + kReadyMs;
    while (!existsSync(this.readyFile)) {
      assert.equal(this.process.exitCode, null, `the simulator ended:\n${this.lines.join('\n')}`);
      assert.ok(Date.now() < until, `not ready after ${kReadyMs} ms`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    this.url = JSON.parse(readFileSync(this.readyFile, 'utf8')).url;
  }

  /// Forgets what the simulator has written.
  forget() {
    this.lines.length = 0;
  }

  /// Waits until the simulator has written a line that fits; false when it does not within `ms`.
  async says(pattern, ms = kLineMs) {
    const until = Date.now() + ms;
    while (!this.lines.some((line) => pattern.test(line))) {
      if (Date.now() > until) return false;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return true;
  }

  async stop() {
    this.process.kill('SIGTERM');
    await this.exited;
  }
}
