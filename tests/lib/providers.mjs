// The simulator as a process of its own, behind a proxy that counts what is asked of it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import http from 'node:http';
import path from 'node:path';

import { cleanEnvironment, kBinary, temporaryFolder } from './server.mjs';

const kReadyMs = 30_000;

export class CountingProviders {
  requests = 0;

  /// Runs until the test ends.
  static async start(t) {
    const providers = new CountingProviders();
    const readyFile = path.join(temporaryFolder(), 'ready.json');
    const args = ['simulate-providers', '--listen', '127.0.0.1:0', '--ready-file', readyFile];
    const child = spawn(kBinary, args, { env: cleanEnvironment(), stdio: 'ignore' });
    const exited = once(child, 'exit');
    t.after(async () => {
      child.kill('SIGKILL');
      await exited;
    });
    const until = Date.now() + kReadyMs;
    while (!existsSync(readyFile)) {
      assert.ok(Date.now() < until && child.exitCode === null, 'the simulator is not ready');
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    providers.target = new URL(JSON.parse(readFileSync(readyFile, 'utf8')).url);
    const proxy = http.createServer((request, response) => providers.#pass(request, response));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    providers.url = `http://127.0.0.1:${proxy.address().port}`;
    t.after(() => {
      proxy.closeAllConnections();
      proxy.close();
    });
    return providers;
  }

  #pass(request, response) {
    this.requests += 1;
    const options = { method: request.method, path: request.url, headers: request.headers };
    const forward = http.request(this.target, options, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    forward.on('error', () => response.destroy());
    request.pipe(forward);
  }

  /// What makes a server ask here.
  env() {
    return {
      ANTHROPIC_API_KEY: 'test',
      ANTHROPIC_BASE_URL: this.url,
      OPENAI_API_KEY: 'test',
      OPENAI_BASE_URL: `${this.url}/v1`,
      GEMINI_API_KEY: 'test',
      GOOGLE_GEMINI_BASE_URL: this.url,
      MOONSHOT_API_KEY: 'test',
      MOONSHOT_BASE_URL: `${this.url}/v1`,
    };
  }
}
