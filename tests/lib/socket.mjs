// JSON-RPC over the WebSocket: calls, and the stream of events and notifications.

import assert from 'node:assert/strict';
import WebSocket from 'ws';

import { unwrap } from './rpc.mjs';

const kWaitMs = 60_000;

export class Socket {
  #pending = new Map();
  #waiting = new Set();
  #nextId = 1;

  constructor(socket) {
    this.socket = socket;
    this.events = [];
    this.notifications = [];
    this.closed = new Promise((resolve) => {
      socket.on('close', (code) => {
        for (const { reject, method } of this.#pending.values()) {
          reject(new Error(`${method}: the socket closed (${code})`));
        }
        this.#pending.clear();
        resolve(code);
      });
    });
    socket.on('message', (data) => this.#message(JSON.parse(data.toString())));
    socket.on('error', () => socket.terminate());
  }

  /// Opens a socket; rejects with {status} when the server answers the upgrade with an HTTP error.
  static open(
    server,
    workspace,
    { headers = {}, token = server.token, protocol, query = '' } = {},
  ) {
    const target = `${server.url.replace(/^http/, 'ws')}/workspaces/${workspace}/socket${query}`;
    const all = { ...headers };
    if (token !== null) all.Authorization ??= `Bearer ${token}`;
    const socket = new WebSocket(target, protocol ?? 'coditect.v1', { headers: all });
    return new Promise((resolve, reject) => {
      socket.on('open', () => resolve(new Socket(socket)));
      socket.on('unexpected-response', (request, response) => {
        reject(
          Object.assign(new Error(`HTTP ${response.statusCode}`), { status: response.statusCode }),
        );
        response.resume();
        request.destroy();
      });
      socket.on('error', reject);
    });
  }

  #message(message) {
    if (message.id !== undefined && message.method === undefined) {
      const pending = this.#pending.get(message.id);
      this.#pending.delete(message.id);
      pending?.resolve(message);
      return;
    }
    if (message.method === 'event') this.events.push(message.params.event);
    else this.notifications.push(message);
    for (const look of [...this.#waiting]) look();
  }

  async call(method, params = {}) {
    const id = this.#nextId++;
    const answer = new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject, method });
    });
    this.socket.send(JSON.stringify({ jsonrpc: '2.0', id, method, params }));
    return unwrap(method, await answer);
  }

  attach(params = {}) {
    return this.call('workspace.attach', params);
  }

  /// Resolves once `look()` returns something true, asked after each message.
  waitFor(look, what = 'what the test waits for') {
    return new Promise((resolve, reject) => {
      const end = (finish, value) => {
        clearTimeout(late);
        this.#waiting.delete(attempt);
        finish(value);
      };
      const attempt = () => {
        const found = look();
        if (found) end(resolve, found);
      };
      const late = setTimeout(() => end(reject, new Error(`${what} did not come`)), kWaitMs);
      this.#waiting.add(attempt);
      this.closed.then((code) => end(reject, new Error(`closed (${code}) before ${what} came`)));
      attempt();
    });
  }

  /// The first event, seen already or to come, that fits.
  waitForEvent(fits, what) {
    return this.waitFor(() => this.events.find(fits), what);
  }

  /// Cuts the connection without a word, as a lost network does.
  cut() {
    this.socket.terminate();
    return this.closed;
  }

  close() {
    this.socket.close();
    return this.closed;
  }
}

/// Fails unless `events` count up by one from `first`.
export function assertNoGap(events, first) {
  events.forEach((event, index) => {
    assert.equal(event.seq, first + index, `event ${index} of the stream`);
  });
}
