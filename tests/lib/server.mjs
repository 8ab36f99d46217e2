// A real server process in a folder of its own, on a port that the system picks.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
export const kBinary = process.env.CODITECT_BIN ?? path.join(kRoot, 'build/release/coditect');
const kReadyMs = 60_000;
const kStopMs = 30_000;
const kLogKept = 2_000;

/// Variables of the caller that would change what the server does.
const kForeign = /^(CODITECT_|ANTHROPIC_|OPENAI_|GEMINI_|GOOGLE_|MOONSHOT_|AWS_|STORAGE_)/;

export function cleanEnvironment(extra = {}) {
  const kept = Object.entries(process.env).filter(([name]) => !kForeign.test(name));
  return { ...Object.fromEntries(kept), ...extra };
}

/// A new folder that is removed when the process ends: whoever uses it has ended before.
export function temporaryFolder() {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'coditect-test-'));
  const remove = () => rmSync(folder, { recursive: true, force: true, maxRetries: 3 });
  process.on('exit', remove);
  return folder;
}

// A test that is ended by a signal still ends its servers: see `orphan`.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));

export class Server {
  /// `folder` holds the data and the ready file; it outlives the process, so a server can be
  /// started again on what an earlier one left. `models` are simulated, or, with another word,
  /// those that `env` and the coditect.toml in the folder name.
  constructor(folder, { args = [], env = {}, models = 'simulated' } = {}) {
    this.folder = folder;
    this.data = path.join(folder, 'data');
    this.readyFile = path.join(folder, 'ready.json');
    this.args = args;
    this.env = env;
    this.models = models;
    this.log = [];
    this.process = undefined;
  }

  /// Starts a server and stops it when the test ends.
  static async start(t, options = {}) {
    const server = new Server(options.folder ?? temporaryFolder(), options);
    if (t) t.after(() => server.stop());
    await server.start();
    return server;
  }

  async start() {
    assert.equal(this.process, undefined, 'the server runs already');
    assert.ok(existsSync(kBinary), `${kBinary} is missing; make build`);
    rmSync(this.readyFile, { force: true });
    const args = ['serve', '--listen', '127.0.0.1:0', '--data', this.data];
    if (this.models === 'simulated') args.push('--simulate-providers');
    args.push('--ready-file', this.readyFile, ...this.args);
    const child = spawn(kBinary, args, {
      cwd: this.folder,
      env: cleanEnvironment(this.env),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.process = child;
    // Whatever ends this process, the server does not outlive it.
    const orphan = () => child.kill('SIGKILL');
    process.on('exit', orphan);
    child.on('exit', () => process.off('exit', orphan));
    this.exited = once(child, 'exit').then(([code, signal]) => ({ code, signal }));
    child.stdout.on('data', (chunk) => this.#keep(chunk));
    child.stderr.on('data', (chunk) => this.#keep(chunk));
    await this.#ready();
  }

  #keep(chunk) {
    this.log.push(...chunk.toString().split('\n').filter(Boolean));
    this.log.splice(0, Math.max(0, this.log.length - kLogKept));
  }

  async #ready() {
    const until = Date.now() + kReadyMs;
    let gone;
    this.exited.then((exit) => (gone = exit));
    while (!existsSync(this.readyFile)) {
      if (gone) {
        this.process = undefined;
        assert.fail(
          `the server ended (${JSON.stringify(gone)}) before it was ready\n${this.tail()}`,
        );
      }
      assert.ok(Date.now() < until, `not ready after ${kReadyMs} ms\n${this.tail()}`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    const { url, token, pid } = JSON.parse(readFileSync(this.readyFile, 'utf8'));
    Object.assign(this, { url: url.replace(/\/$/, ''), token, pid });
  }

  tail() {
    return this.log.slice(-30).join('\n');
  }

  /// Asks the server to end, and waits. Returns {code, signal}; undefined when it was not running.
  async stop() {
    return this.#end('SIGTERM');
  }

  /// kill -9, and waits until the process is gone.
  async kill() {
    return this.#end('SIGKILL');
  }

  async #end(signal) {
    if (this.process === undefined) return undefined;
    const child = this.process;
    this.process = undefined;
    child.kill(signal);
    const late = setTimeout(() => child.kill('SIGKILL'), kStopMs);
    const exit = await this.exited;
    clearTimeout(late);
    return exit;
  }

  async restart() {
    const exit = await this.stop();
    await this.start();
    return exit;
  }
}
