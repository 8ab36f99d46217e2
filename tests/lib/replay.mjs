// A server that answers as a vendor's API was written down: bytes, in pieces, in order.

import { once } from 'node:events';
import http from 'node:http';

/// How a payload is framed on the wire.
export const framed = {
  named: (payload) => `event: ${payload.type}\ndata: ${JSON.stringify(payload)}\n\n`,
  plain: (payload) => `data: ${JSON.stringify(payload)}\n\n`,
  crlf: (payload) => `data: ${JSON.stringify(payload)}\r\n\r\n`,
  tight: (payload) => `data:${JSON.stringify(payload)}\n\n`,
};

/// One answer: the payloads as a stream, then `end`.
export function stream(frame, payloads, { end = '', drop = false } = {}) {
  return { bytes: payloads.map(frame).join('') + end, drop };
}

export class Replay {
  constructor() {
    this.answers = [];
    this.requests = [];
  }

  static async start(t) {
    const replay = new Replay();
    replay.server = http.createServer((request, response) => replay.#answer(request, response));
    replay.server.listen(0, '127.0.0.1');
    await once(replay.server, 'listening');
    replay.url = `http://127.0.0.1:${replay.server.address().port}`;
    t?.after(() => replay.stop());
    return replay;
  }

  /// What is answered from now on, in order; forgets what was asked before.
  expect(answers) {
    this.answers = [...answers];
    this.requests = [];
  }

  async #answer(request, response) {
    let body = '';
    for await (const chunk of request) body += chunk;
    this.requests.push({ url: request.url, headers: request.headers, body: JSON.parse(body) });
    const answer = this.answers.shift();
    if (answer === undefined) {
      response.writeHead(400, { 'content-type': 'application/json' });
      response.end('{"error":{"message":"nothing more was recorded"}}');
      return;
    }
    response.writeHead(200, { 'content-type': answer.type ?? 'text/event-stream' });
    // Cut inside characters, line ends and names: seven bytes fall everywhere.
    const bytes = Buffer.from(answer.bytes);
    for (let at = 0; at < bytes.length; at += 7) response.write(bytes.subarray(at, at + 7));
    if (answer.drop) {
      // What was written is on its way before the connection breaks.
      setTimeout(() => response.destroy(), 100);
    } else {
      response.end();
    }
  }

  async stop() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
