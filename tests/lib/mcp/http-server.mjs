// An MCP server over streamable HTTP, of either era, that tells what it was sent.

import { randomUUID } from 'node:crypto';
import http from 'node:http';

const kModern = '2026-07-28';
const kNames = 'io.modelcontextprotocol/';

const schema = (...names) => ({
  type: 'object',
  properties: Object.fromEntries(names.map((name) => [name, { type: 'string' }])),
});
const kTools = [
  { name: 'echo', description: 'Echoes', inputSchema: schema('text') },
  { name: 'streamed', description: 'Answers in a stream', inputSchema: schema() },
  { name: 'headers', description: 'Tells the headers', inputSchema: schema() },
];

export class HttpServer {
  sessions = new Set();
  requests = [];

  /// `token`: the bearer token that everybody has to show; `lets(shown)`: whether one may come in,
  /// and `challenge`, what is said to those who may not.
  static async start(t, { era, token, lets, challenge } = {}) {
    const server = new HttpServer();
    Object.assign(server, { era, token, lets, challenge });
    server.http = http.createServer((request, response) => server.take(request, response));
    await new Promise((resolve) => server.http.listen(0, '127.0.0.1', resolve));
    server.origin = `http://127.0.0.1:${server.http.address().port}`;
    server.url = `${server.origin}/mcp`;
    t.after(() => {
      server.http.closeAllConnections();
      server.http.close();
    });
    return server;
  }

  forgetSessions() {
    this.sessions.clear();
  }

  async take(request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks).toString();
    const answer = (status, object, headers = {}) => {
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(object === undefined ? '' : JSON.stringify(object));
    };
    if (this.more?.(request, body, answer)) return;
    this.requests.push({ method: request.method, headers: request.headers, body });
    const shown = request.headers.authorization;
    const welcome = this.lets ? this.lets(shown) : !this.token || shown === `Bearer ${this.token}`;
    if (!welcome) {
      return answer(401, undefined, { 'www-authenticate': this.challenge ?? 'Bearer' });
    }
    if (request.method === 'DELETE') return answer(204);
    if (request.method !== 'POST') return answer(405);
    const message = JSON.parse(body);
    if (this.era === kModern) this.modern(request, message, answer, response);
    else this.legacy(request, message, answer, response);
  }

  modern(request, message, answer, response) {
    const fail = (code, text) =>
      answer(400, { jsonrpc: '2.0', id: message.id, error: { code, message: text } });
    const meta = message.params?._meta ?? {};
    if (request.headers['mcp-protocol-version'] !== kModern) return fail(-32022, 'unsupported');
    if (request.headers['mcp-method'] !== message.method) return fail(-32020, 'Mcp-Method');
    if (meta[`${kNames}protocolVersion`] !== kModern) return fail(-32602, '_meta');
    if (message.method === 'tools/call' && request.headers['mcp-name'] !== message.params.name) {
      return fail(-32020, 'Mcp-Name');
    }
    if (message.method === 'server/discover') {
      const result = {
        resultType: 'complete',
        supportedVersions: [kModern],
        capabilities: { tools: {} },
        _meta: { [`${kNames}serverInfo`]: { name: 'web', version: '2' } },
      };
      return answer(200, { jsonrpc: '2.0', id: message.id, result });
    }
    this.serve(request, message, answer, response);
  }

  legacy(request, message, answer, response) {
    if (message.method === 'initialize') {
      const session = randomUUID();
      this.sessions.add(session);
      const result = {
        protocolVersion: '2025-11-25',
        capabilities: { tools: {} },
        serverInfo: { name: 'web', version: '1' },
      };
      return answer(200, { jsonrpc: '2.0', id: message.id, result }, { 'mcp-session-id': session });
    }
    const session = request.headers['mcp-session-id'];
    if (session === undefined) return answer(400, { error: 'Mcp-Session-Id is missing' });
    if (!this.sessions.has(session)) return answer(404, { error: 'no such session' });
    if (message.id === undefined) return answer(202);
    this.serve(request, message, answer, response);
  }

  serve(request, { id, method, params }, answer, response) {
    const reply = (result) => ({
      jsonrpc: '2.0',
      id,
      result: { resultType: 'complete', ...result },
    });
    if (method === 'tools/list') return answer(200, reply({ tools: kTools }));
    const text = (said) => reply({ content: [{ type: 'text', text: said }] });
    if (params.name === 'echo') return answer(200, text(params.arguments.text));
    if (params.name === 'headers') return answer(200, text(JSON.stringify(request.headers)));
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    const progress = { progressToken: params._meta?.progressToken, progress: 1 };
    for (const message of [
      { jsonrpc: '2.0', method: 'notifications/progress', params: progress },
      text('streamed'),
    ]) {
      response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
    }
    response.end();
  }
}
