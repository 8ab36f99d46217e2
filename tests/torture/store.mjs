// The object store that the nodes of a world share: a folder, or a server of S3's protocol behind a
// proxy that lets nothing through, or answers 429, when told to.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

import { kPeers, programOf } from '../peers/peers.mjs';
import { kBucket, kS3Keys, startS3 } from '../peers/serve.mjs';

const kRoot = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..');
const kProxy = path.join(kRoot, 'build/debug/server/testing/fault_proxy');

/// Why no server of S3's protocol can be had here; undefined where it can.
export function whyNoS3() {
  if (!programOf(kPeers.s3)) return `${kPeers.s3.name} is not installed: make test-peers`;
  if (!existsSync(kProxy)) return `${kProxy} is not built: make test-peers`;
  return undefined;
}

export class FolderStore {
  env = {};
  /// Why it cannot answer 429.
  noStorm = 'a folder does not answer 429; --store s3 does';

  constructor(folder) {
    this.folder = path.join(folder, 'store');
  }

  async start() {}

  get url() {
    return `file://${this.folder}`;
  }

  /// As if the network were gone.
  async cut() {
    renameSync(this.folder, `${this.folder}.away`);
  }

  async heal() {
    assert.ok(!existsSync(this.folder), 'a node has made a store of its own where none was');
    renameSync(`${this.folder}.away`, this.folder);
  }

  end() {}
}

export class S3Store {
  env = { ...kS3Keys };
  noStorm = undefined;

  constructor(folder) {
    this.folder = path.join(folder, 's3');
  }

  async start() {
    const missing = whyNoS3();
    if (missing) throw new Error(missing);
    mkdirSync(this.folder);
    const { child, port } = await startS3(this.folder);
    this.server = child;
    this.proxy = spawn(kProxy, [String(port)], { stdio: ['pipe', 'pipe', 'inherit'] });
    process.on('exit', () => this.end());
    this.answers = createInterface({ input: this.proxy.stdout });
    const [line] = await once(this.answers, 'line');
    this.port = Number(line);
  }

  get url() {
    return `s3://${kBucket}/torture?endpoint=http://127.0.0.1:${this.port}&region=us-east-1`;
  }

  async cut() {
    await this.#always('lost_request');
  }

  async storm() {
    await this.#always('refuse_429');
  }

  async heal() {
    await this.#always('none');
  }

  async #always(fault) {
    const answered = once(this.answers, 'line');
    this.proxy.stdin.write(`always ${fault}\n`);
    assert.deepEqual(await answered, ['ok'], fault);
  }

  end() {
    this.proxy?.kill('SIGKILL');
    this.server?.kill('SIGKILL');
  }
}

export const kStores = { file: FolderStore, s3: S3Store };
