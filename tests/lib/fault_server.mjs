// A model API that fails as it is told. Each case is a path of its own and a script: what to do
// with its first request, its second, and so on; the last step is repeated. What was told to have
// been billed is kept, to be compared with what the studio recorded.

import http from 'node:http';
import https from 'node:https';

const kStreamHead = { 'content-type': 'text/event-stream' };

/// A step that writes the whole answer.
export const answers =
  (vendor, say, headers = {}) =>
  ({ write }) => {
    write.head(200, headers);
    for (const frame of vendor.answer(say)) write.frame(frame);
    write.end();
  };
/// A step that refuses the request.
export const refuses =
  ({ status, headers, body }) =>
  ({ write }) => {
    write.head(status, { 'content-type': 'application/json', ...headers });
    write.raw(body);
    write.end();
  };
/// A step that never answers.
export const stalls = () => () => {};
/// A step that begins an answer and then does `more`.
export const begins =
  (vendor, more, say = { text: 'half of an answer' }) =>
  (exchange) => {
    exchange.write.head(200);
    // Never the last frames: those would end the answer.
    const frames = vendor.answer(say);
    for (const frame of frames.slice(0, Math.max(1, frames.length - 3)))
      exchange.write.frame(frame);
    more(exchange);
  };

/// One case: what came, what was told to have been billed.
export class Case {
  constructor(steps) {
    this.steps = steps;
    this.requests = []; // {at, body, headers, closed: when the connection ended}
    this.billed = { input: 0, cached: 0, output: 0 };
    this.under_way = 0;
    this.most_at_once = 0;
  }

  bill(told) {
    for (const [name, count] of Object.entries(told)) this.billed[name] += count;
  }
}

export class FaultServer {
  static async start(t, { certificate, key } = {}) {
    const server = new FaultServer();
    const listener = (request, response) => server.#take(request, response);
    server.http = certificate
      ? https.createServer({ cert: certificate, key }, listener)
      : http.createServer(listener);
    server.scheme = certificate ? 'https' : 'http';
    server.http.on('connection', () => (server.connections += 1));
    server.http.on('tlsClientError', () => (server.refused_by_client += 1));
    await new Promise((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    t.after(() => server.stop());
    return server;
  }

  connections = 0;
  refused_by_client = 0;
  cases = new Map();

  get port() {
    return this.http.address().port;
  }

  /// The base URL under which `steps` are played for `vendor`.
  add(name, vendor, steps) {
    const made = new Case(steps);
    this.cases.set(name, made);
    made.url = `${this.scheme}://127.0.0.1:${this.port}/${name}${vendor.prefix}`;
    return made;
  }

  stop() {
    this.http.closeAllConnections();
    return new Promise((resolve) => this.http.close(resolve));
  }

  async #take(request, response) {
    const at = Date.now();
    const made = this.cases.get(request.url.split('/')[1]);
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    if (made === undefined) return response.writeHead(404).end();
    const entry = { at, body: Buffer.concat(chunks).toString(), headers: request.headers };
    made.requests.push(entry);
    made.under_way += 1;
    made.most_at_once = Math.max(made.most_at_once, made.under_way);
    response.on('close', () => {
      made.under_way -= 1;
      entry.closed = Date.now();
    });
    const step = made.steps[Math.min(made.requests.length, made.steps.length) - 1];
    return step({ write: new Writer(response, made), request: entry, made });
  }
}

/// Writes one response and bills what it tells.
class Writer {
  #told = { input: 0, cached: 0, output: 0 };

  constructor(response, made) {
    this.response = response;
    this.made = made;
  }

  head(status, headers = {}) {
    this.response.writeHead(status, { ...(status === 200 && kStreamHead), ...headers });
    this.response.flushHeaders();
  }
  raw(text) {
    this.response.write(text);
  }
  /// What a frame tells is what the whole request is billed so far.
  frame({ text, told }) {
    this.raw(text);
    if (told === undefined) return;
    const more = Object.entries(told).map(([name, count]) => [name, count - this.#told[name]]);
    this.made.bill(Object.fromEntries(more));
    this.#told = told;
  }
  end() {
    this.response.end();
  }
  /// The connection ends here, whatever was promised.
  cut() {
    this.response.socket.destroySoon();
  }
}
