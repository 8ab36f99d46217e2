// Servers made with the official SDK, of the packages that tools/setup installs in tests/mcp.

import http from 'node:http';

import { installed, kFolder, missing } from '../../mcp/node.mjs';

export const kSdkFolder = kFolder;
const kSdk = installed(kFolder, '@modelcontextprotocol', 'sdk', 'package.json');
/// Why tests with the SDK cannot run; undefined where they can.
export const kNoSdk = missing([kSdk]);

/// Serves the SDK's server over HTTP, with a session for each client; its URL.
export async function startSdkServer(t) {
  const { makeServer } = await import('../../mcp/sdk-server.mjs');
  const { StreamableHTTPServerTransport } =
    await import('../../mcp/node_modules/@modelcontextprotocol/sdk/dist/esm/server/streamableHttp.js');
  const sessions = new Map();
  const server = http.createServer(async (request, response) => {
    const known = sessions.get(request.headers['mcp-session-id']);
    if (known) return known.handleRequest(request, response);
    const transport = new StreamableHTTPServerTransport({
      sessionIdGenerator: () => crypto.randomUUID(),
      onsessioninitialized: (id) => sessions.set(id, transport),
    });
    await makeServer().connect(transport);
    return transport.handleRequest(request, response);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${server.address().port}/mcp`;
}
